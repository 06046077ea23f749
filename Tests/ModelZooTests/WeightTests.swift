import Inference
import ModelZoo
import Testing

struct WeightTests {
  @Test(arguments: ["lenet5", "mobilenet_v3_small", "gru", "bert_mini"])
  func dependOnTheSeedAlone(name: String) throws {
    let weights = try weights(of: Zoo.build(name, seed: 7))
    let sameSeed = try self.weights(of: Zoo.build(name, batch: 4, seed: 7))
    let otherSeed = try self.weights(of: Zoo.build(name, seed: 8))
    #expect(weights.map(\.name) == sameSeed.map(\.name))
    for (one, other) in zip(weights, sameSeed) { #expect(one.tensor.isIdentical(to: other.tensor), "\(one.name)") }
    for (one, other) in zip(weights, otherSeed) { #expect(!one.tensor.isIdentical(to: other.tensor), "\(one.name)") }
  }

  /// A stream for each parameter: no two of the same shape have the same elements.
  @Test func differBetweenParameters() throws {
    let weights = try weights(of: Zoo.build("resnet8"))
    for (index, one) in weights.enumerated() {
      for other in weights[..<index] { #expect(!one.tensor.isIdentical(to: other.tensor)) }
    }
  }

  /// He's deviation behind a rectifier, with the moments of a normal distribution but for its tails: the sum of four
  /// uniform variables has a kurtosis of 3 - 6 / 5 / 4 = 2.7.
  @Test func areNearlyNormalWithHesDeviation() throws {
    let weights = try weights(of: Zoo.build("resnet18"))
    let weight = try #require(weights.first { $0.name == "layer4.0.conv2.weight" }).tensor
    let elements = weight.elements(as: Float.self).map(Double.init)
    let count = Double(elements.count)
    let mean = elements.reduce(0, +) / count
    let variance = elements.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / count
    let kurtosis = elements.map { (($0 - mean) * ($0 - mean)) / variance }.map { $0 * $0 }.reduce(0, +) / count
    // The standard errors, for 2.4 million elements, are a tenth of these bounds or less.
    #expect(abs(mean) < 0.01 * variance.squareRoot())
    // BatchNormalization before the rectifier raises the power by 1.1, as its variances lie in [0.5, 1.5].
    #expect(abs(variance * 512 * 9 * 0.5 * 1.1 - 1) < 0.02)
    #expect(abs(kurtosis - 2.7) < 0.05)
    let neighbours = zip(elements, elements.dropFirst()).map { $0 * $1 }.reduce(0, +) / count
    #expect(abs(neighbours / variance) < 0.01)
  }

  @Test func includeStatisticsThatAreNotAllZeroAndOne() throws {
    let graph = try Zoo.build("mobilenet_v2")
    var variances: [Float] = []
    for node in graph.nodes where node.operatorName == "BatchNormalization" {
      let constants = graph.inputTypes(of: node).dropFirst().compactMap { $0?.constant?.elements(as: Float.self) }
      try #require(constants.count == 4)
      #expect(constants[0].allSatisfy { $0 > 0.3 && $0 < 1.3 })
      #expect(constants[1].contains { $0 != 0 })
      #expect(constants[2].contains { $0 != 0 })
      variances += constants[3]
    }
    #expect(variances.allSatisfy { $0 >= 0.5 && $0 <= 1.5 })
    #expect(variances.contains { $0 < 0.55 } && variances.contains { $0 > 1.45 })
  }

  @Test func areZeroWhereNotAskedFor() throws {
    let weights = try weights(of: Zoo.build("lenet5", withWeights: false))
    #expect(weights.map(\.name).contains("conv1.weight"))
    #expect(weights.allSatisfy { $0.tensor.elements(as: Float.self).allSatisfy { $0 == 0 } })
  }

  private func weights(of graph: Graph) -> [(name: String, tensor: Tensor)] {
    graph.values.compactMap { value in
      guard let constant = value.type?.constant, constant.elementType == .float32, !constant.shape.isEmpty else {
        return nil
      }
      return (value.name, constant)
    }
  }
}

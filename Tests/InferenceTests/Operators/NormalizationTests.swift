import Foundation
import Inference
import Testing

struct NormalizationTests {
  @Test(arguments: InstructionSet.available, [[2, 5], [2, 3, 7], [1, 4, 5, 9]])
  func batchNormalizationAgreesWithTheFormula(on isa: InstructionSet, shape: [Int]) throws {
    let x = Tensor.random(shape, seed: 1)
    let channels = shape[1]
    let parameters = [2, 3, 4].map { Tensor.random([channels], seed: $0) }
    let variance = Tensor(shape: [channels], (0..<channels).map { Float($0) / 3 + 0.1 })
    let run = try OperatorRun("BatchNormalization", [x] + parameters + [variance], ["epsilon": .float(1e-3)])
    let size = shape[2...].reduce(1, *)
    let expected = x.doubles.enumerated().map { index, value in
      let channel = index / size % channels
      return (value - parameters[2].doubles[channel]) / (variance.doubles[channel] + Double(Float(1e-3))).squareRoot()
        * parameters[0].doubles[channel] + parameters[1].doubles[channel]
    }
    #expect(try run.outputs(on: isa)[0].excess(over: expected, absolute: 2e-6, relative: 0) <= 1)
  }

  @Test func batchNormalizationOfOpset6NeedsItsTestFlag() throws {
    let x = Tensor.random([2, 3], seed: 1)
    let inputs = [x] + (2...5).map { Tensor(shape: [3], [Float]($0 == 5 ? [1, 2, 3] : [Float($0), 1, 0])) }
    let expected = try OperatorRun("BatchNormalization", inputs, opset: 7).outputs()[0].doubles
    let tested = try OperatorRun("BatchNormalization", inputs, ["is_test": .int(1)], opset: 6).outputs()[0]
    #expect(tested.doubles == expected)
    #expect(throws: (any Error).self) { try OperatorRun("BatchNormalization", inputs, opset: 6).outputs() }
  }

  @Test(arguments: InstructionSet.available, [([3, 33], -1), ([2, 4, 5], 1), ([6], 0)] as [([Int], Int)])
  func layerNormalizationAgreesWithTheFormula(on isa: InstructionSet, shape: ([Int], Int)) throws {
    let axis = shape.1 < 0 ? shape.0.count + shape.1 : shape.1
    let size = shape.0[axis...].reduce(1, *)
    let x = Tensor.random(shape.0, seed: 1)
    let (scale, bias) = (
      Tensor.random([Int](shape.0[axis...]), seed: 2), Tensor.random([Int](shape.0[axis...]), seed: 3)
    )
    let outputs = try OperatorRun("LayerNormalization", [x, scale, bias], ["axis": .int(shape.1)]).outputs(on: isa)
    var (expected, means) = ([Double](), [Double]())
    for row in 0..<(x.elementCount / size) {
      let values = Array(x.doubles[(row * size)..<((row + 1) * size)])
      let mean = values.reduce(0, +) / Double(size)
      let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(size)
      means.append(mean)
      expected += values.indices.map {
        (values[$0] - mean) / (variance + 1e-5).squareRoot() * scale.doubles[$0] + bias.doubles[$0]
      }
    }
    #expect(outputs[0].excess(over: expected, absolute: 4e-6, relative: 0) <= 1)
    #expect(outputs[1].excess(over: means, absolute: 1e-6, relative: 0) <= 1)
  }

  /// (shape, opset, axis, elements of one row, distance between them).
  static let softmaxCases: [([Int], Int, Int?, Int, Int)] = [
    ([3, 20], 13, nil, 20, 1), ([2, 3, 4], 11, nil, 12, 1), ([2, 3, 4], 11, 2, 4, 1), ([2, 3, 4], 13, 1, 3, 4),
    ([2, 3, 5], 13, -3, 2, 15), ([7], 17, 0, 7, 1),
  ]

  @Test(arguments: InstructionSet.available, softmaxCases)
  func softmaxReducesTheRightElements(on isa: InstructionSet, shape: ([Int], Int, Int?, Int, Int)) throws {
    let (size, distance) = (shape.3, shape.4)
    let x = Tensor(shape: shape.0, Tensor.random(shape.0, seed: 1).elements(as: Float.self).map { $0 * 30 })
    var expected = x.doubles
    for start in 0..<x.elementCount where start / distance % size == 0 {
      let row = (0..<size).map { exp(x.doubles[start + $0 * distance] - 30) }
      for index in 0..<size { expected[start + index * distance] = row[index] / row.reduce(0, +) }
    }
    let attributes: [String: Attribute] = shape.2.map { ["axis": .int($0)] } ?? [:]
    let result = try OperatorRun("Softmax", [x], attributes, opset: shape.1).outputs(on: isa)[0]
    #expect(result.excess(over: expected, absolute: 1e-9, relative: 3e-6) <= 1)
    let logarithm = try OperatorRun("LogSoftmax", [x], attributes, opset: shape.1).outputs(on: isa)[0]
    #expect(logarithm.excess(over: expected.map { log($0) }, absolute: 1e-5, relative: 1e-6) <= 1)
  }
}

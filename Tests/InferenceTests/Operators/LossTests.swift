import Foundation
import Inference
import Testing

struct LossTests {
  static let shapes = [[3, 5], [2, 4, 3], [2, 3, 2, 5], [1, 2, 1, 2, 3]]

  @Test(arguments: shapes, ["none", "sum", "mean"])
  func lossesAgreeWithTheirDefinition(shape: [Int], reduction: String) throws {
    let scores = Tensor.random(shape, seed: shape.count)
    let (classes, inner) = (shape[1], shape[2...].reduce(1, *))
    let count = shape[0] * inner
    let targets = (0..<count).map { ($0 * 7 + 3) % classes }
    let labels = Tensor(.int64, shape: [shape[0]] + shape[2...], elements: targets.map(Int64.init))
    let weights = Tensor(shape: [classes], (0..<classes).map { 0.5 + Float($0) })
    func element(_ position: Int, _ category: Int) -> Double {
      scores.doubles[(position / inner * classes + category) * inner + position % inner]
    }
    for weighted in [false, true] {
      for ignored in [nil, 1] {
        var attributes: [String: Attribute] = ["reduction": .string(reduction)]
        attributes["ignore_index"] = ignored.map { .int($0) }
        func expected(_ logarithm: (Int, Int) -> Double) -> [Double] {
          let factors = targets.map { $0 == ignored ? 0 : weighted ? weights.doubles[$0] : 1 }
          let losses = (0..<count).map { factors[$0] == 0 ? 0 : -factors[$0] * logarithm($0, targets[$0]) }
          switch reduction {
          case "none": return losses
          case "sum": return [losses.reduce(0, +)]
          default: return [losses.reduce(0, +) / factors.reduce(0, +)]
          }
        }
        let inputs: [Tensor?] = [scores, labels, weighted ? weights : nil]
        let plain = try OperatorRun("NegativeLogLikelihoodLoss", inputs, attributes).outputs()[0]
        #expect(plain.excess(over: expected(element), absolute: 1e-6, relative: 1e-5) <= 1)
        let both = try OperatorRun("SoftmaxCrossEntropyLoss", inputs, attributes).outputs()
        func logSoftmax(_ position: Int, _ category: Int) -> Double {
          element(position, category) - log((0..<classes).reduce(0) { $0 + exp(element(position, $1)) })
        }
        #expect(both[0].excess(over: expected(logSoftmax), absolute: 1e-6, relative: 1e-5) <= 1)
        #expect(both[1].shape == shape)
        let first = (0..<classes).map { both[1].doubles[$0 * inner] }
        #expect(zip(first, 0..<classes).allSatisfy { abs($0 - logSoftmax(0, $1)) < 1e-5 })
      }
    }
  }

  @Test func classesThatAreNoneAreRefused() throws {
    let scores = Tensor.random([2, 3], seed: 1)
    let wrong = try OperatorRun("NegativeLogLikelihoodLoss", [scores, Tensor(int64s: [0, 3])])
    #expect(throws: ExecutionError.self) { try wrong.outputs() }
    let ignored = try OperatorRun(
      "NegativeLogLikelihoodLoss", [scores, Tensor(int64s: [0, -100])], ["ignore_index": .int(-100)])
    #expect(try ignored.outputs()[0].doubles == [-scores.doubles[0]])
    let misfit = try OperatorRun("NegativeLogLikelihoodLoss", [scores, Tensor(int64s: [0, 1, 2])])
    #expect(throws: ShapeError.self) { try misfit.outputs() }
  }
}

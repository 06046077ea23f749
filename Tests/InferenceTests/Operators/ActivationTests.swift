import Foundation
import Inference
import Testing

struct ActivationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var attributes: [String: Attribute] = [:]
    let exact: @Sendable (Double) -> Double
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "Relu") { max($0, 0) },
    Case(name: "LeakyRelu", attributes: ["alpha": .float(0.25)]) { $0 < 0 ? 0.25 * $0 : $0 },
    Case(name: "Sigmoid") { 1 / (1 + exp(-$0)) },
    Case(name: "Tanh") { tanh($0) },
    Case(name: "HardSwish") { $0 * max(0, min(1, $0 / 6 + 0.5)) },
    Case(name: "HardSigmoid", attributes: ["alpha": .float(0.25)]) { max(0, min(1, 0.25 * $0 + 0.5)) },
    Case(name: "Erf") { erf($0) },
    Case(name: "Exp") { exp($0) },
    Case(name: "Gelu") { $0 * (1 + erf($0 / 2.0.squareRoot())) / 2 },
    Case(name: "Gelu", attributes: ["approximate": .string("tanh")]) {
      $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) / 2
    },
    Case(name: "Elu", attributes: ["alpha": .float(0.5)]) { $0 > 0 ? $0 : 0.5 * expm1($0) },
    Case(name: "Selu") { 1.0507010221 * ($0 > 0 ? $0 : 1.6732631922 * expm1($0)) },
    Case(name: "Softplus") { log1p(exp($0)) },
    Case(name: "Softsign") { $0 / (1 + abs($0)) },
  ]

  @Test(arguments: InstructionSet.available, cases)
  func agreesWithTheDefinition(on isa: InstructionSet, function: Case) throws {
    let x = Tensor(shape: [1001], (0...1000).map { Float($0 - 500) / 60 })
    let result = try OperatorRun(function.name, [x], function.attributes, opset: 20).outputs(on: isa, threads: 2)[0]
    #expect(result.excess(over: x.doubles.map(function.exact), absolute: 1e-6, relative: 1e-6) <= 1)
  }

  @Test func clipTakesItsLimitsWhereTheOpsetPutsThem() throws {
    let x = Tensor(shape: [4], [-3, -0.5, 0.5, 3])
    let old = try OperatorRun("Clip", [x], ["min": .float(-1), "max": .float(2)], opset: 6).outputs()[0]
    #expect(old.elements(as: Float.self) == [-1, -0.5, 0.5, 2])
    let new = try OperatorRun("Clip", [x, .scalar(-1), .scalar(2)], opset: 13).outputs()[0]
    #expect(new.isIdentical(to: old))
    let above = try OperatorRun("Clip", [x, nil, .scalar(0)], opset: 13).outputs()[0]
    #expect(above.elements(as: Float.self) == [-3, -0.5, 0, 0])
    let integers = Tensor(.int64, shape: [3], elements: [-5, 0, 5] as [Int64])
    let limit = Tensor(.int64, shape: [], elements: [1] as [Int64])
    #expect(try OperatorRun("Clip", [integers, nil, limit], opset: 13).outputs()[0].integers() == [-5, 0, 1])
  }

  @Test(arguments: [[3, 1, 1], [1], [2, 3, 4, 5], [5], [4, 1], [1, 3, 1, 5]])
  func slopesAreBroadcast(shape: [Int]) throws {
    let x = Tensor.random([2, 3, 4, 5], seed: 1)
    let slope = Tensor.random(shape, seed: 2)
    let result = try OperatorRun("PRelu", [x, slope]).outputs(threads: 2)[0]
    let sizes = [Int](repeating: 1, count: 4 - shape.count) + shape
    let expected = (0..<120).map { index in
      let place = [index / 60, index / 20 % 3, index / 5 % 4, index % 5]
      let offset = zip(place, sizes).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
      let value = x.floats[index]
      return Double(value < 0 ? value * slope.floats[offset] : value)
    }
    #expect(result.doubles == expected)
  }

  @Test func slopesBelongedToTheChannelsBeforeOpset7() throws {
    let x = Tensor.random([2, 3, 4, 5], seed: 1)
    let slope = Tensor(shape: [3], [-1, 0.5, 2])
    let old = try OperatorRun("PRelu", [x, slope], opset: 6).outputs()[0]
    let new = try OperatorRun("PRelu", [x, Tensor(shape: [3, 1, 1], [-1, 0.5, 2])], opset: 9).outputs()[0]
    #expect(old.doubles == new.doubles)
    #expect(throws: (any Error).self) { try OperatorRun("PRelu", [x, slope], opset: 7).outputs() }
  }
}

import Foundation
import Inference
import Testing

/// Element-wise functions against their definitions in double precision.
struct RareFunctionTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let name: String
    var attributes: [String: Attribute] = [:]
    var scale: Float = 1
    var shift: Float = 0
    let definition: @Sendable (Double) -> Double
    var testDescription: String { name }
  }

  static let functions: [Function] = [
    Function(name: "Tan", definition: { sin($0) / cos($0) }),
    Function(name: "Asin", definition: { atan2($0, (1 - $0 * $0).squareRoot()) }),
    Function(name: "Acos", definition: { atan2((1 - $0 * $0).squareRoot(), $0) }),
    Function(name: "Atan", scale: 9, definition: { atan2($0, 1) }),
    Function(name: "Sinh", scale: 5, definition: { (exp($0) - exp(-$0)) / 2 }),
    Function(name: "Cosh", scale: 5, definition: { (exp($0) + exp(-$0)) / 2 }),
    Function(name: "Asinh", scale: 5, definition: { log($0 + ($0 * $0 + 1).squareRoot()) }),
    Function(name: "Acosh", scale: 4, shift: 5.1, definition: { log($0 + ($0 * $0 - 1).squareRoot()) }),
    Function(name: "Atanh", scale: 0.95, definition: { log((1 + $0) / (1 - $0)) / 2 }),
    Function(name: "Mish", scale: 20, definition: { $0 * tanh(log1p(exp($0))) }),
    Function(name: "Swish", scale: 20, definition: { $0 / (1 + exp(-$0)) }),
    Function(name: "Swish", attributes: ["alpha": .float(0.5)], scale: 20, definition: { $0 / (1 + exp(-0.5 * $0)) }),
    Function(
      name: "Celu", attributes: ["alpha": .float(2)], scale: 6,
      definition: { max(0, $0) + min(0, 2 * (exp($0 / 2) - 1)) }),
    Function(name: "ThresholdedRelu", attributes: ["alpha": .float(0.25)], definition: { $0 > 0.25 ? $0 : 0 }),
    Function(
      name: "Shrink", attributes: ["lambd": .float(0.5), "bias": .float(0.25)], scale: 2,
      definition: { $0 < -0.5 ? $0 + 0.25 : $0 > 0.5 ? $0 - 0.25 : 0 }),
  ]

  @Test(arguments: functions, [[], [1], [7, 3], [2, 5, 1, 33], [20_011]])
  func agreesWithTheDefinition(function: Function, shape: [Int]) throws {
    let noise = Tensor.random(shape, seed: shape.count + 1)
    let x = Tensor(shape: shape, noise.elements(as: Float.self).map { $0 * function.scale + function.shift })
    let y = try OperatorRun(function.name, [x], function.attributes, opset: 24).outputs(threads: 2)[0]
    #expect(y.shape == shape)
    #expect(y.excess(over: x.doubles.map(function.definition), absolute: 3e-6, relative: 3e-6) <= 1)
  }

  @Test func shrinkTakesIntegers() throws {
    let x = Tensor(.int32, shape: [5], elements: [-3, -1, 0, 1, 3] as [Int32])
    let y = try OperatorRun("Shrink", [x], ["lambd": .float(1), "bias": .float(1)]).outputs()[0]
    #expect(y.elements(as: Int32.self) == [-2, 0, 0, 0, 2])
  }

  @Test func notANumberAndInfinity() throws {
    let values: [Float] = [.nan, .infinity, -.infinity, 0, -.greatestFiniteMagnitude]
    let x = Tensor(shape: [5], values)
    let doubles = Tensor(.float64, shape: [5], elements: values.map { $0.isFinite ? 1e300 : Double($0) })
    for operand in [x, doubles] {
      #expect(try test("IsNaN", operand) == [true, false, false, false, false])
      #expect(try test("IsInf", operand) == [false, true, true, false, false])
      #expect(try test("IsInf", operand, ["detect_negative": .int(0)]) == [false, true, false, false, false])
      #expect(try test("IsInf", operand, ["detect_positive": .int(0)]) == [false, false, true, false, false])
    }
  }

  @Test(arguments: [11, 13], [0, 1, 2])
  func hardmaxMarksTheFirstGreatest(opset: Int, axis: Int) throws {
    let shape = [3, 4, 5]
    let x = Tensor(shape: shape, Tensor.random(shape, seed: 3).elements(as: Float.self).map { ($0 * 3).rounded() })
    let y = try OperatorRun("Hardmax", [x], ["axis": .int(axis)], opset: opset).outputs()[0]
    let (rows, size, step) =
      opset < 13
      ? (shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *), 1)
      : (60 / shape[axis], shape[axis], shape[(axis + 1)...].reduce(1, *))
    var expected = [Double](repeating: 0, count: 60)
    for row in 0..<rows {
      let places = (0..<size).map { (row / step * size + $0) * step + row % step }
      let best = places.map { x.doubles[$0] }.max()!
      expected[places.first { x.doubles[$0] == best }!] = 1
    }
    #expect(y.doubles == expected)
  }

  private func test(_ name: String, _ x: Tensor, _ attributes: [String: Attribute] = [:]) throws -> [Bool] {
    try OperatorRun(name, [x], attributes, opset: 20).outputs()[0].boolElements
  }
}

/// Running sums along an axis.
///
/// Source: ONNX CumSum, opset 11 on.
struct CumSum: CumulativeOperator {
  static let onnxName = "CumSum"
  let order: CumulativeOrder
  static func start<W: Number>() -> W { W.zero }
  static func join<W: Number>(_ left: W, _ right: W) -> W { W.add(left, right) }
}

/// Running products along an axis.
///
/// Source: ONNX CumProd, opset 26 on.
struct CumProd: CumulativeOperator {
  static let onnxName = "CumProd"
  let order: CumulativeOrder
  static func start<W: Number>() -> W { W.one }
  static func join<W: Number>(_ left: W, _ right: W) -> W { W.multiply(left, right) }
}

/// The running results of a fold along an axis, kept in `Double` or 64-bit integers.
///
/// x of any number type, axis (a scalar, int32 or int64) -> y of x's type and shape.
protocol CumulativeOperator: Operator {
  static func start<W: Number>() -> W
  static func join<W: Number>(_ left: W, _ right: W) -> W
  var order: CumulativeOrder { get }
  init(order: CumulativeOrder)
}

/// From which end a running fold starts, and whether it leaves out the element itself.
struct CumulativeOrder: Sendable {
  let isExclusive: Bool
  let isReversed: Bool
}

extension CumulativeOperator {
  init(from attributes: inout AttributeReader) throws {
    self.init(
      order: CumulativeOrder(
        isExclusive: try attributes.flag("exclusive", default: false),
        isReversed: try attributes.flag("reverse", default: false)))
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "x")
    try input.elementType.checkNumber()
    try checkIndexType(try inputs.required(1, "axis"))
    return [TensorType(input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    guard let axis = try inputs.integers(1).first else { throw ExecutionError("the axis is empty") }
    try input.elementType.dispatch(
      CumulativeWork<Self>(
        input: input, output: output, lines: try AxisLines(input.shape, axis: axis), order: order, context: context))
  }
}

private struct CumulativeWork<Function: CumulativeOperator>: NumberWork {
  let input: Tensor
  let output: Tensor
  let lines: AxisLines
  let order: CumulativeOrder
  let context: ExecutionContext

  func run<T: Number>(_ type: T.Type) {
    nonisolated(unsafe) let (source, target) = (input.pointer(as: T.self), output.pointer(as: T.self))
    lines.forEach(context) { _, first in
      var total: T.Wide = Function.start()
      for index in 0..<lines.size {
        let position = first + (order.isReversed ? lines.size - 1 - index : index) * lines.step
        let next = Function.join(total, source[position].wide)
        target[position] = T(narrowing: order.isExclusive ? total : next)
        total = next
      }
    }
  }
}

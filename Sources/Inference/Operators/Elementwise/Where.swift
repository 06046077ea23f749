/// Chooses between two tensors element by element, with broadcasting.
///
/// condition (bool), X, Y of any one type -> Z. Source: ONNX Where, opset 9 on.
struct Where: Operator {
  static let onnxName = "Where"
  static var aliasing: Aliasing { .inPlace }

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let condition = try inputs.required(0, "condition")
    let (x, y) = (try inputs.required(1, "X"), try inputs.required(2, "Y"))
    guard condition.elementType == .bool else { throw ShapeError("the condition must be bool") }
    guard x.elementType == y.elementType else { throw ShapeError("X is \(x.elementType), Y is \(y.elementType)") }
    return [TensorType(x.elementType, try broadcastShape([condition.shape, x.shape, y.shape]))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let work = Work(
      condition: try inputs.required(0), x: try inputs.required(1), y: try inputs.required(2),
      output: try outputs.required(0), context: context)
    try work.output.elementType.dispatchByWidth(work)
  }

  private struct Work: WidthWork {
    let condition: Tensor
    let x: Tensor
    let y: Tensor
    let output: Tensor
    let context: ExecutionContext

    func run<T: BitwiseCopyable & Sendable>(_ type: T.Type) {
      let walk = StridedWalk(broadcasting: [condition.shape, x.shape, y.shape], to: output.shape)
      nonisolated(unsafe) let (flags, xs, ys) = (
        condition.pointer(as: UInt8.self), x.pointer(as: T.self), y.pointer(as: T.self)
      )
      nonisolated(unsafe) let target = output.pointer(as: T.self)
      let (flagStep, xStep, yStep) = (walk.runStride(0), walk.runStride(1), walk.runStride(2))
      context.parallelRanges(walk.elementCount, grain: Elementwise.grain) { range in
        walk.forEachRun(in: range) { position, operands, length in
          let (flag, a, b) = (flags + operands[0], xs + operands[1], ys + operands[2])
          for index in 0..<length {
            target[position + index] = flag[index * flagStep] != 0 ? a[index * xStep] : b[index * yStep]
          }
        }
      }
    }
  }
}

/// `X` where it is not negative, else `slope · X`, with a slope broadcast to X.
///
/// X, slope -> Y as X, float32. Before opset 7 a slope [C] belongs to the channels of X [N, C, ...]; from then on it is
/// broadcast as in NumPy. Source: ONNX PRelu, opset 6 on.
struct PRelu: Operator {
  static let onnxName = "PRelu"

  /// Whether a slope of one dimension lies along the second one of X.
  let slopeIsPerChannel: Bool

  init(from attributes: inout AttributeReader) throws { slopeIsPerChannel = attributes.opset < 7 }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.requiredFloat(0, "X")
    let slope = alignedShape(try inputs.requiredFloat(1, "slope").shape, to: input.shape)
    guard slope.count <= input.shape.count,
      zip(slope.reversed(), input.shape.reversed()).allSatisfy({ $0 == 1 || $0 == $1 })
    else { throw ShapeError("PRelu: slope \(slope) cannot be broadcast to \(input.shape)") }
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, slope) = (try inputs.required(0, "X"), try inputs.required(1, "slope"))
    let output = try outputs.required(0, "Y")
    let slopeShape = alignedShape(slope.shape, to: input.shape)
    // The innermost dimensions over which the slope is constant make one call.
    let inner = input.shape.indices.last { slopeSize(slopeShape, input, $0) > 1 }.map { $0 + 1 } ?? 0
    let run = input.shape[inner...].reduce(1, *)
    guard run > 0 else { return }
    context.parallel(input.elementCount / run) { block in
      var (rest, offset, stride) = (block, 0, 1)
      for axis in (0..<inner).reversed() {
        let position = rest % input.shape[axis]
        rest /= input.shape[axis]
        let size = slopeSize(slopeShape, input, axis)
        if size > 1 { offset += position * stride }
        stride *= size
      }
      context.kernels.apply(
        .leakyRelu(slope: slope.floats[offset]), input.floats + block * run, into: output.floats + block * run,
        count: run)
    }
  }

  /// The slope's size along an axis of the input.
  private func slopeSize(_ slope: [Int], _ input: Tensor, _ axis: Int) -> Int {
    let own = axis - (input.shape.count - slope.count)
    return own < 0 ? 1 : slope[own]
  }

  /// The slope's shape so that its last dimension lies along the last one of X.
  private func alignedShape(_ slope: [Int], to input: [Int]) -> [Int] {
    guard slopeIsPerChannel, slope.count == 1, input.count > 2 else { return slope }
    return slope + [Int](repeating: 1, count: input.count - 2)
  }
}

/// `X` where it is not negative, else `slope · X`, with a slope broadcast to X.
///
/// X, slope -> Y as X, float32. Source: ONNX PRelu, opset 7 on; before, a slope of one dimension was one per channel.
struct PRelu: Operator {
  static let onnxName = "PRelu"
  let slopeIsPerChannel: Bool

  init(from attributes: inout AttributeReader) throws { slopeIsPerChannel = attributes.opset < 7 }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.requiredFloat(0, "X")
    let slope = broadcastable(try inputs.requiredFloat(1, "slope").shape, to: input.shape)
    guard slope.count <= input.shape.count,
      zip(slope.reversed(), input.shape.reversed()).allSatisfy({ $0 == 1 || $0 == $1 })
    else { throw ShapeError("PRelu: slope \(slope) cannot be broadcast to \(input.shape)") }
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let input = try inputs.required(0, "X")
    let given = try inputs.required(1, "slope")
    let slope = given.reshaped(broadcastable(given.shape, to: input.shape))
    let output = try outputs.required(0, "Y")
    // The innermost dimensions over which the slope is constant make one call.
    let inner = input.shape.indices.last { slopeSize(slope, input, $0) > 1 }.map { $0 + 1 } ?? 0
    let run = input.shape[inner...].reduce(1, *)
    guard run > 0 else { return }
    context.parallel(input.elementCount / run) { block in
      var (rest, offset, stride) = (block, 0, 1)
      for axis in (0..<inner).reversed() {
        let position = rest % input.shape[axis]
        rest /= input.shape[axis]
        let size = slopeSize(slope, input, axis)
        if size > 1 { offset += position * stride }
        stride *= size
      }
      context.kernels.apply(
        .leakyRelu(slope: slope.floats[offset]), input.floats + block * run, into: output.floats + block * run,
        count: run)
    }
  }

  private func broadcastable(_ slope: [Int], to input: [Int]) -> [Int] {
    guard slopeIsPerChannel, slope.count == 1, input.count > 2 else { return slope }
    return slope + [Int](repeating: 1, count: input.count - 2)
  }

  /// The slope's size along an axis of the input.
  private func slopeSize(_ slope: Tensor, _ input: Tensor, _ axis: Int) -> Int {
    let own = axis - (input.shape.count - slope.shape.count)
    return own < 0 ? 1 : slope.shape[own]
  }
}

/// Every element brought into `min ... max`.
///
/// X, min?, max? (scalars) -> Y as X; float32 or an integer type. Before opset 11 the limits are attributes.
/// Source: ONNX Clip.
struct Clip: FusableActivation {
  static let onnxName = "Clip"
  static var aliasing: Aliasing { .inPlace }
  /// The limits given as attributes; `nil` where they are inputs.
  let attributeLimits: (low: Float, high: Float)?

  init(from attributes: inout AttributeReader) throws {
    attributeLimits =
      attributes.opset < 11
      ? (
        try attributes.float("min", default: -.greatestFiniteMagnitude),
        try attributes.float("max", default: .greatestFiniteMagnitude)
      ) : nil
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    for index in 1...2 {
      guard let limit = inputs.optional(index) else { continue }
      guard limit.elementType == input.elementType, limit.elementCount == 1 else {
        throw ShapeError("Clip: a limit \(limit.elementType)\(limit.shape) for \(input.elementType)")
      }
    }
    switch input.elementType {
    case .float32, .int8, .uint8, .int32, .int64: break
    default: throw ShapeError("Clip: element type \(input.elementType) is not supported")
    }
    return [TensorType(input.elementType, input.shape)]
  }

  package func activation(for inputs: [TensorType?]) -> Activation? {
    guard inputs.optional(0)?.elementType == .float32 else { return nil }
    for index in 1...2 {
      if let limit = inputs.optional(index), limit.constant == nil { return nil }
    }
    let limits = floatLimits(inputs)
    return .clip(low: limits.low, high: limits.high)
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    switch input.elementType {
    case .float32:
      let limits = floatLimits(inputs.knownTypes)
      ScalarFunction.clip(low: limits.low, high: limits.high).apply(input, into: output, using: context)
    case .int8: clip(Int8.self, inputs, input, output)
    case .uint8: clip(UInt8.self, inputs, input, output)
    case .int32: clip(Int32.self, inputs, input, output)
    default: clip(Int64.self, inputs, input, output)
    }
  }

  private func floatLimits(_ inputs: [TensorType?]) -> (low: Float, high: Float) {
    if let attributeLimits { return attributeLimits }
    func limit(_ index: Int) -> Float? { inputs.optional(index)?.constant?.elements(as: Float.self).first }
    return (limit(1) ?? -.infinity, limit(2) ?? .infinity)
  }

  private func clip<Element: FixedWidthInteger & BitwiseCopyable>(
    _ type: Element.Type, _ inputs: [Tensor?], _ input: Tensor, _ output: Tensor
  ) {
    let low = inputs.optional(1)?.elements(as: type).first ?? .min
    let high = inputs.optional(2)?.elements(as: type).first ?? .max
    let (source, target) = (input.pointer(as: type), output.pointer(as: type))
    for index in 0..<input.elementCount { target[index] = min(high, max(low, source[index])) }
  }
}

/// Every element brought into `min ... max`.
///
/// X, min?, max? (scalars) -> Y as X; any number type. Before opset 11 the limits are attributes.
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
    try input.elementType.checkNumber()
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
    if input.elementType == .float32 {
      let limits = floatLimits(inputs.knownTypes)
      ScalarFunction.clip(low: limits.low, high: limits.high).apply(input, into: output, using: context)
    } else {
      try input.elementType.dispatch(
        Work(
          input: input, output: output, low: inputs.optional(1), high: inputs.optional(2), limits: attributeLimits))
    }
  }

  private func floatLimits(_ inputs: [TensorType?]) -> (low: Float, high: Float) {
    if let attributeLimits { return attributeLimits }
    func limit(_ index: Int) -> Float? { inputs.optional(index)?.constant?.elements(as: Float.self).first }
    return (limit(1) ?? -.infinity, limit(2) ?? .infinity)
  }

  /// Every type but float32.
  private struct Work: NumberWork {
    let input: Tensor
    let output: Tensor
    let low: Tensor?
    let high: Tensor?
    let limits: (low: Float, high: Float)?

    func run<T: Number>(_ type: T.Type) {
      let (source, target) = (input.pointer(as: type), output.pointer(as: type))
      let least = low?.pointer(as: type)[0] ?? limits.map { T(converting: Double($0.low)) } ?? T.lowest
      let greatest = high?.pointer(as: type)[0] ?? limits.map { T(converting: Double($0.high)) } ?? T.highest
      for index in 0..<input.elementCount { target[index] = T.lesser(T.greater(source[index], least), greatest) }
    }
  }
}

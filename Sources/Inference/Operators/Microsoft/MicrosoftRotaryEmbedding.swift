/// `RotaryEmbedding` with other inputs: positions first, and one position as the start of a count.
///
/// input [batch, sequence, heads · size] or [batch, heads, sequence, size], position_ids [1] or [batch, sequence],
/// cos_cache and sin_cache [positions, rotated / 2] -> output as input, float32.
/// Source: onnxruntime, com.microsoft.RotaryEmbedding.
struct MicrosoftRotaryEmbedding: Operator {
  static let onnxName = "RotaryEmbedding"
  static var domain: String { "com.microsoft" }
  let isInterleaved: Bool
  let heads: Int
  let rotated: Int

  init(from attributes: inout AttributeReader) throws {
    isInterleaved = try attributes.flag("interleaved", default: false)
    heads = try attributes.int("num_heads", default: 0)
    rotated = try attributes.int("rotary_embedding_dim", default: 0)
    guard heads >= 0, rotated >= 0 else { throw ShapeError("num_heads and rotary_embedding_dim must not be negative") }
    guard try attributes.float("scale", default: 1) == 1, try !attributes.flag("is_packed_batching", default: false)
    else { throw ShapeError("a scale or packed batches are not supported") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.requiredFloat(0, "input")
    let rotation = try rotation(inputs)
    let (cosine, sine) = (try inputs.requiredFloat(2, "cos_cache"), try inputs.requiredFloat(3, "sin_cache"))
    guard cosine.shape == sine.shape, cosine.shape.count == 2, cosine.shape[1] == rotation.half else {
      throw ShapeError("caches \(cosine.shape) and \(sine.shape) for \(rotation.half) pairs")
    }
    let ids = try inputs.required(1, "position_ids")
    try checkIndexType(ids)
    guard ids.shape == [1] || ids.shape == [rotation.batch, rotation.sequence] else {
      throw ShapeError("position_ids \(ids.shape) for \(input.shape)")
    }
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (cosine, sine) = (try inputs.required(2), try inputs.required(3))
    let rotation = try rotation(inputs.knownTypes)
    var ids = try inputs.integers(1)
    if try inputs.required(1).shape.count == 1 {
      let (start, count) = (ids[0], rotation.sequence)
      ids = (0..<rotation.batch * count).map { start &+ $0 % count }
    }
    let positions = try ids.map { try checkedIndex($0, size: cosine.shape[0]) }
    rotation.run(
      try inputs.required(0), cosine, sine, positions: positions, into: try outputs.required(0), context)
  }

  /// Without a number of heads, the caches tell the size of one.
  private func rotation(_ inputs: [TensorType?]) throws -> Rotation {
    let shape = try inputs.requiredFloat(0, "input").shape
    var heads = heads
    if heads == 0, shape.count == 3, let half = inputs.optional(2)?.shape.last, half > 0 {
      heads = shape[2] / (2 * half)
    }
    return try Rotation(shape, heads: heads, rotated: rotated, isInterleaved: isInterleaved)
  }
}

/// Rotates pairs of elements of each head by angles that depend on the position.
///
/// X [batch, sequence, heads · size] or [batch, heads, sequence, size], cos_cache and sin_cache [positions, rotated / 2]
/// with position_ids [batch, sequence], else [batch, sequence, rotated / 2] -> Y as X, float32. Only the first
/// `rotary_embedding_dim` elements of a head are rotated. Source: ONNX RotaryEmbedding, opset 23; Su et al.,
/// "RoFormer", 2021.
struct RotaryEmbedding: Operator {
  static let onnxName = "RotaryEmbedding"
  let isInterleaved: Bool
  let heads: Int
  let rotated: Int

  init(from attributes: inout AttributeReader) throws {
    isInterleaved = try attributes.flag("interleaved", default: false)
    heads = try attributes.int("num_heads", default: 0)
    rotated = try attributes.int("rotary_embedding_dim", default: 0)
    guard heads >= 0, rotated >= 0 else { throw ShapeError("num_heads and rotary_embedding_dim must not be negative") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.requiredFloat(0, "X")
    let rotation = try rotation(input.shape)
    let (cosine, sine) = (try inputs.requiredFloat(1, "cos_cache"), try inputs.requiredFloat(2, "sin_cache"))
    guard cosine.shape == sine.shape, cosine.shape.last == rotation.half else {
      throw ShapeError("caches \(cosine.shape) and \(sine.shape) for \(rotation.half) pairs")
    }
    if let ids = inputs.optional(3) {
      try checkIndexType(ids)
      guard cosine.shape.count == 2, ids.shape == [rotation.batch, rotation.sequence] else {
        throw ShapeError("position_ids \(ids.shape) with caches \(cosine.shape) for \(input.shape)")
      }
    } else {
      guard cosine.shape.dropLast() == [rotation.batch, rotation.sequence] else {
        throw ShapeError("caches \(cosine.shape) without position_ids for \(input.shape)")
      }
    }
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let (cosine, sine) = (try inputs.required(1), try inputs.required(2))
    let rotation = try rotation(input.shape)
    let positions =
      try inputs.optional(3) == nil
      ? Array(0..<rotation.batch * rotation.sequence)
      : inputs.integers(3).map { try checkedIndex($0, size: cosine.shape[0]) }
    rotation.run(input, cosine, sine, positions: positions, into: output, context)
  }

  private func rotation(_ shape: [Int]) throws -> Rotation {
    try Rotation(shape, heads: heads, rotated: rotated, isInterleaved: isInterleaved)
  }
}

/// How the heads of a tensor lie and which of their elements are rotated.
struct Rotation: Sendable {
  let batch: Int
  let heads: Int
  let sequence: Int
  let size: Int
  /// Pairs of elements that are rotated.
  let half: Int
  private let isInterleaved: Bool
  private let strides: (batch: Int, head: Int, position: Int)

  /// Throws `ShapeError` where the heads do not divide the shape, or less than the rotated elements are there.
  init(_ shape: [Int], heads: Int, rotated: Int, isInterleaved: Bool) throws {
    switch shape.count {
    case 3:
      guard heads > 0, shape[2] % heads == 0 else { throw ShapeError("\(heads) heads for \(shape)") }
      (batch, sequence, self.heads, size) = (shape[0], shape[1], heads, shape[2] / heads)
      strides = (shape[1] * shape[2], size, shape[2])
    case 4:
      (batch, self.heads, sequence, size) = (shape[0], shape[1], shape[2], shape[3])
      strides = (shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3])
    default: throw ShapeError("rotary embedding of \(shape), which has neither 3 nor 4 dimensions")
    }
    let rotated = rotated == 0 ? size : rotated
    guard rotated % 2 == 0, rotated <= size else { throw ShapeError("\(rotated) rotated elements of \(size)") }
    half = rotated / 2
    self.isInterleaved = isInterleaved
  }

  /// Rotates; `positions` names the row of the caches for each element of the batch and position of the sequence.
  func run(
    _ input: Tensor, _ cosine: Tensor, _ sine: Tensor, positions: [Int], into output: Tensor,
    _ context: ExecutionContext
  ) {
    nonisolated(unsafe) let (source, target, cosines, sines) = (input.floats, output.floats, cosine.floats, sine.floats)
    context.parallelRanges(batch * sequence, grain: max(1, 4096 / max(1, heads * size))) { range in
      for place in range {
        let row = positions[place] * half
        for head in 0..<heads {
          let start = place / sequence * strides.batch + head * strides.head + place % sequence * strides.position
          let (x, y) = (source + start, target + start)
          for pair in 0..<half {
            let (first, second) = isInterleaved ? (2 * pair, 2 * pair + 1) : (pair, pair + half)
            let (real, imaginary) = (x[first], x[second])
            y[first] = cosines[row + pair] * real - sines[row + pair] * imaginary
            y[second] = sines[row + pair] * real + cosines[row + pair] * imaginary
          }
          for index in 2 * half..<max(2 * half, size) { y[index] = x[index] }
        }
      }
    }
  }
}

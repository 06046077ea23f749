/// The forms in which onnxruntime's attention operators are told which keys are padding.
///
/// Source: onnxruntime, com.microsoft.Attention and MultiHeadAttention.
enum PaddingMask {
  /// Throws `ShapeError` for a form that is not supported: [B], [2 · B], [B, keys] and [B, queries, keys] are.
  static func check(_ type: TensorType, batch: Int, queries: Int, keys: Int) throws {
    try checkIndexType(type)
    switch type.shape.count {
    case 1: if type.shape[0] == batch || type.shape[0] == 2 * batch { return }
    case 2: if type.shape == [batch, keys] { return }
    case 3: if type.shape == [batch, queries, keys] { return }
    default: break
    }
    throw ShapeError("a mask \(type.shape) for \(batch) times \(queries) queries and \(keys) keys is not supported")
  }

  /// Adds what the tensor says to a mask; its values are the numbers of keys, those and where they start, or flags.
  static func add(
    _ tensor: Tensor, to mask: inout AttentionMask, batch: Int, heads: Int, queries: Int, keys: Int
  ) throws {
    guard let values = tensor.integers() else { throw ShapeError("a mask of \(tensor.elementType)") }
    if tensor.shape.count == 1 {
      mask.keyRanges = (0..<batch).map { element in
        let end = min(keys, max(0, values[element]))
        return min(end, max(0, values.count > batch ? values[batch + element] : 0))..<end
      }
      return
    }
    let flags = Tensor(
      .bool, shape: tensor.shape.count == 2 ? [batch, 1, 1, keys] : [batch, 1, queries, keys],
      elements: values.map { $0 > 0 })
    mask.layers.append(try .init(flags, batch: batch, heads: heads, queries: queries, keys: keys))
  }
}

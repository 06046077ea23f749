/// Writes new entries into a cache of fixed size: `update` goes to the positions from `write_indices` on.
///
/// past_cache [batch, ..., length, ...], update (shorter along `axis`), write_indices [batch]? -> present_cache as
/// past_cache, of any type. `circular` starts again at the beginning. Source: ONNX TensorScatter, opset 24.
struct TensorScatter: Operator {
  static let onnxName = "TensorScatter"
  let axis: Int
  let isCircular: Bool

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: -2)
    let mode = try attributes.string("mode", default: "linear")
    guard mode == "linear" || mode == "circular" else {
      throw ShapeError("mode '\(mode)' is not one of linear, circular")
    }
    isCircular = mode == "circular"
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (cache, update) = (try inputs.required(0, "past_cache"), try inputs.required(1, "update"))
    let axis = try normalizedAxis(axis, rank: cache.shape.count)
    guard axis > 0, update.elementType == cache.elementType, update.shape.count == cache.shape.count,
      cache.shape.indices.allSatisfy({
        $0 == axis ? update.shape[$0] <= cache.shape[$0] : update.shape[$0] == cache.shape[$0]
      })
    else { throw ShapeError("update \(update.elementType)\(update.shape) of \(cache.elementType)\(cache.shape)") }
    if let indices = inputs.optional(2) {
      try checkIndexType(indices)
      guard indices.elementCount == cache.shape[0] else { throw ShapeError("write_indices \(indices.shape)") }
    }
    return [TensorType(cache.elementType, cache.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (cache, update) = (try inputs.required(0), try inputs.required(1))
    let output = try outputs.required(0)
    copyElements(of: cache, to: output)
    let axis = try normalizedAxis(axis, rank: cache.shape.count)
    let starts = try inputs.optional(2) == nil ? [Int](repeating: 0, count: cache.shape[0]) : inputs.integers(2)
    let (length, added) = (cache.shape[axis], update.shape[axis])
    let block = cache.shape[(axis + 1)...].reduce(1, *) * cache.elementType.byteCount
    let between = cache.shape[1..<axis].reduce(1, *)
    for line in 0..<cache.shape[0] * between {
      let start = starts[line / max(1, between)]
      guard start >= 0, isCircular ? start < max(1, length) : start <= length - added else {
        throw ExecutionError("write index \(start) for \(added) entries in a cache of \(length)")
      }
      for step in 0..<added {
        let position = isCircular ? (start + step) % length : start + step
        (output.bytes + (line * length + position) * block)
          .copyMemory(from: update.bytes + (line * added + step) * block, byteCount: block)
      }
    }
  }
}

/// The sum of the embeddings of words, positions and segments, normalised over its last dimension.
///
/// input_ids and segment_ids? [B, S], word_embedding [words, D], position_embedding [positions, D],
/// segment_embedding? [segments, D], gamma and beta [D], mask? [B, S], position_ids? [B or 1, S] -> output [B, S, D],
/// mask_index [B] int32 (the number of ones in each row of the mask, 0 without), embedding_sum [B, S, D].
/// Source: onnxruntime, com.microsoft.EmbedLayerNormalization.
struct EmbedLayerNormalization: Operator {
  static let onnxName = "EmbedLayerNormalization"
  static var domain: String { "com.microsoft" }
  let epsilon: Float

  init(from attributes: inout AttributeReader) throws {
    epsilon = try attributes.float("epsilon", default: 1e-12)
    let type = try attributes.int("mask_index_type", default: 0)
    guard type == 0 || type == 1 else { throw ShapeError("mask_index_type \(type) is not supported") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let ids = try inputs.required(0, "input_ids")
    try checkIndexType(ids)
    guard ids.shape.count == 2 else { throw ShapeError("input_ids \(ids.shape) of other than 2 dimensions") }
    let size = try inputs.requiredFloat(2, "word_embedding").shape.last ?? 0
    for index in 2...4 where index < 4 || inputs.optional(4) != nil {
      let table = try inputs.requiredFloat(index, "an embedding").shape
      guard table.count == 2, table[1] == size else { throw ShapeError("an embedding \(table) of size \(size)") }
    }
    for index in 5...6 {
      let factor = try inputs.requiredFloat(index, "gamma or beta").shape
      guard factor == [size] else { throw ShapeError("a vector \(factor) for embeddings of size \(size)") }
    }
    guard (inputs.optional(1) == nil) == (inputs.optional(4) == nil) else {
      throw ShapeError("segment_ids and segment_embedding go together")
    }
    for index in [1, 7, 8] {
      guard let type = inputs.optional(index) else { continue }
      try checkIndexType(type)
      guard type.shape == ids.shape || index == 8 && type.shape == [1, ids.shape[1]] else {
        throw ShapeError("\(type.shape) for input_ids \(ids.shape)")
      }
    }
    let sums = TensorType(.float32, ids.shape + [size])
    _ = try checkedCount(sums.shape)
    return [sums, TensorType(.int32, [ids.shape[0]]), sums]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let output = try outputs.required(0)
    let (batch, sequence, size) = (output.shape[0], output.shape[1], output.shape[2])
    func rows(_ ids: Int, of table: Int) throws -> [Int] {
      let count = try inputs.required(table).shape[0]
      return try inputs.integers(ids).map { id in
        guard id >= 0, id < count else { throw ExecutionError("index \(id) is out of range for \(count) embeddings") }
        return id
      }
    }
    let words = try rows(0, of: 2)
    let places = try inputs.optional(8) == nil ? Array(0..<sequence) : rows(8, of: 3)
    guard try places.allSatisfy({ try $0 < inputs.required(3).shape[0] }) else {
      throw ExecutionError("\(sequence) positions are more than there are embeddings")
    }
    let segments = try inputs.optional(1) == nil ? [] : rows(1, of: 4)
    let (wordTable, placeTable) = (try inputs.required(2), try inputs.required(3))
    let segmentTable = inputs.optional(4)
    let (gamma, beta, sums) = (try inputs.required(5), try inputs.required(6), outputs.optional(2))
    if size > 0 {
      context.parallelRanges(batch * sequence, grain: max(1, 4096 / size)) { range in
        for row in range {
          let y = output.floats + row * size
          let sum = sums.map { $0.floats + row * size } ?? y
          let kernels = context.kernels
          kernels.combine(
            .add, wordTable.floats + words[row] * size, placeTable.floats + places[row % places.count] * size,
            into: sum, count: size)
          if let segmentTable {
            kernels.combine(.add, sum, segmentTable.floats + segments[row] * size, into: sum, count: size)
          }
          _ = kernels.normalize(
            sum, scale: gamma.floats, bias: beta.floats, epsilon: epsilon, into: y, count: size)
        }
      }
    }
    guard let index = outputs.optional(1) else { return }
    let mask = try inputs.optional(7) == nil ? [] : inputs.integers(7)
    for element in 0..<batch {
      let ones = mask.isEmpty ? 0 : mask[element * sequence..<(element + 1) * sequence].count { $0 == 1 }
      index.pointer(as: Int32.self)[element] = Int32(clamping: ones)
    }
  }
}

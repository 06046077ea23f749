/// A tensor cut along an axis: into parts of one size (a scalar `split`; the last may be smaller), of given sizes (a
/// vector), or of size 1, from which `keepdims` 0 takes the axis.
///
/// Source: ONNX SplitToSequence, opset 11 on.
struct SplitToSequence: SequenceOperator {
  static let onnxName = "SplitToSequence"
  private let axis: Int
  private let keepsAxis: Bool

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: 0)
    keepsAxis = try attributes.flag("keepdims", default: true)
  }

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    let input = try inputs.requiredTensor(0)
    let axis = try normalizedAxis(axis, rank: input.shape.count)
    let split = try inputs.tensor(1, "split")
    var start = 0
    let parts = try Self.sizes(split, of: input.shape[axis]).map { size in
      defer { start += size }
      return input.part(from: start, count: size, axis: axis)
    }
    guard split == nil, !keepsAxis else { return [.sequence(parts)] }
    return [
      .sequence(
        parts.map { part in
          var shape = part.shape
          shape.remove(at: axis)
          return part.reshaped(shape)
        })
    ]
  }

  private static func sizes(_ split: Tensor?, of extent: Int) throws -> [Int] {
    guard let split else { return [Int](repeating: 1, count: extent) }
    guard let values = split.integers() else { throw ExecutionError("'split' must hold integers") }
    if split.shape.isEmpty {
      guard let size = values.first, size > 0 else { throw ExecutionError("parts of size \(values)") }
      return stride(from: 0, to: extent, by: size).map { min(size, extent - $0) }
    }
    guard values.allSatisfy({ (0...extent).contains($0) }), values.reduce(0, +) == extent else {
      throw ExecutionError("parts of sizes \(values) of an axis of \(extent)")
    }
    return values
  }
}

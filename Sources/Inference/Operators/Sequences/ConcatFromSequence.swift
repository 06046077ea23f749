/// The tensors of a sequence joined along an axis, with `new_axis` along one of their own.
///
/// Source: ONNX ConcatFromSequence, opset 11 on.
struct ConcatFromSequence: SequenceOperator {
  static let onnxName = "ConcatFromSequence"
  private let axis: Int
  private let isNewAxis: Bool

  init(from attributes: inout AttributeReader) throws {
    guard let axis = try attributes.intIfPresent("axis") else { throw ShapeError("attribute 'axis' is missing") }
    self.axis = axis
    isNewAxis = try attributes.flag("new_axis", default: false)
  }

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    var tensors = try inputs.sequence(0)
    guard let first = tensors.first else { throw ExecutionError("there is nothing to join in an empty sequence") }
    let axis = try normalizedAxis(axis, rank: first.shape.count + (isNewAxis ? 1 : 0))
    if isNewAxis {
      guard tensors.allSatisfy({ $0.shape == first.shape }) else {
        throw ExecutionError("tensors of shapes \(tensors.map(\.shape)) cannot be stacked")
      }
      tensors = tensors.map { tensor in
        var shape = tensor.shape
        shape.insert(1, at: axis)
        return tensor.reshaped(shape)
      }
    }
    var reader = AttributeReader(["axis": .int(axis)], inputCount: tensors.count)
    let concat = try Concat(from: &reader)
    let types = try concat.outputs(for: tensors.map { TensorType($0.elementType, $0.shape) })
    try MemoryLimit.check(types[0].byteCount, for: "the joined sequence")
    let result = Tensor(zeros: types[0].elementType, shape: types[0].shape)
    try concat.execute(tensors, into: [result], using: run.context)
    return [.tensor(result)]
  }
}

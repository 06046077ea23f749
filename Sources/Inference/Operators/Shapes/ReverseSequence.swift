/// Turns round the beginning of each sequence of a batch, as far as the sequence is long.
///
/// input [time, batch, ...] or [batch, time, ...] of any type, sequence_lens [batch] -> the same type and shape.
/// Source: ONNX ReverseSequence, opset 10 on.
struct ReverseSequence: Operator {
  static let onnxName = "ReverseSequence"
  let batchAxis: Int
  let timeAxis: Int

  init(from attributes: inout AttributeReader) throws {
    batchAxis = try attributes.int("batch_axis", default: 1)
    timeAxis = try attributes.int("time_axis", default: 0)
    guard [batchAxis, timeAxis].sorted() == [0, 1] else {
      throw ShapeError("batch_axis \(batchAxis) and time_axis \(timeAxis) must be 0 and 1")
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (input, lengths) = (try inputs.required(0, "input"), try inputs.required(1, "sequence_lens"))
    try checkIndexType(lengths)
    guard input.shape.count >= 2, lengths.shape == [input.shape[batchAxis]] else {
      throw ShapeError("sequence_lens \(lengths.shape) for \(input.shape)")
    }
    return [TensorType(input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output, lengths) = (try inputs.required(0), try outputs.required(0), try inputs.integers(1))
    let (batches, times) = (input.shape[batchAxis], input.shape[timeAxis])
    let block = input.shape[2...].reduce(input.elementType.byteCount, *)
    for (batch, length) in lengths.enumerated() {
      guard length >= 0, length <= times else {
        throw ExecutionError("sequence \(batch) has length \(length), beyond the \(times) steps of the input")
      }
      for time in 0..<times {
        let from = time < length ? length - 1 - time : time
        func place(_ time: Int) -> Int { (batchAxis == 0 ? batch * times + time : time * batches + batch) * block }
        (output.bytes + place(time)).copyMemory(from: input.bytes + place(from), byteCount: block)
      }
    }
  }
}

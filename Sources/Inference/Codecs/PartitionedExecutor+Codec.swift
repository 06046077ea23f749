import Foundation

extension PartitionedExecutor {
  /// What one partition did in a run whose boundary tensors are coded.
  public struct CodedRecord: Sendable {
    public let computeNanoseconds: Int
    /// Of the tensors that other partitions read.
    public let encodeNanoseconds: Int
    /// Of the tensors that other partitions made.
    public let decodeNanoseconds: Int
    /// Coded bytes of the tensors that other partitions made, each once.
    public let receivedBytes: Int
  }

  /// Computes the outputs where every tensor between partitions crosses in a codec, and what each partition took.
  ///
  /// The network's inputs and outputs are left as they are, unless a partition makes an output for another to read as well:
  /// then the other reads the coded one.
  public func run(_ inputs: [Tensor], codec: TensorCodec) throws -> (outputs: [Tensor], records: [CodedRecord]) {
    guard inputs.count == graph.inputs.count else {
      throw ExecutionError("the network takes \(graph.inputs.count) inputs, not \(inputs.count)")
    }
    var plain = [ExecutionValue?](repeating: nil, count: graph.values.count)
    var coded = [[UInt8]?](repeating: nil, count: graph.values.count)
    for (id, tensor) in zip(graph.inputs, inputs) { plain[id.index] = .tensor(tensor) }
    var isRead = [Bool](repeating: false, count: graph.values.count)
    for partition in partitions { for id in partition.inputs { isRead[id.index] = true } }
    var records: [CodedRecord] = []
    for partition in partitions {
      let begun = DispatchTime.now().uptimeNanoseconds
      var received = 0
      let values = try partition.inputs.map { id -> ExecutionValue in
        if let message = coded[id.index] {
          received += message.count
          return .tensor(try TensorCodec.decode(message))
        }
        guard let value = plain[id.index] else { throw ExecutionError("'\(graph[id].name)' has not been sent") }
        return value
      }
      let decoded = DispatchTime.now().uptimeNanoseconds
      let results = try partition.executor.run(values: values)
      let computed = DispatchTime.now().uptimeNanoseconds
      for (id, result) in zip(partition.outputs, results) {
        plain[id.index] = result
        // Sequences and absent values have no codec: they cross as they are.
        if isRead[id.index], case .tensor(let tensor) = result { coded[id.index] = try codec.encode(tensor) }
      }
      let encoded = DispatchTime.now().uptimeNanoseconds
      records.append(
        CodedRecord(
          computeNanoseconds: Int(computed - decoded), encodeNanoseconds: Int(encoded - computed),
          decodeNanoseconds: Int(decoded - begun), receivedBytes: received))
    }
    let outputs = try graph.outputs.map { id -> Tensor in
      if case .tensor(let tensor)? = plain[id.index] { return tensor }
      guard let constant = graph[id].type?.constant else {
        throw ExecutionError("output '\(graph[id].name)' is not made")
      }
      return constant
    }
    return (outputs, records)
  }
}

struct ExecutionRow {
  var id: Int64
  var execution: ExecutionDescription
}

extension Tables {
  static let execution = Table<ExecutionRow>(
    "execution", "one row per partition that was really executed",
    [
      .key("execution_id", "in the order of execution") { $0.id },
      .reference("placement_id", to: "placement", "the placement it belongs to") {
        $0.execution.placement.rawValue
      },
      .optionalReference("run_id", to: "run", "the run, where every request is executed") { $0.execution.run },
      .optionalInteger("sequence", "the request in that run") { $0.execution.sequence },
      .integer("partition", "counts the placement's partitions in the order they ran") {
        Int64($0.execution.partition)
      },
      .text("tier", "device, edge or cloud") { $0.execution.tier },
      .integer("layers", "executed by this partition") { Int64($0.execution.layers) },
      .text("codec", "how the boundary tensors were encoded") { $0.execution.codec },
      .integer("boundary_bytes", "received from other partitions, serialised") { Int64($0.execution.boundaryBytes) },
      .text("digest", "SHA-256 of the network's outputs made by this split") { $0.execution.digest },
      .integer("outputs_equal", "1 if they equal the whole network's, bit for bit") {
        $0.execution.outputsEqual ? 1 : 0
      },
      .real("host_ms", "real time of this partition on this machine") { $0.execution.hostMilliseconds },
    ])
}

/// A `GraphProto`: nodes in the order of the file, initialisers, declared inputs and outputs.
struct GraphMessage: Sendable {
  var name = ""
  var nodes: [NodeMessage] = []
  var initializers: [TensorMessage] = []
  /// As declared; up to IR version 3 the initialisers are among them.
  var inputs: [ValueInfoMessage] = []
  var outputs: [ValueInfoMessage] = []

  /// The most nodes, initialisers, inputs or outputs: far more than networks have, and little memory.
  static let maximumCount = 250_000

  init(_ body: ByteSlice) throws {
    var reader = WireReader(body)
    while let field = try reader.next() {
      let count = max(nodes.count, initializers.count, inputs.count, outputs.count)
      guard count < Self.maximumCount else {
        throw field.unsupported("a graph of more than \(Self.maximumCount) nodes, initialisers, inputs or outputs")
      }
      switch field.number {
      case 1: nodes.append(try NodeMessage(try field.bytes()))
      case 2: name = try field.string()
      case 5:
        let tensor = try TensorMessage(try field.bytes())
        guard !tensor.name.isEmpty else { throw field.failure("an initialiser without a name") }
        initializers.append(tensor)
      case 11: inputs.append(try ValueInfoMessage(try field.bytes()))
      case 12: outputs.append(try ValueInfoMessage(try field.bytes()))
      case 15: throw field.unsupported("sparse initialisers are not supported; store them as dense tensors")
      default: break
      }
    }
  }
}

import Inference

extension ModelDocument {
  init(_ source: ByteSource) throws {
    file = source.name
    self.source = source
    var reader = WireReader(source.all)
    var graph: ByteSlice?
    var version = 0
    while let field = try reader.next() {
      switch field.number {
      case 7:
        try field.onlyOnce(graph != nil)
        graph = try field.bytes()
        continue
      case 1: version = try field.int()
      case 20: throw field.unsupported("training information is not supported; export the model for inference")
      default: break
      }
      header.append(ByteSlice(source: source, range: field.offset..<reader.position))
    }
    guard let graph else {
      throw ModelError(
        file: file, version == 0 ? "is not an ONNX model: it has neither version nor graph" : "the model has no graph")
    }
    try read(graph)
  }

  private mutating func read(_ graph: ByteSlice) throws {
    let slash = file.lastIndex(of: "/")
    var files = ExternalFiles(folder: slash.map { String(file[...$0]) } ?? ".", model: file)
    var messages: [(message: NodeMessage, body: ByteSlice)] = []
    var count = 0
    var reader = WireReader(graph)
    while let field = try reader.next() {
      count += 1
      guard count <= 8 * GraphMessage.maximumCount else { throw field.unsupported("a graph of more parts than fit") }
      switch field.number {
      case 1:
        let body = try field.bytes()
        messages.append((try NodeMessage(body), body))
      case 5:
        let body = try field.bytes()
        initializers.append(try initializer(body, &files))
      case 11: inputs.append(try Self.declared(field))
      case 12: outputs.append(try Self.declared(field))
      case 13: declared.append(try Self.declared(field))
      case 14:
        let body = try field.bytes()
        annotations.append((try Self.text(1, of: body), body))
      case 15:
        let body = try field.bytes()
        let values = try Self.first(1, of: body)
        initializers.append(
          Initializer(name: try values.map { try Self.text(8, of: $0) } ?? "", field: 15, body: body, external: nil))
      default: graphHeader.append(ByteSlice(source: source, range: field.offset..<reader.position))
      }
    }
    let names = NodeNames.names(of: messages.map(\.message))
    nodes = try zip(messages, names).map { try node($0.message, $0.body, named: $1) }
  }

  private static func declared(_ field: WireField) throws -> Declared {
    let body = try field.bytes()
    return Declared(info: try ValueInfoMessage(body), body: body)
  }

  private func initializer(_ body: ByteSlice, _ files: inout ExternalFiles) throws -> Initializer {
    let message = try TensorMessage(body)
    guard message.isExternal else {
      return Initializer(name: message.name, field: 5, body: body, external: nil)
    }
    func failure(_ text: String) -> ModelError {
      ModelError(file: file, "initialiser \(message.name.quoted): \(text)")
    }
    // Types that the engine has not must state their length.
    let byteCount: Int
    if let length = message.externalData["length"].flatMap(Int.init), length >= 0 {
      byteCount = length
    } else {
      let type = try elementType(message.dataType, failure)
      byteCount = try elementCount(message.dimensions, type, failure) * type.byteCount
    }
    let elements = try files.slice(message.externalData, byteCount: byteCount, failure)
    return Initializer(name: message.name, field: 5, body: body, external: elements)
  }

  private func node(_ message: NodeMessage, _ body: ByteSlice, named name: String) throws -> Node {
    var captured = CapturedNames(file: file, node: name)
    for attribute in message.attributes { try captured.addAttribute(attribute) }
    var seen: Set<String> = []
    return Node(
      name: name, operatorName: message.operatorName,
      reads: (message.inputs + captured.names).filter { !$0.isEmpty && seen.insert($0).inserted },
      outputs: message.outputs.filter { !$0.isEmpty },
      isPure: !captured.hasGraphs && !Self.randomOperators.contains(message.operatorName), body: body)
  }

  /// Operators whose results differ from call to call.
  ///
  /// Source: the ONNX operator list.
  private static let randomOperators: Set<String> = [
    "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial", "Dropout",
  ]

  /// The first field of that number in a message.
  private static func first(_ number: Int, of body: ByteSlice) throws -> ByteSlice? {
    var reader = WireReader(body)
    while let field = try reader.next() { if field.number == number { return try field.bytes() } }
    return nil
  }

  private static func text(_ number: Int, of body: ByteSlice) throws -> String {
    try first(number, of: body)?.string ?? ""
  }
}

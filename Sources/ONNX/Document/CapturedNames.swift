/// The values that the sub-graphs of a node read from around them.
struct CapturedNames {
  private(set) var names: [String] = []
  private(set) var hasGraphs = false
  private let file: String
  private let node: String
  private var seen: Set<String> = []

  /// Deeper nesting is not meant by anybody, and would exhaust the stack.
  private static let maximumDepth = 32

  init(file: String, node: String) {
    self.file = file
    self.node = node
  }

  /// Adds what the graphs of an `AttributeProto` read.
  ///
  /// Throws `ModelError`, also where a tensor of the attribute is in another file.
  mutating func addAttribute(_ body: ByteSlice) throws { try addAttribute(body, inside: [], depth: 0) }

  private mutating func addAttribute(_ body: ByteSlice, inside scopes: [Set<String>], depth: Int) throws {
    var reader = WireReader(body)
    while let field = try reader.next() {
      switch field.number {
      case 5, 10: try refuseExternal(TensorMessage(try field.bytes()))
      case 6, 11: try addGraph(try field.bytes(), inside: scopes, depth: depth + 1)
      default: break
      }
    }
  }

  private mutating func addGraph(_ body: ByteSlice, inside scopes: [Set<String>], depth: Int) throws {
    guard depth <= Self.maximumDepth else {
      throw ModelError(
        file: file, "node \(node.quoted): sub-graphs are nested more than \(Self.maximumDepth) levels deep")
    }
    hasGraphs = true
    var defined: Set<String> = []
    var read: [String] = []
    var attributes: [ByteSlice] = []
    var reader = WireReader(body)
    while let field = try reader.next() {
      switch field.number {
      case 1:
        let message = try NodeMessage(try field.bytes())
        defined.formUnion(message.outputs)
        read += message.inputs
        attributes += message.attributes
      case 5:
        let tensor = try TensorMessage(try field.bytes())
        try refuseExternal(tensor)
        defined.insert(tensor.name)
      case 11: defined.insert(try ValueInfoMessage(try field.bytes()).name)
      case 12: read.append(try ValueInfoMessage(try field.bytes()).name)
      default: break
      }
    }
    let scopes = scopes + [defined]
    for name in read where !name.isEmpty && !scopes.contains(where: { $0.contains(name) }) {
      if seen.insert(name).inserted { names.append(name) }
    }
    for attribute in attributes { try addAttribute(attribute, inside: scopes, depth: depth) }
  }

  private func refuseExternal(_ tensor: TensorMessage) throws {
    guard tensor.isExternal else { return }
    throw ModelError(
      file: file,
      "node \(node.quoted): a tensor of an attribute is in another file, which is supported for initialisers"
        + " only")
  }
}

/// A `NodeProto`: one operator application, by names.
struct NodeMessage: Sendable {
  /// `""` where the file gives none.
  var name = ""
  var operatorName = ""
  /// `""` is ai.onnx.
  var domain = ""
  /// `""` where an optional input or output is left out; without such entries at the end.
  var inputs: [String] = []
  var outputs: [String] = []
  /// The `AttributeProto`s, undecoded: thousands of empty ones in a hostile file must not take memory.
  var attributes: [ByteSlice] = []

  init(_ body: ByteSlice) throws {
    var reader = WireReader(body)
    while let field = try reader.next() {
      switch field.number {
      case 1: inputs.append(try field.string())
      case 2: outputs.append(try field.string())
      case 3: name = try field.string()
      case 4: operatorName = try field.string()
      case 5: attributes.append(try field.bytes())
      case 7: domain = try normalised(domain: field.string())
      default: break
      }
    }
    func failure(_ what: String) -> ModelError {
      ModelError(
        file: body.source.name,
        "not a valid ONNX file: node \(name.quoted) at byte \(body.range.lowerBound) \(what)")
    }
    guard !operatorName.isEmpty else { throw failure("has no operator") }
    guard outputs.contains(where: { !$0.isEmpty }) else { throw failure("has no output") }
    while inputs.last == "" { inputs.removeLast() }
    while outputs.count > 1, outputs.last == "" { outputs.removeLast() }
  }
}

/// The standard domain has two spellings.
func normalised(domain: String) -> String { domain == "ai.onnx" ? "" : domain }

extension FieldReader {
  /// Reads a SPEC (`NAME` or `NAME,key=value,...`) from the command line; throws every mistake in it.
  public static func read<T>(spec: String, _ noun: String, _ kinds: [Kind<T>]) throws(InputError) -> T {
    let diagnostics = Diagnostics()
    let reader = FieldReader([], mode: .spec, at: nil, reportingTo: diagnostics)
    let result = reader.readKind(JSONNode(.string(spec), at: SourcePosition(file: "")), noun, kinds)
    try diagnostics.throwIfAny()
    guard let result else { throw InputError("'\(spec.printable)' is no \(noun)") }
    return result.value
  }

  /// Reads a SPEC or an object with a `kind`; throws every mistake in it.
  public static func read<T>(_ node: JSONNode, _ noun: String, _ kinds: [Kind<T>]) throws(InputError) -> T {
    let diagnostics = Diagnostics()
    let reader = FieldReader([], mode: .object, at: node.position, reportingTo: diagnostics)
    let result = reader.readKind(node, noun, kinds)
    try diagnostics.throwIfAny()
    guard let result else { throw InputError("\(node.summary) is no \(noun)", at: node.position) }
    return result.value
  }

  func readKind<T>(
    _ node: JSONNode, _ noun: String, _ kinds: [Kind<T>], notYet: [String] = []
  ) -> (value: T, resolved: JSONValue)? {
    switch node.value {
    case .string(let spec):
      let parts = Self.members(ofSpec: spec, at: node.position)
      parts.mistakes.forEach { diagnostics.report($0.message, at: hidden($0.position)) }
      let name = JSONNode(.string(parts.name), at: node.position)
      return chosen(name, noun, kinds, notYet).map { kind in
        readMembers(parts.members, of: node, kind: kind.name, mode: .spec, kind.read)
      }
    case .object(let members):
      guard let name = node["kind"] else {
        report("missing field 'kind': which \(noun) this is", at: node)
        return nil
      }
      return chosen(name, noun, kinds, notYet).map { kind in
        readMembers(members, of: node, kind: kind.name, kind.read)
      }
    default:
      report("a \(noun) must be a string or an object with a 'kind', not \(node.summary)", at: node)
      return nil
    }
  }

  private func chosen<T>(_ name: JSONNode, _ noun: String, _ kinds: [Kind<T>], _ notYet: [String]) -> Kind<T>? {
    guard case .string(let word) = name.value else {
      report("'kind' must be a string, not \(name.summary)", at: name)
      return nil
    }
    if let kind = kinds.first(where: { $0.name == word }) { return kind }
    if notYet.contains(word) {
      report("\(noun) '\(word)' is not supported yet", at: name)
      return nil
    }
    let names = kinds.map(\.name)
    let nearest = names.nearest(to: word)
    let known = nearest == nil ? " (known: \(names.joined(separator: ", ")))" : ""
    report("unknown \(noun) '\(word.printable)'\(known)", at: name, suggestion: nearest)
    return nil
  }

  /// Splits `NAME,key=value,...`; places are exact as long as the string has no escapes.
  private static func members(
    ofSpec spec: String, at position: SourcePosition
  ) -> (name: String, members: [JSONMember], mistakes: [Diagnostic]) {
    let parts = spec.split(separator: ",", omittingEmptySubsequences: false)
    var members: [JSONMember] = []
    var mistakes: [Diagnostic] = []
    var column = position.column + 1 + parts[0].unicodeScalars.count + 1
    for part in parts.dropFirst() {
      let place = SourcePosition(file: position.file, line: position.line, column: column)
      column += part.unicodeScalars.count + 1
      guard let equals = part.firstIndex(of: "="), equals > part.startIndex else {
        mistakes.append(Diagnostic("expected key=value, found '\(String(part).printable)'", at: place))
        continue
      }
      let key = String(part[..<equals])
      let distance = part[...equals].unicodeScalars.count
      let valuePlace = SourcePosition(file: position.file, line: position.line, column: place.column + distance)
      if members.contains(where: { $0.key == key }) {
        mistakes.append(Diagnostic("duplicate key '\(key.printable)'", at: place))
      }
      let text = String(part[part.index(after: equals)...])
      members.append(JSONMember(key, at: place, JSONNode(.string(text), at: valuePlace)))
    }
    return (String(parts[0]), members, mistakes)
  }
}

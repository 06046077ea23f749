extension JSONNode {
  /// Replaces or adds the value at a path of keys and indices.
  ///
  /// An element of an array is named by its index from 0 or by its `name`. Missing objects on the way are made, as every
  /// unknown field is found later; a missing element and a way through a plain value are errors.
  public mutating func set(_ path: [String], to node: JSONNode) throws(InputError) {
    try set(path[...], whole: path, to: node)
  }

  private mutating func set(_ rest: ArraySlice<String>, whole: [String], to node: JSONNode) throws(InputError) {
    guard let step = rest.first else {
      self = node
      return
    }
    let before = whole[..<rest.startIndex].joined(separator: ".")
    switch value {
    case .object(var members):
      let index = members.firstIndex { $0.key == step } ?? members.count
      if index == members.count {
        members.append(JSONMember(step, at: node.position, JSONNode(.object([]), at: node.position)))
      }
      try members[index].node.set(rest.dropFirst(), whole: whole, to: node)
      value = .object(members)
    case .array(var elements):
      let names = elements.map { element -> String in
        if case .string(let name)? = element["name"]?.value { name } else { "" }
      }
      guard let index = Int(step) ?? names.firstIndex(of: step), elements.indices.contains(index) else {
        throw InputError(
          "'\(before.printable)' has \(elements.count) elements, and none is '\(step.printable)'",
          at: node.position,
          suggestion: names.nearest(to: step))
      }
      try elements[index].set(rest.dropFirst(), whole: whole, to: node)
      value = .array(elements)
    default:
      throw InputError("'\(before.printable)' is \(summary), which has no '\(step.printable)'", at: node.position)
    }
  }

  /// The same value with all places inside it replaced by one.
  public func placed(at position: SourcePosition) -> JSONNode {
    switch value {
    case .array(let elements): JSONNode(.array(elements.map { $0.placed(at: position) }), at: position)
    case .object(let members):
      JSONNode(
        .object(members.map { JSONMember($0.key, at: position, $0.node.placed(at: position)) }), at: position)
    default: JSONNode(value, at: position)
    }
  }
}

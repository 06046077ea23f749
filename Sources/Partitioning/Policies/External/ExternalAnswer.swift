import StrictJSON

/// What an external policy answers: `{"id": 7, "cut": "conv1", "hold_ms": 0}`, or several such `decisions`.
enum ExternalAnswer {
  /// The decisions of one line, at least one; throws `InputError` for anything that is no placement of this network.
  static func decisions(
    _ line: [UInt8], number: Int, atMost batch: Int, _ problem: PlacementProblem, file: String
  ) throws(InputError) -> [Decision] {
    let node = try JSONParser.parse(line, file: file)
    guard case .object = node.value else {
      throw InputError("\(file): an answer must be an object, not \(node.summary)")
    }
    guard case .number(let id)? = node["id"]?.value, id.value == Double(number) else {
      throw InputError("\(file): the answer must repeat the question's \"id\": \(number)")
    }
    guard let several = node["decisions"] else { return [try decision(node, besides: ["id"], problem, file)] }
    guard case .array(let entries) = several.value, (1...batch).contains(entries.count) else {
      throw InputError("\(file): 'decisions' must be an array of 1 to \(batch), the 'batch' that was asked for")
    }
    try check(node, knows: ["id", "decisions"], file)
    var result: [Decision] = []
    for entry in entries { result.append(try decision(entry, besides: [], problem, file)) }
    return result
  }

  private static func check(_ node: JSONNode, knows keys: [String], _ file: String) throws(InputError) {
    guard case .object(let members) = node.value else {
      throw InputError("\(file): a decision must be an object, not \(node.summary)")
    }
    for member in members where !keys.contains(member.key) {
      throw InputError("\(file): unknown field '\(member.key.printable)'", suggestion: keys.nearest(to: member.key))
    }
  }

  private static func decision(
    _ node: JSONNode, besides keys: [String], _ problem: PlacementProblem, _ file: String
  ) throws(InputError) -> Decision {
    try check(node, knows: keys + ["cut", "to", "tier", "placement", "hold_ms"], file)
    let ways = ["cut", "tier", "placement"].filter { node[$0] != nil }
    guard ways.count == 1 else {
      throw InputError("\(file): a decision has exactly one of 'cut', 'tier' and 'placement'")
    }
    var hold = 0.0
    if let held = node["hold_ms"] {
      guard case .number(let value) = held.value, (0...1e9).contains(value.value) else {
        throw InputError("\(file): 'hold_ms' must be a number in 0...1e9, not \(held.summary)")
      }
      hold = value.value
    }
    return Decision(try placement(node, problem, file), holdNanoseconds: .nanoseconds(hold * 1e6))
  }

  private static func placement(
    _ node: JSONNode, _ problem: PlacementProblem, _ file: String
  ) throws(InputError) -> Placement {
    if let tier = node["tier"] { return problem.placement(everythingOn: try index(of: tier, problem, file)) }
    if let cut = node["cut"] {
      let rest = try node["to"].map { tier throws(InputError) in try index(of: tier, problem, file) }
      switch cut.value {
      case .null: return problem.placement(cutting: Cut(layers: [], name: nil), rest: rest)
      case .string(let name): return problem.placement(cutting: try problem.cut(named: name), rest: rest)
      default: throw InputError("\(file): 'cut' must be a layer's name or null, not \(cut.summary)")
      }
    }
    guard case .object(let members)? = node["placement"]?.value else {
      throw InputError("\(file): 'placement' must be an object from layers to tiers")
    }
    var tiers = problem.placement(everythingOn: 0)
    var open = Set(problem.network.layers.indices.filter { problem.pinnedTier(of: $0) == nil })
    for member in members {
      for layer in try problem.network.layers(named: member.key) {
        let tier = try index(of: member.node, problem, file)
        if let pinned = problem.pinnedTier(of: layer), pinned != tier {
          throw InputError(
            "\(file): layer '\(member.key.printable)' is pinned to '\(problem.tiers[pinned].name.printable)'")
        }
        tiers.tiers[layer] = UInt8(tier)
        open.remove(layer)
      }
    }
    if let missing = open.min() {
      let name = problem.network.layers[missing].name.printable
      throw InputError("\(file): 'placement' has no tier for layer '\(name)'")
    }
    return tiers
  }

  private static func index(of tier: JSONNode, _ problem: PlacementProblem, _ file: String) throws(InputError) -> Int {
    let names = problem.tiers.map(\.name)
    guard case .string(let name) = tier.value else {
      throw InputError("\(file): a tier must be named by a string, not \(tier.summary)")
    }
    guard
      let index = names.firstIndex(of: name) ?? names.indices.first(where: { problem.role(of: $0).rawValue == name })
    else {
      throw InputError(
        "\(file): no tier '\(name.printable)' on the path (\(names.map(\.printable).joined(separator: ", ")))",
        suggestion: names.nearest(to: name))
    }
    return index
  }
}

/// Names for all nodes of a file, unique and the same whenever the file is read.
enum NodeNames {
  /// The names that the file gives; where it gives none, the operator and the place in the file, as in `Conv_12`.
  static func names(of nodes: [NodeMessage]) -> [String] {
    var taken = Set(nodes.lazy.map(\.name).filter { !$0.isEmpty })
    var seen: Set<String> = []
    var suffixes: [String: Int] = [:]
    return nodes.enumerated().map { index, node in
      if !node.name.isEmpty, seen.insert(node.name).inserted { return node.name }
      let stem = node.name.isEmpty ? "\(node.operatorName)_\(index)" : node.name
      if node.name.isEmpty, taken.insert(stem).inserted { return stem }
      var candidate: String
      repeat {
        suffixes[stem, default: 0] += 1
        candidate = "\(stem)_\(suffixes[stem, default: 0])"
      } while !taken.insert(candidate).inserted
      return candidate
    }
  }
}

/// Lets nodes that compute the same from the same inputs be computed once.
///
/// Small constants of equal elements count as the same input. Nodes with tensors or sub-graphs as attributes, random
/// operators and operators that others define are left alone.
struct CommonSubexpressions: GraphPass {
  static let name = "common-subexpressions"
  static let summary = "computes once what several nodes compute from the same inputs"
  static let exactness = PassExactness.identical

  /// Constants up to so many elements are compared by their elements.
  private static let comparedElements = 16

  func run(on graph: inout GraphEditor) {
    var known: [String: Int] = [:]
    var constants: [String: ValueID] = [:]
    for index in graph.nodes.indices {
      guard let node = graph.nodes[index], !node.operatorName.hasPrefix("Random"), node.operatorName != "Bernoulli",
        node.operatorName != "Multinomial", let attributes = key(node.attributes)
      else { continue }
      var parts = [node.domain, node.operatorName, attributes]
      for input in node.inputs {
        guard let input else {
          parts.append("-")
          continue
        }
        let same = constantKey(graph.constant(input)).map { key -> ValueID in
          if let first = constants[key] { return first }
          constants[key] = input
          return input
        }
        parts.append(String((same ?? input).index))
      }
      parts.append(node.outputs.map { $0 == nil ? "-" : "+" }.joined())
      let key = parts.joined(separator: "|")
      guard let first = known[key], let original = graph.nodes[first] else {
        known[key] = index
        continue
      }
      guard node.outputs.allSatisfy({ $0.map { !graph.isOutput($0) } ?? true }) else { continue }
      for (old, new) in zip(node.outputs, original.outputs) {
        if let old, let new { graph.redirect(old, to: new) }
      }
      graph.merge(index, into: original.name)
    }
  }

  private func constantKey(_ constant: Tensor?) -> String? {
    guard let constant, constant.elementCount <= Self.comparedElements else { return nil }
    let bytes = withExtendedLifetime(constant.storage) {
      [UInt8](UnsafeRawBufferPointer(start: constant.bytes, count: constant.byteCount))
    }
    return "\(constant.elementType.rawValue)\(constant.shape)\(bytes)"
  }

  private func key(_ attributes: [String: Attribute]) -> String? {
    var parts: [String] = []
    for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
      switch attribute {
      case .int(let value): parts.append("\(name)=\(value)")
      case .float(let value): parts.append("\(name)=\(value.bitPattern)f")
      case .ints(let values): parts.append("\(name)=\(values)")
      case .floats(let values): parts.append("\(name)=\(values.map(\.bitPattern))f")
      case .string(let value): parts.append("\(name)=\(value.debugDescription)")
      case .strings(let values): parts.append("\(name)=\(values)")
      default: return nil
      }
    }
    return parts.joined(separator: ";")
  }
}

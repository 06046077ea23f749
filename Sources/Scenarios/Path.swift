import StrictJSON

extension Scenario {
  /// The chain of nodes that requests of one source can use, from the source upwards, and the links between them.
  public struct Path: Sendable, Hashable {
    /// Indices into the scenario's nodes.
    public let nodes: [Int]
    /// Indices into the scenario's links: `links[i]` joins `nodes[i]` and `nodes[i + 1]`.
    public let links: [Int]

    public init(nodes: [Int], links: [Int]) {
      self.nodes = nodes
      self.links = links
    }
  }

  public func nodeIndex(named name: String) -> Int? { nodes.firstIndex { $0.name == name } }
  public func modelIndex(named name: String) -> Int? { models.firstIndex { $0.name == name } }

  /// The path of a workload of a scenario that was checked.
  public func path(of workload: Workload) -> Path {
    guard let source = nodeIndex(named: workload.source.name) else { preconditionFailure("an unchecked scenario") }
    return path(from: source)
  }

  /// Follows the upward links from a node until there is none, or a node comes again.
  func path(from source: Int) -> Path {
    var nodes = [source]
    var links: [Int] = []
    while let link = upwardLinks(of: nodes[nodes.count - 1]).first,
      let next = nodeIndex(named: self.links[link].to.name), !nodes.contains(next)
    {
      links.append(link)
      nodes.append(next)
    }
    return Path(nodes: nodes, links: links)
  }

  func upwardLinks(of node: Int) -> [Int] { links.indices.filter { links[$0].from.name == nodes[node].name } }
}

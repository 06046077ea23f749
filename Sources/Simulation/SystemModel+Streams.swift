import RandomStreams

extension SystemModel {
  /// How many instances a link has.
  func instances(of link: LinkModel) -> Int { link.isShared ? 1 : nodes[link.from].count }

  /// The name under which a source draws: its node and network, and which of the sources of these two it is.
  ///
  /// Nodes, links and sources of other names can come and go without changing its numbers.
  private func streamName(of source: Int) -> (entity: String, index: UInt64) {
    let (node, network) = (sources[source].node, sources[source].model)
    let index = sources[..<source].count { $0.node == node && $0.model == network }
    return ("\(nodes[node].name)/\(models[network])", UInt64(index))
  }

  /// The streams of a source for one purpose.
  func streams(of source: Int, for purpose: String) -> RandomStreamFamily {
    let (entity, index) = streamName(of: source)
    return RandomStreamFamily(
      seed: seed, replication: UInt64(replication), entity: entity, index: index, purpose: purpose)
  }
}

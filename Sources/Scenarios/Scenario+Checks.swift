import Partitioning
import Simulation
import StrictJSON

/// What fields cannot tell by themselves: that names are distinct and exist, and that the nodes form chains.
extension Scenario {
  func check(_ diagnostics: Diagnostics) {
    checkDistinct(models.map { ($0.name, $0.position) }, "model", diagnostics)
    checkDistinct(nodes.map { ($0.name, $0.position) }, "node", diagnostics)
    checkDistinct(links.map { ($0.name, $0.position) }, "link", diagnostics)
    checkDistinct(policies.map { ($0.label, $0.position) }, "policy", diagnostics)
    for link in links { checkEnds(of: link, diagnostics) }
    checkCells(diagnostics)
    checkOutages(diagnostics)
    for entry in workload {
      checkExists(entry.source, among: nodes.map(\.name), "node", diagnostics)
      checkExists(entry.model, among: models.map(\.name), "model", diagnostics)
    }
    checkArrivalRates(diagnostics)
    // Paths mean something only once all names are right.
    guard diagnostics.isEmpty else { return }
    checkChains(diagnostics)
    guard diagnostics.isEmpty else { return }
    checkPaths(diagnostics)
  }

  private func checkDistinct(_ names: [(String, SourcePosition?)], _ noun: String, _ diagnostics: Diagnostics) {
    var seen: Set<String> = []
    for (name, position) in names where !name.isEmpty && !seen.insert(name).inserted {
      diagnostics.report(
        "two \(noun == "policy" ? "policies" : noun + "s") are called '\(name.printable)'", at: position)
    }
  }

  private func checkExists(
    _ reference: Reference, among names: [String], _ noun: String, _ diagnostics: Diagnostics
  ) {
    // An entry without a proper name was reported already, and may be the one that is meant.
    guard !reference.name.isEmpty, !names.isEmpty, !names.contains(""), !names.contains(reference.name) else { return }
    let nearest = names.nearest(to: reference.name)
    let known = nearest == nil ? " (known: \(names.map(\.printable).joined(separator: ", ")))" : ""
    diagnostics.report(
      "there is no \(noun) '\(reference.name.printable)'\(known)", at: reference.position, suggestion: nearest)
  }

  private func checkEnds(of link: Link, _ diagnostics: Diagnostics) {
    let names = nodes.map(\.name)
    checkExists(link.from, among: names, "node", diagnostics)
    checkExists(link.to, among: names, "node", diagnostics)
    if link.from.name == link.to.name, !link.from.name.isEmpty {
      diagnostics.report(
        "a link must join two nodes, not '\(link.from.name.printable)' with itself", at: link.to.position)
    }
  }

  /// So many outages that a run would never end are a slip of the pen.
  private func checkOutages(_ diagnostics: Diagnostics) {
    func check(_ random: RandomOutages?, count: Int, _ position: SourcePosition?) {
      guard let random else { return }
      let length = (random.meanUpNanoseconds + random.meanDownNanoseconds) / 1e9
      let outages = Double(count) * durationSeconds / length
      guard outages > 1e8 else { return }
      diagnostics.report(
        "\(JSONNumber(outages.rounded()).text) outages would come at random, more than 10^8", at: position)
    }
    for node in nodes {
      check(node.randomOutages, count: node.count, node.position)
      if node.randomOutages != nil || !node.outages.isEmpty, !node.traits.isPlain {
        diagnostics.report(
          "node '\(node.name.printable)' has outages, which are not simulated together with memory, clocks, heat, power "
            + "states or batteries", at: node.position)
      }
    }
    for link in links {
      let count = link.isShared ? 1 : nodes.first { $0.name == link.from.name }?.count ?? 1
      check(link.randomOutages, count: count, link.position)
    }
  }

  /// Links of one cell must agree on what they share.
  private func checkCells(_ diagnostics: Diagnostics) {
    for (index, link) in links.enumerated() {
      guard let medium = link.medium, let cell = medium.cell,
        let other = links[..<index].first(where: { $0.medium?.cell == cell }), let known = other.medium
      else { continue }
      if (medium.fairness, medium.totals) != (known.fairness, known.totals) {
        diagnostics.report(
          "links '\(other.name.printable)' and '\(link.name.printable)' share the cell '\(cell.printable)', so that their "
            + "'fairness' and 'total_mbps_by_clients' must be the same", at: link.sharingPosition)
      }
    }
    for link in links where !link.losesInOutages && (!link.outages.isEmpty || link.randomOutages != nil) {
      guard let cell = link.medium?.cell, links.count(where: { $0.medium?.cell == cell }) > 1 else { continue }
      diagnostics.report(
        "a cell that several links share does not pause: 'on_outage' of '\(link.name.printable)' must be lose",
        at: link.sharingPosition)
    }
  }

  /// Rates so high that a run would never end are a slip of the pen.
  private func checkArrivalRates(_ diagnostics: Diagnostics) {
    for entry in workload {
      let count = Double(nodes.first { $0.name == entry.source.name }?.count ?? 1)
      let rate =
        switch entry.arrivals {
        case .poisson(let rate), .periodic(let rate, _, _): rate
        case .mmpp(let rates, _): rates.max() ?? 0
        case .diurnal(let mean, let amplitude, _, _): mean * (1 + amplitude)
        case .trace, .closed: 0.0
        }
      let requests = rate * count * durationSeconds * Double(entry.requestsPerArrival)
      if requests > 1e12 {
        diagnostics.report(
          "\(JSONNumber(requests.rounded()).text) requests would arrive, more than 10^12", at: entry.source.position)
      }
    }
  }

  private func checkChains(_ diagnostics: Diagnostics) {
    for (index, node) in nodes.enumerated() {
      let upward = upwardLinks(of: index)
      for link in upward.dropFirst() {
        diagnostics.report(
          "'\(node.name.printable)' has two links upwards, '\(links[upward[0]].name.printable)' and "
            + "'\(links[link].name.printable)': the nodes must form chains, so that the way of a request is clear",
          at: links[link].from.position)
      }
    }
    for link in links {
      guard let from = nodeIndex(named: link.from.name), let to = nodeIndex(named: link.to.name) else { continue }
      let path = path(from: to)
      if path.nodes.contains(from) {
        diagnostics.report(
          "the links form a cycle through '\(link.from.name.printable)'; a link goes 'from' the lower node 'to' the upper",
          at: link.from.position)
      } else if nodes[from].tier.level > nodes[to].tier.level {
        diagnostics.report(
          "link '\(link.name.printable)' goes from \(nodes[from].tier.rawValue) to \(nodes[to].tier.rawValue): "
            + "'from' must be the lower end", at: link.from.position)
      }
    }
  }

  private func checkPaths(_ diagnostics: Diagnostics) {
    var onPath: Set<Int> = []
    var accessLinks: Set<Int> = []
    var farLinks: Set<Int> = []
    for entry in workload {
      let path = path(of: entry)
      onPath.formUnion(path.nodes)
      accessLinks.formUnion(path.links.prefix(1))
      farLinks.formUnion(path.links.dropFirst())
      let top = nodes[path.nodes[path.nodes.count - 1]]
      if path.links.isEmpty, nodes.contains(where: { $0.tier.level > top.tier.level }) {
        diagnostics.report(
          "no link leads up from '\(top.name.printable)': its requests cannot reach another node",
          at: entry.source.position)
      }
    }
    for entry in workload {
      let path = path(of: entry).links.map { links[$0] }
      for (lower, upper) in zip(path, path.dropFirst())
      where lower.streams && upper.streams && lower.transport != upper.transport {
        diagnostics.report(
          "messages stream from '\(lower.name.printable)' to '\(upper.name.printable)', which must have the same 'transport'",
          at: upper.streamsPosition)
      }
    }
    for (index, node) in nodes.enumerated() where !onPath.contains(index) {
      let isSource = upwardLinks(of: index).isEmpty == false
      diagnostics.report(
        isSource
          ? "no requests begin at '\(node.name.printable)' and no path leads through it"
          : "no path leads from a workload's source to '\(node.name.printable)'", at: node.position)
    }
    for index in links.indices where farLinks.contains(index) && links[index].radio != .none {
      diagnostics.report(
        "link '\(links[index].name.printable)' is not the first one of a source: "
          + "a radio between other nodes is not supported yet", at: links[index].radioPosition)
    }
  }
}

extension TierRole {
  /// How far from the user: 0 is the device.
  var level: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

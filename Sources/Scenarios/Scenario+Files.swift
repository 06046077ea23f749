import Partitioning
import Simulation
import StrictJSON

/// The files that a scenario names: profiles, cost tables, traces and networks.
extension Scenario {
  mutating func readFiles(zoo: [String]) throws(InputError) {
    let diagnostics = Diagnostics()
    for index in models.indices { readModel(index, zoo, diagnostics) }
    for index in nodes.indices {
      let before = diagnostics.isEmpty
      readProfile(index, diagnostics)
      guard nodes[index].optional.memoryIsOfProfile, before, diagnostics.isEmpty else { continue }
      if let bytes = nodes[index].profile?.memoryBytes {
        nodes[index].optional.traits.memory?.bytes = Int(min(bytes, 1e15))
      } else {
        diagnostics.report("'memory' needs 'bytes': no profile tells them", at: nodes[index].optional.memoryPosition)
      }
    }
    for index in links.indices { readTraces(index, diagnostics) }
    for index in workload.indices {
      guard let file = workload[index].arrivalsFile else { continue }
      do throws(InputError) {
        let times = try ArrivalTrace.nanoseconds(in: path(of: file), mentionedAt: file.position)
        workload[index].arrivals = .trace(nanoseconds: times)
      } catch { diagnostics.report(error) }
    }
    if diagnostics.isEmpty { for entry in workload { checkCosts(of: entry, diagnostics) } }
    try diagnostics.throwIfAny()
  }

  private mutating func readTraces(_ index: Int, _ diagnostics: Diagnostics) {
    func trace(_ trace: Link.TraceFile?, column: String) -> RateTrace? {
      guard let trace else { return nil }
      do throws(InputError) {
        return try trace.format.read(
          path(of: trace.file), column: trace.column ?? column, mentionedAt: trace.file.position)
      } catch { diagnostics.report(error) }
      return nil
    }
    if let up = trace(links[index].uplinkTraceFile, column: "UL_bitrate") {
      links[index].uplinkTrace = up
      links[index].uplinkMbps = up.meanBitsPerSecond / 1e6
    }
    if let down = trace(links[index].downlinkTraceFile, column: "DL_bitrate") {
      links[index].downlinkTrace = down
      links[index].downlinkMbps = down.meanBitsPerSecond / 1e6
    }
  }

  private mutating func readModel(_ index: Int, _ zoo: [String], _ diagnostics: Diagnostics) {
    let model = models[index]
    switch model.source {
    case .zoo(let network):
      guard !zoo.contains(network) else { return }
      let nearest = zoo.nearest(to: network, within: 3)
      let hint = nearest == nil ? "; 'offloadsim models' lists it, 'file' and 'costs' name other networks" : ""
      diagnostics.report(
        "the zoo has no network '\(network.printable)'\(hint)", at: model.position, suggestion: nearest)
    case .onnx(let file):
      if let reason = InputFile.reasonNotToRead(path(of: file)) {
        diagnostics.report("cannot read '\(path(of: file).printable)': \(reason)", at: file.position)
      }
    case .costs(let file):
      do throws(InputError) {
        let path = path(of: file)
        let bytes = try InputFile.bytes(of: path, limit: 1 << 28, mentionedAt: file.position)
        models[index].costTable = try CostTable(JSONParser.parse(bytes, file: path), name: model.name)
      } catch { diagnostics.report(error) }
    }
  }

  private mutating func readProfile(_ index: Int, _ diagnostics: Diagnostics) {
    guard let reference = nodes[index].profileName else { return }
    do throws(InputError) {
      if reference.name.contains("/") || reference.name.hasSuffix(".json") {
        let path = path(of: reference)
        let bytes = try InputFile.bytes(of: path, limit: 1 << 24, mentionedAt: reference.position)
        nodes[index].profile = try DeviceProfile(JSONParser.parse(bytes, file: path))
      } else if let profile = DeviceProfile.builtIn(named: reference.name) {
        nodes[index].profile = profile
      } else {
        let names = DeviceProfile.builtInNames
        let nearest = names.nearest(to: reference.name, within: 4)
        let known = nearest == nil ? " (known: \(names.joined(separator: ", ")); a profile file ends in .json)" : ""
        throw InputError(
          "there is no built-in profile '\(reference.name.printable)'\(known)", at: reference.position,
          suggestion: nearest)
      }
    } catch { diagnostics.report(error) }
  }

  /// Every node of a path needs compute times: of the cost table's tier, or of a profile.
  private func checkCosts(of entry: Workload, _ diagnostics: Diagnostics) {
    guard let model = modelIndex(named: entry.model.name) else { return }
    let path = path(of: entry)
    guard let table = models[model].costTable else {
      for node in path.nodes where nodes[node].profile == nil && timing == .profile {
        diagnostics.report(
          "node '\(nodes[node].name.printable)' needs a 'profile' to compute '\(entry.model.name.printable)'",
          at: nodes[node].position)
      }
      return
    }
    if timing == .measured {
      diagnostics.report(
        "'\(entry.model.name.printable)' is a cost table: there is nothing to measure, so 'timing' must be profile",
        at: entry.model.position)
    }
    for node in path.nodes where !table.tiers.contains(nodes[node].tier.rawValue) {
      diagnostics.report(
        "the cost table of '\(entry.model.name.printable)' has no tier '\(nodes[node].tier.rawValue)' for node "
          + "'\(nodes[node].name.printable)' (it has \(table.tiers.map(\.printable).joined(separator: ", ")))",
        at: entry.model.position)
    }
    let device = nodes[path.nodes[0]].tier.rawValue
    if let recovery = entry.recovery, recovery.fallback != .none,
      let layer = table.graph.layers.first(where: { ($0.pinnedTier ?? device) != device })
    {
      diagnostics.report(
        "the device cannot fall back: layer '\(layer.name.printable)' of '\(entry.model.name.printable)' is pinned to "
          + "\((layer.pinnedTier ?? "").printable)", at: entry.recoveryPosition)
    }
    let tiers = Set(path.nodes.map { nodes[$0].tier.rawValue })
    for layer in table.graph.layers where !layer.isInput {
      guard let pinned = layer.pinnedTier, !tiers.contains(pinned) else { continue }
      diagnostics.report(
        "layer '\(layer.name.printable)' of '\(entry.model.name.printable)' is pinned to \(pinned.printable), "
          + "which is not on the way from '\(entry.source.name.printable)'", at: entry.model.position)
    }
  }
}

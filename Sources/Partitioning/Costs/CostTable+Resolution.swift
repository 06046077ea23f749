import StrictJSON

extension CostTable {
  /// Resolves names, orders the layers and checks what single fields cannot tell.
  init(_ file: CostTableRows, name: String) throws(InputError) {
    let diagnostics = Diagnostics()
    file.checkTiers(diagnostics)
    let rowOfName = file.rowsByName(diagnostics)
    for row in file.rows { row.check(tiers: file.tiers, names: file.rows.map(\.name), rowOfName, diagnostics) }
    if !file.rows.isEmpty, !file.rows.contains(where: { $0.inputs.isEmpty }) {
      diagnostics.report("no layer is an input: every one reads another's output", at: file.position)
    }
    try diagnostics.throwIfAny()
    let order = try file.topologicalOrder(rowOfName)

    var place = [Int](repeating: 0, count: order.count)
    for (index, row) in order.enumerated() { place[row] = index }
    var consumers = [[Int]](repeating: [], count: order.count)
    var layers: [CostGraph.Layer] = []
    for (index, row) in order.map({ file.rows[$0] }).enumerated() {
      let inputs = Set(row.inputs.compactMap { rowOfName[$0].map { place[$0] } }).sorted()
      for input in inputs { consumers[input].append(index) }
      layers.append(
        CostGraph.Layer(
          name: row.name, inputs: inputs, outputs: [index],
          pinnedTier: row.pinned ?? (row.inputs.isEmpty ? file.tiers[0] : nil), isInput: row.isInput,
          work: row.weightBytes > 0
            ? CostGraph.Work(macs: 0, bytes: 0, weightBytes: row.weightBytes, costClass: .memory) : nil))
    }
    let tensors = order.enumerated().map { index, row in
      CostGraph.Boundary(
        name: file.rows[row].name, producer: index, consumers: consumers[index], bytes: file.rows[row].outputBytes,
        isResult: consumers[index].isEmpty)
    }
    var graph = CostGraph(name: file.name ?? name, layers: layers, tensors: tensors)
    graph.exits = try file.resolvedExits(layers)
    self.graph = graph
    tiers = file.tiers
    power = tiers.map { tier in file.power.first { $0.name == tier }?.value ?? Power() }
    computeNanoseconds = tiers.map { tier in
      order.map { row in
        .nanoseconds((file.rows[row].milliseconds?.first { $0.name == tier }?.value ?? 0) * 1e6)
      }
    }
    batchTimes = tiers.map { tier in
      order.map { row in
        file.rows[row].batch.first { $0.name == tier }.map {
          BatchTime(
            fixedNanoseconds: .nanoseconds($0.value.fixed * 1e6),
            perItemNanoseconds: .nanoseconds($0.value.perItem * 1e6))
        }
      }
    }
  }
}

extension CostTableRows {
  /// The exits by layer index; throws where they are not in order, or more than all samples leave.
  fileprivate func resolvedExits(_ layers: [CostGraph.Layer]) throws(InputError) -> [CostGraph.Exit] {
    let diagnostics = Diagnostics()
    var (result, sum): ([CostGraph.Exit], Double) = ([], 0)
    if exits.count > 255 { diagnostics.report("more than 255 exits", at: exits[255].position) }
    for (index, exit) in exits.enumerated() {
      guard let layer = layers.firstIndex(where: { $0.name == exit.layer }) else {
        diagnostics.report(
          "exit at layer '\(exit.layer.printable)', which does not exist", at: exit.position,
          suggestion: layers.map(\.name).nearest(to: exit.layer))
        continue
      }
      let isLast = index == exits.count - 1
      if let before = result.last, before.layer >= layer {
        diagnostics.report("exit '\(exit.layer.printable)' must stand behind the exits before it", at: exit.position)
      }
      if !isLast, exit.probability == nil {
        diagnostics.report("exit '\(exit.layer.printable)' needs its 'probability'", at: exit.position)
      }
      if isLast, !layers.allSatisfy({ !$0.inputs.contains(where: layers[layer].outputs.contains) }) {
        diagnostics.report(
          "the last exit must be a layer that no other reads, not '\(exit.layer.printable)'", at: exit.position)
      }
      sum += exit.probability ?? 0
      if sum > 1 + 1e-9 {
        diagnostics.report("the exits' probabilities add up to more than 1", at: exit.position)
      }
      result.append(
        CostGraph.Exit(
          layer: layer, accuracy: exit.accuracy, probability: isLast ? 1 : exit.probability ?? 0))
    }
    try diagnostics.throwIfAny()
    return result
  }

  fileprivate func checkTiers(_ diagnostics: Diagnostics) {
    if tiers.isEmpty { diagnostics.report("'tiers' must name at least one tier", at: tiersPosition) }
    if tiers.count > 64 { diagnostics.report("more than 64 tiers", at: tiersPosition) }
    for (index, tier) in tiers.enumerated() {
      if tier.isEmpty { diagnostics.report("a tier's name must not be empty", at: tiersPosition) }
      if tiers[..<index].contains(tier) { diagnostics.report("duplicate tier '\(tier.printable)'", at: tiersPosition) }
    }
    for entry in power where !tiers.contains(entry.name) {
      diagnostics.reportUnknownTier(entry.name, tiers, entry.position)
    }
  }

  fileprivate func rowsByName(_ diagnostics: Diagnostics) -> [String: Int] {
    var rowOfName: [String: Int] = [:]
    for (index, row) in rows.enumerated() {
      if rowOfName[row.name] != nil {
        diagnostics.report("duplicate layer '\(row.name.printable)'", at: row.namePosition)
      } else {
        rowOfName[row.name] = index
      }
    }
    return rowOfName
  }

  /// Layers after the ones they read, in the order of the file otherwise; throws where they form a cycle.
  fileprivate func topologicalOrder(_ rowOfName: [String: Int]) throws(InputError) -> [Int] {
    let sources = rows.map { row in row.inputs.compactMap { rowOfName[$0] } }
    enum Mark { case new, open, done }
    var marks = [Mark](repeating: .new, count: rows.count)
    var order: [Int] = []
    for root in rows.indices where marks[root] == .new {
      marks[root] = .open
      var stack = [(row: root, next: 0)]
      while let top = stack.last {
        guard top.next < sources[top.row].count else {
          marks[top.row] = .done
          order.append(top.row)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let source = sources[top.row][top.next]
        if marks[source] == .open {
          let cycle = stack.drop { $0.row != source }.map { rows[$0.row].name.printable }
          let names = cycle.count > 8 ? cycle.prefix(8) + ["..."] : cycle[...]
          throw InputError(
            "the layers form a cycle: \(([cycle[0]] + names.dropFirst().reversed() + [cycle[0]]).joined(separator: " -> "))",
            at: rows[source].inputsPosition)
        }
        if marks[source] == .new {
          marks[source] = .open
          stack.append((source, 0))
        }
      }
    }
    return order
  }
}

extension CostTableRows.Row {
  /// A layer without inputs that takes no time of its own.
  fileprivate var isInput: Bool { inputs.isEmpty && milliseconds == nil }

  fileprivate func check(
    tiers: [String], names: [String], _ rowOfName: [String: Int], _ diagnostics: Diagnostics
  ) {
    for input in inputs where rowOfName[input] == nil {
      diagnostics.report(
        "layer '\(name.printable)' reads '\(input.printable)', which does not exist", at: inputsPosition,
        suggestion: names.nearest(to: input))
    }
    if let pinned, !tiers.contains(pinned) { diagnostics.reportUnknownTier(pinned, tiers, pinnedPosition) }
    for time in milliseconds ?? [] where !tiers.contains(time.name) {
      diagnostics.reportUnknownTier(time.name, tiers, time.position)
    }
    for time in batch where !tiers.contains(time.name) {
      diagnostics.reportUnknownTier(time.name, tiers, time.position)
    }
    guard let milliseconds else {
      if !inputs.isEmpty {
        diagnostics.report(
          "layer '\(name.printable)' has no 'ms', and is no input as it reads others", at: namePosition)
      }
      return
    }
    let home = pinned ?? (inputs.isEmpty ? tiers.first : nil)
    for tier in home.map({ [$0] }) ?? tiers where !milliseconds.contains(where: { $0.name == tier }) {
      diagnostics.report("layer '\(name.printable)' has no 'ms' for tier '\(tier.printable)'", at: timesPosition)
    }
  }
}

extension Diagnostics {
  fileprivate func reportUnknownTier(_ name: String, _ tiers: [String], _ position: SourcePosition?) {
    let nearest = tiers.nearest(to: name)
    let known = nearest == nil ? " (known: \(tiers.map(\.printable).joined(separator: ", ")))" : ""
    report("unknown tier '\(name.printable)'\(known)", at: position, suggestion: nearest)
  }
}

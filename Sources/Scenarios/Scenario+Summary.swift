import Simulation
import StrictJSON

extension Scenario {
  /// What a scenario comes to, for people: a title and a line for each node, link, workload and for the policies.
  public var summary: [String] {
    let repeats =
      precision.map { "replications to a precision of \((100 * $0).text) %" }
      ?? (replications == 1 ? "1 replication" : "\(replications) replications")
    let title =
      "\(name): \(durationSeconds.text) s of requests, \(findsWarmup ? "a found" : "\(warmupSeconds.text) s") warm-up, \(repeats), seed \(seed)"
    return [title] + nodes.map { "  node      \(describe($0))" } + links.map { "  link      \(describe($0))" }
      + models.map { "  model     \(describe($0))" } + workload.map { "  workload  \(describe($0))" }
      + ["  policies  " + policies.map(\.label.printable).joined(separator: "; ")]
  }

  private func describe(_ node: Node) -> String {
    var parts = [node.tier.rawValue]
    if node.count > 1 { parts.append("\(node.count) machines") }
    if let profile = node.profileName { parts.append(profile.name.printable) }
    if node.servers > 1 { parts.append("\(node.servers) servers") }
    return "\(node.name.printable): \((parts + [node.scheduler.kind]).joined(separator: ", "))"
  }

  private func describe(_ link: Link) -> String {
    "\(link.name.printable): \(link.from.name.printable) -> \(link.to.name.printable), "
      + "\(link.uplinkMbps.text) Mbit/s up, \(link.downlinkMbps.text) down, rtt \(link.rttMilliseconds.text) ms, "
      + link.sharing.rawValue + (link.isShared ? ", shared" : "")
      + (link.transport == .ideal ? "" : ", \(link.transport.kind)") + (link.streams ? ", streaming" : "")
      + (link.uplinkTraceFile == nil && link.downlinkTraceFile == nil ? "" : ", by a trace")
  }

  private func describe(_ model: Model) -> String {
    switch model.source {
    case .zoo: "\(model.name.printable): zoo"
    case .onnx(let file): "\(model.name.printable): \(file.name.printable)"
    case .costs(let file): "\(model.name.printable): cost table \(file.name.printable)"
    }
  }

  private func describe(_ entry: Workload) -> String {
    let path = path(of: entry)
    let way = path.nodes.map { nodes[$0].name.printable }.joined(separator: " -> ")
    let count = Double(nodes[path.nodes[0]].count)
    let arrivals =
      switch entry.arrivals {
      case .poisson(let rate): "poisson, \((rate * count).text) requests/s in all"
      case .periodic(let rate, _, _): "periodic, \((rate * count).text) requests/s in all"
      case .mmpp(let rates, _): "mmpp, \(rates.count) states"
      case .trace(let times): "a trace of \(times.count) requests on each machine"
      case .diurnal(let mean, _, _, _): "diurnal, \((mean * count).text) requests/s in all on average"
      case .closed(let clients, _, _): "\(clients) clients on each machine"
      }
    let deadline = entry.deadlineMilliseconds.map { ", deadline \($0.text) ms" } ?? ""
    let bytes = entry.inputBytes.map { " of \($0) bytes" } ?? ""
    let batch = entry.requestsPerArrival > 1 ? ", \(entry.requestsPerArrival) at once" : ""
    let load = entry.load.map { "\($0.rawValue), " } ?? ""
    return
      "\(entry.model.name.printable) on \(way): \(load)\(arrivals)\(batch), input \(entry.encoding.rawValue)\(bytes)\(deadline)"
  }
}

extension Double {
  fileprivate var text: String { JSONNumber(self).text }
}

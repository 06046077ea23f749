import ArgumentParser
import Experiments
import Inference
import ModelZoo
import Partitioning
import Scenarios
import StrictJSON

/// `offloadsim plan`: what every cut would cost, what a policy chooses, and the exact optimum; nothing is simulated.
struct Plan: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    abstract: "Costs every cut of a network without simulating: the policy's choice and the exact optimum.",
    discussion: """
      Three ways to say what to plan: a scenario; --model, --device, --server and --uplink-mbps; or --costs with --link.

      Each cut is a bar: time on the device, upload, time on the server, download (joules for --objective energy). The \
      list has the cuts that one tensor crosses, then the choice and the optimum where they are others. Below it stands \
      between which uplink rates the choice stays the same, and which placement is best at which rate; the downlink \
      changes in proportion.
      """)

  @Argument(help: "A scenario file.", completion: .file(extensions: ["json"]))
  var scenario: String?

  @Option(help: ArgumentHelp("A zoo network or an ONNX file.", valueName: "name|file"))
  var model: String?
  @OptionGroup var shapes: ShapeOptions
  @Option(help: ArgumentHelp("The device's profile: built in, or a file.", valueName: "profile"))
  var device: String?
  @Option(help: ArgumentHelp("The server's profile: built in, or a file.", valueName: "profile"))
  var server: String?
  @Option(help: "Bandwidth from the device to the server, in 10^6 bit/s.")
  var uplinkMbps: Double?
  @Option(help: "Bandwidth from the server to the device (default: the uplink's).")
  var downlinkMbps: Double?
  @Option(help: "Round-trip time in milliseconds.")
  var rttMs: Double?

  @Option(help: ArgumentHelp("A cost table.", valueName: "file"))
  var costs: String?
  @Option(
    name: .customLong("link"), parsing: .singleValue,
    help: ArgumentHelp("A link between two tiers of a cost table; may be repeated.", valueName: "A:B=UP[/DOWN][+RTT]"))
  var links: [String] = []

  @Option(
    name: .customLong("policy"), parsing: .singleValue,
    help: ArgumentHelp("A policy, NAME or NAME,key=value (default: the scenario's, or oracle).", valueName: "spec"))
  var policies: [String] = []
  @Option(help: "latency, energy or throughput.")
  var objective: Objective?
  @Option(help: "Bytes of the input as it is sent.")
  var inputBytes: Int?
  @Flag(help: "Send the results back to the device.")
  var returnResult = false
  @Flag(help: "List the cuts that more than one tensor crosses as well.")
  var allCuts = false
  @Option(help: "text or json.")
  var format = Format.text
  @OptionGroup var colors: ColorOption

  @OptionGroup var passes: PassOption

  func validate() throws {
    let ways = [scenario != nil, model != nil, costs != nil].filter { $0 }.count
    guard ways == 1 else { throw ValidationError("say what to plan: a scenario, --model or --costs, and only one") }
    if model != nil, device == nil || server == nil || uplinkMbps == nil {
      throw ValidationError("--model also needs --device, --server and --uplink-mbps")
    }
    if model == nil, !shapes.isEmpty { throw ValidationError("--shape goes with --model") }
    if costs == nil, !links.isEmpty { throw ValidationError("--link goes with --costs") }
    for (name, value) in [("--uplink-mbps", uplinkMbps), ("--downlink-mbps", downlinkMbps)] {
      if let value, !(value > 0 && value <= 1e12) { throw ValidationError("\(name) must be a positive rate") }
    }
    if let rttMs, !(rttMs >= 0 && rttMs <= 1e12) { throw ValidationError("--rtt-ms must be a time, 0 or more") }
    if let inputBytes, inputBytes < 0 { throw ValidationError("--input-bytes must be 0 or more") }
  }

  func run() throws {
    var reports: [(title: String, report: PlanReport)] = []
    for (title, problem, policies) in try problems() {
      for policy in policies {
        let report = try Planner.plan(problem, policy: policy.policy, objective: objective)
        reports.append((title.isEmpty ? policy.label : "\(title), \(policy.label)", report))
      }
    }
    switch format {
    case .text:
      for (index, entry) in reports.enumerated() {
        if index > 0 { Console.print("") }
        if reports.count > 1 { Console.print("\(entry.title):") }
        Console.print(entry.report.text(layout), terminator: "")
      }
    case .json:
      if reports.count == 1 {
        Console.print(reports[0].report.json.pretty)
      } else {
        Console.print(
          JSONValue.array(
            reports.map { entry in
              .object([.init("plan", .string(entry.title)), .init("report", entry.report.json)])
            }
          ).pretty)
      }
    }
  }

  private var layout: PlanReport.Layout {
    let colored = colors.color.applies()
    return PlanReport.Layout(
      columns: Console.columns, listsAllCuts: allCuts, paint: { $0.style.applied(to: $1, colored: colored) },
      emphasise: { Style.bold.applied(to: $0, colored: colored) })
  }

  private typealias NamedPolicy = (label: String, policy: any PartitionPolicy)

  private func problems() throws -> [(title: String, problem: PlacementProblem, policies: [NamedPolicy])] {
    if let scenario {
      let scenario = try Scenario.load(scenario, zoo: Zoo.descriptions.map(\.name))
      let named: [NamedPolicy] =
        policies.isEmpty ? scenario.policies.map { ($0.label, $0.policy) } : try chosenPolicies()
      let system = try ScenarioSystem(
        scenario, withWeights: false, passes: try passes.selection ?? .standard,
        cuts: named.compactMap(\.policy.namedCut))
      return try zip(scenario.workload, system.problems).map { workload, problem in
        let problem = try changed(problem)
        let title = scenario.workload.count > 1 ? "\(workload.source.name) → \(workload.model.name)" : ""
        return (title, problem, named)
      }
    }
    if let costs {
      let table = try CostTable(contentsOf: costs)
      let hops = try LinkSpec.hops(joining: table.tiers, with: try links.map { try LinkSpec($0) })
      return [("", try changed(table.problem(hops: hops, returnsResult: returnResult)), try chosenPolicies())]
    }
    guard let model, let device, let server, let uplinkMbps else { throw ValidationError("nothing to plan") }
    let loaded = try LoadedModel.find(model, withWeights: false, inputShapes: shapes.byName())
      .optimized(passes.selection ?? .standard, keeping: try chosenPolicies().compactMap(\.policy.namedCut))
      .assumingSizes(seed: 42)
    for note in [loaded.costNote, loaded.passNote] { if let note { Console.error("note: \(note)") } }
    let network = try loaded.costGraph(inputBytes: inputBytes)
    let problem = PlacementProblem(
      network: network,
      tiers: [
        try DeviceProfile.find(device).tier(named: "device", computing: network, role: .device),
        try DeviceProfile.find(server).tier(named: "server", computing: network, role: .cloud),
      ],
      hops: [
        PlacementProblem.Hop(
          uplinkMbps: uplinkMbps, downlinkMbps: downlinkMbps, roundTripMilliseconds: rttMs ?? 0)
      ], returnsResult: returnResult)
    return [("", problem, try chosenPolicies())]
  }

  private func changed(_ problem: PlacementProblem) throws -> PlacementProblem {
    let problem = try inputBytes.map { try problem.withInputBytes($0) } ?? problem
    guard returnResult, !problem.returnsResult else { return problem }
    return PlacementProblem(
      network: problem.network, tiers: problem.tiers, hops: problem.hops, radio: problem.radio, returnsResult: true)
  }

  private func chosenPolicies() throws -> [NamedPolicy] {
    try (policies.isEmpty ? ["oracle"] : policies).map { ($0, try PolicyRegistry.policy(spec: $0)) }
  }
}

extension Objective: ExpressibleByArgument {}

extension PlanChart.Part {
  fileprivate var style: Style {
    switch self {
    case .device: .green
    case .upload: .yellow
    case .edge: .cyan
    case .server: .blue
    case .download: .magenta
    case .messages, .radio: .red
    }
  }
}

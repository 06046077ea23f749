import Partitioning
import Simulation
import StrictJSON

extension Scenario {
  /// A machine, or `count` machines of one kind.
  public struct Node: Sendable {
    public let name: String
    public let position: SourcePosition?
    public let tier: TierRole
    public let count: Int
    /// The built-in profile or the profile file (a name with a `/` or ending in `.json`).
    public let profileName: Reference?
    /// What the profile says, once the scenario's files are read.
    public internal(set) var profile: DeviceProfile?
    public let servers: Int
    public let scheduler: NodeModel.Scheduler
    /// How many requests may wait for each machine; `nil` for any number.
    public let queueLimit: Int?
    public let variation: ServiceVariation
    /// With measured timing, this node's compute time over this host's: 8 is eight times slower.
    public let speed: Double
    /// When its machines are down.
    public let outages: [Outage]
    public let randomOutages: RandomOutages?
    /// Memory, clocks, heat, power states, battery and accelerators.
    var optional: NodeTraits
    public var traits: MachineTraits { optional.traits }
    public var memoryPosition: SourcePosition? { optional.memoryPosition }
    /// Power that all accelerators of a machine add to it.
    public var acceleratorWatts: (idle: Double, busy: Double) {
      (optional.acceleratorIdleWatts * Double(servers), optional.acceleratorBusyWatts * Double(servers))
    }

    init(from fields: inout FieldReader) {
      name = fields.name("name", "the node's name")
      position = fields.position(of: "name")
      tier = fields.choice("tier", "how far from the user it stands")
      count = fields.int(
        "count", default: 1, in: 1...1_000_000,
        "how many independent machines; machine i of the node below uses machine i modulo count of this one")
      profileName = fields.referenceIfPresent("profile", "a built-in device profile, or a profile file")
      servers = fields.int("servers", default: 1, in: 1...100_000, "requests that one machine computes at a time")
      scheduler = fields.value(
        "scheduler", default: "fifo", "who is served next",
        oneOf: [.kinds("scheduler", Self.schedulers)])
      queueLimit = fields.intIfPresent(
        "queue_limit", in: 0...1_000_000_000,
        "requests that may wait for each machine; more are turned away (with ps: requests beyond the servers)")
      variation = fields.value(
        "service_variation", default: "none", "a random factor of mean 1 on every visit's compute time",
        oneOf: [.kinds("service variation", Self.variations)])
      speed = fields.double(
        "speed", default: 1, in: .positive(upTo: 1e6),
        "with measured timing: compute time here over compute time on this host")
      let outageFields = OutageFields(
        from: &fields, "when each machine is down: work that waits or is in progress there is lost, and who comes fails"
      )
      outages = outageFields.outages
      randomOutages = outageFields.random
      optional = NodeTraits(from: &fields)
    }

    private static let schedulers: [Kind<NodeModel.Scheduler>] = [
      Kind("fifo", "in the order of arrival") { _ in .fifo },
      Kind("ps", "all at once, sharing the servers equally") { _ in .ps },
      Kind("priority", "the largest 'priority' of the workload first, without interrupting anybody") { _ in .priority },
      Kind("edf", "the earliest arrival + deadline first, without interrupting anybody") { _ in .edf },
      Kind("batch", "several requests for the same layers of one network at a time") { fields in
        let maximum = fields.int("max_batch", default: 8, in: 1...Scheduler.batchLimit, "requests in a batch at most")
        let timeout = fields.double(
          "timeout_ms", default: 0, in: .nonNegative(upTo: 1e9),
          "a smaller batch starts when its oldest request has waited for so long")
        return .batch(maximum: maximum, timeoutNanoseconds: Int64((timeout * 1e6).rounded()))
      },
    ]

    private static let variations: [Kind<ServiceVariation>] = [
      Kind("none", "always the mean") { _ in .none },
      Kind("exponential", "an exponential factor") { _ in .exponential },
      Kind("lognormal", "a log-normal factor") { .lognormal(cv: variationCoefficient(&$0)) },
      Kind("gamma", "a gamma factor") { .gamma(cv: variationCoefficient(&$0)) },
    ]

    private static func variationCoefficient(_ fields: inout FieldReader) -> Double {
      fields.double("cv", in: .positive(upTo: 100), "standard deviation over mean")
    }
  }
}

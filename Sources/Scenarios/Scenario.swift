import Partitioning
import Simulation
import StrictJSON

/// A scenario file: who computes, over which links, for what requests, and which policies are compared.
///
/// Values are as the file says them, with every default filled in; references keep their place for later errors.
public struct Scenario: Sendable {
  /// Whether partitions are really executed.
  public enum Execution: String, Sendable, CaseIterable { case none, once, every }
  /// Where compute times come from: the nodes' profiles, or this host's measured times.
  public enum Timing: String, Sendable, CaseIterable { case profile, measured }
  /// How much is stored: totals only, one row per request, or every event besides.
  public enum RecordLevel: String, Sendable, CaseIterable { case summary, requests, events }

  public let name: String
  public let seed: UInt64
  public let durationSeconds: Double
  /// Left out of the figures; where `findsWarmup`, what a run has found.
  public let warmupSeconds: Double
  /// Whether the warm-up is to be found from a first simulation.
  public let findsWarmup: Bool
  /// With a `precision`, the fewest.
  public let replications: Int
  /// The relative error of the mean latency at which replicating ends; `nil` for exactly `replications`.
  public let precision: Double?
  public let mostReplications: Int
  public internal(set) var models: [Model]
  public internal(set) var nodes: [Node]
  public internal(set) var links: [Link]
  public internal(set) var workload: [Workload]
  public internal(set) var policies: [Policy]
  /// What policies minimise or maximise unless they say otherwise.
  public let objective: Objective
  public let execution: Execution
  public let timing: Timing
  public let record: RecordLevel
  public let returnsResult: Bool
  public let drains: Bool
  /// The scenario with every default filled in, in a fixed order: the same text for the same meaning.
  public internal(set) var resolved: JSONValue = .null
  /// Paths in the file are relative to this folder; empty for the working directory.
  public internal(set) var folder = ""

  init(from fields: inout FieldReader) {
    fields.ignore("$schema", "where editors find the schema")
    _ = fields.int("offloadsim", in: 1...1, "the version of the format")
    name = fields.name("name", "what the scenario is called; names its results file")
    if name.contains("/") || name.hasPrefix(".") {
      fields.error("'name' names a file: it must not contain '/' or begin with '.'", at: "name")
    }
    seed = UInt64(fields.int("seed", default: 1, in: 0...Int.max, "of all random numbers"))
    durationSeconds = fields.double(
      "duration_s", in: .positive(upTo: 6e7), "simulated time in which requests arrive, warm-up included")
    let warmup = fields.value(
      "warmup_s", default: 0,
      "requests that arrive earlier are not counted; auto: found from a first simulation by MSER-5",
      oneOf: [.number(in: .nonNegative(upTo: 6e7)) { Double?($0) }, .word("auto") { nil }])
    warmupSeconds = warmup ?? 0
    findsWarmup = warmup == nil
    if warmupSeconds >= durationSeconds, fields.isPresent("duration_s"), fields.isPresent("warmup_s") {
      fields.error("'warmup_s' must be less than 'duration_s'", at: "warmup_s")
    }
    replications = fields.int(
      "replications", default: 1, in: 1...100_000, "independent repetitions with random numbers of their own")
    precision = fields.doubleIfPresent(
      "precision", in: .range(0.0001...1),
      "replicate, ten times at least, until the mean latency of every policy is known to this relative error (0.05: 5 %)"
    )
    mostReplications = fields.int(
      "max_replications", default: 200, in: 10...100_000, "replications at most, with a 'precision'")
    models = fields.array("models", "the networks") { Model(from: &$0) }
    nodes = fields.array("nodes", "the machines") { Node(from: &$0) }
    links = fields.array("links", required: false, "the connections between machines") { Link(from: &$0) }
    workload = fields.array("workload", "who asks for what, and when") { Workload(from: &$0) }
    objective = fields.choice(
      "objective", default: .latency, "what policies make small (or large) unless they say otherwise")
    fields.inherit("objective", .string(objective.rawValue))
    policies = fields.array("policies", "the partition policies to compare", oneOf: [Policy.alternative])
    execution = fields.section("execution", "the real execution of partitions") { fields in
      fields.choice(
        "mode", default: .once,
        "none; once: each distinct model and placement is executed and checked; every: each request is")
    }
    timing = fields.choice(
      "timing", default: .profile,
      "compute times: of the nodes' profiles, or measured on this host and scaled by 'speed'")
    record = fields.choice("record", default: .requests, "how much is stored of each run")
    returnsResult = fields.bool("return_result", default: false, "whether results are sent back to the source")
    drains = fields.bool(
      "drain", default: true, "whether requests in flight at the end are finished, or counted as unfinished")
  }
}

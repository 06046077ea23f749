import Partitioning
import RandomStreams
import StrictJSON

/// The oracle that knows the future: for each request it simulates every candidate with all that is to come.
///
/// Before request n it replays the run with the placements that requests 0 ..< n have got, gives request n each candidate
/// in turn, lets later ones follow the oracle's plan, and takes the candidate under which request n is over first (or takes
/// the least energy). The random numbers of a run do not depend on placements, so that the future is the true one.
/// O(requests² x candidates) events: for small scenarios.
final class ForwardSimulation: ClairvoyantDecider {
  /// Set by the engine before each decision.
  var sequence = 0
  private let model: SystemModel
  private let objective: Objective
  private let shared: SharedScript
  /// By source.
  private var candidates: [[Placement]] = []
  static let mostRequests = 2_000

  /// What has been decided so far, by sequence; all sources of a run share it.
  final class SharedScript {
    var placements: [Placement] = []
  }

  init(_ model: SystemModel, _ oracle: Oracle, shared: SharedScript) {
    self.model = model
    self.shared = shared
    objective = oracle.objective ?? .latency
  }

  func decide(_ observation: Observation, knowing truth: any Truth) throws -> Decision {
    preconditionFailure("the engine asks for a source")
  }

  /// The placement of the request that is to be decided.
  func decide(source: Int) throws -> Placement {
    guard sequence < Self.mostRequests else {
      throw InputError(
        "policy oracle,simulate=true: more than \(Self.mostRequests) requests; simulating every candidate for each of "
          + "them takes too long, so shorten 'duration_s' or use oracle, which is exact for requests that meet no others"
      )
    }
    let plan = candidates(of: source)
    var (best, least) = (plan[0], Double.infinity)
    for placement in plan {
      var trial = model
      trial.judgesRegret = false
      trial.warmupNanoseconds = 0
      trial.drains = true
      let script = shared.placements + [placement]
      for index in trial.sources.indices {
        trial.sources[index].policy = ScriptedPlacements(
          script: script, otherwise: candidates(of: index)[0])
      }
      var engine = Engine(trial, isRecording: true)
      try engine.start()
      let figure = try engine.figure(of: Int64(sequence), objective)
      if figure < least { (best, least) = (placement, figure) }
    }
    shared.placements.append(best)
    return best
  }

  private func candidates(of source: Int) -> [Placement] {
    while candidates.count <= source {
      candidates.append(ClairvoyantPlan(model.sources[candidates.count].problem).placements)
    }
    return candidates[source]
  }
}

/// The placements of a run by the order of its requests, then one for all that follow.
struct ScriptedPlacements: PartitionPolicy {
  static let kind = "scripted"
  static let summary = "given placements, one after another"
  var informationClass: InformationClass { .clairvoyant }
  var isStatic: Bool { false }
  let script: [Placement]
  let otherwise: Placement

  init(script: [Placement], otherwise: Placement) {
    self.script = script
    self.otherwise = otherwise
  }

  init(from fields: inout FieldReader) { (script, otherwise) = ([], Placement(tiers: [])) }

  func placement(for problem: PlacementProblem, using random: inout RandomStream) -> Placement { otherwise }
}

extension Engine {
  /// Simulates until one request is final; returns its latency in nanoseconds or its device's joules.
  mutating func figure(of sequence: Int64, _ objective: Objective) throws -> Double {
    var goesOn = true
    while goesOn {
      goesOn = try advance(events: Simulator.eventsPerTurn)
      for record in output where record.sequence == sequence { return record.figure(objective) }
      output.removeAll(keepingCapacity: true)
    }
    _ = try finish()
    for record in output where record.sequence == sequence { return record.figure(objective) }
    return .infinity
  }
}

extension RequestRecord {
  /// A request that is turned away is as bad as can be.
  fileprivate func figure(_ objective: Objective) -> Double {
    guard outcome == .completed else { return .infinity }
    return objective == .energy ? deviceJoules : Double(latency)
  }
}

import Partitioning
import RandomStreams
import Simulation
import StrictJSON
import Synchronization
import Testing

/// What a policy sees of the device itself.
struct ObservationTests {
  final class Log: Sendable {
    let seen = Mutex<[Observation]>([])
  }

  /// Keeps everything on the device and notes what it sees.
  private struct Noting: OnlinePolicy {
    static let kind = "noting"
    static let summary = "notes what it sees"
    let log: Log

    init(_ log: Log) { self.log = log }
    init(from fields: inout FieldReader) { log = Log() }

    func decider(for context: DecisionContext) -> any OnlineDecider { Decider(log, context.problem) }

    final class Decider: OnlineDecider {
      private let log: Log
      private let problem: PlacementProblem

      init(_ log: Log, _ problem: PlacementProblem) { (self.log, self.problem) = (log, problem) }

      func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
        log.seen.withLock { $0.append(observation) }
        return Decision(problem.placement(everythingOn: 0))
      }
    }
  }

  private func observations(_ traits: MachineTraits) throws -> [Observation] {
    var model = LoneMachine.model(traits, at: [0, 10, 20], weightBytes: 100, duration: 30)
    let log = Log()
    model.sources[0].policy = Noting(log)
    _ = try Simulator(model).run()
    return log.seen.withLock { $0.filter { $0.request > 0 || $0.nowNanoseconds == 0 } }
  }

  /// Ten seconds are one of computing at 10 W and nine of idling at 2 W.
  @Test func theBatteryIsWhatIsLeft() throws {
    let seen = try observations(LoneMachine.traits { $0.battery = Battery(joules: 1000) })
    let joules: [Double] = seen.suffix(3).map { $0.batteryJoules ?? .nan }
    for (found, expected) in zip(joules, [1000.0, 972, 944]) { #expect(abs(found - expected) < 1e-9) }
    #expect(seen.suffix(3).allSatisfy { $0.isResident == [nil] })
  }

  @Test func weightsAreResidentOnceLoaded() throws {
    let seen = try observations(LoneMachine.traits { $0.memory = ModelMemory(bytes: 1000) })
    #expect(seen.suffix(3).map(\.isResident) == [[false], [true], [true]])
    #expect(seen.suffix(3).allSatisfy { $0.batteryJoules == nil })
  }
}

import Partitioning
import Simulation
import Testing

/// Laws that hold on every path, not only on average.
struct LittlesLawTests {
  static let schedulers: [Scheduler] = [
    .fifo, .ps, .priority, .edf, .batch(maximum: 4, timeoutNanoseconds: 20_000_000),
  ]

  static func model(_ scheduler: Scheduler, rate: Double = 7) -> SystemModel {
    .chain(
      nodes: [
        NodeModel(name: "device", role: .device, scheduler: scheduler, variation: .exponential),
        NodeModel(name: "cloud", role: .cloud, servers: 2, scheduler: scheduler, variation: .gamma(cv: 2)),
      ], links: [.test(propagationSeconds: 0.02)],
      layers: [ChainLayer([0.1, 0], bytes: 50_000, on: 0), ChainLayer([0, 0.2], bytes: 9000, on: 1)],
      returnsResult: true, arrivals: .poisson(ratePerSecond: rate), durationSeconds: 500)
  }

  /// The time average of the number in the system, swept over arrivals and completions, is the rate of arrivals times the
  /// mean latency, exactly: the area under one is the sum of the other.
  @Test(arguments: schedulers)
  func numberInSystem(scheduler: Scheduler) throws {
    let (requests, result) = try Self.model(scheduler).recorded()
    #expect(requests.count > 3000 && result.models[0].completed == requests.count)
    var changes = requests.flatMap { [($0.arrival, 1), ($0.completion, -1)] }
    changes.sort { ($0.0, -$0.1) < ($1.0, -$1.1) }
    var (area, number, last): (Int128, Int128, Int64) = (0, 0, 0)
    for (time, change) in changes {
      area += number * Int128(time - last)
      number += Int128(change)
      last = time
      #expect(number >= 0)
    }
    #expect(number == 0)
    #expect(
      Double(area) == result.models[0].latencyMeanNanoseconds * Double(requests.count)
        || abs(Double(area) / result.models[0].latencyMeanNanoseconds / Double(requests.count) - 1) < 1e-12)
  }

  /// Busy time is the work that was done; the offered load is the work that came.
  @Test(arguments: [Scheduler.fifo, .ps, .priority, .edf])
  func utilizationIsLoad(scheduler: Scheduler) throws {
    var model = Self.model(scheduler)
    // Everything that comes is done inside the window.
    model.sources[0].arrivals = .trace(
      nanoseconds: (0..<300).map { Int64($0) * 100_000_000 + Int64($0 * $0 % 97) * 1_000_000 }.sorted())
    let (requests, result) = try model.recorded()
    let device = Double(requests.reduce(0) { $0 + $1.deviceCompute }) / 500e9
    let cloud = Double(requests.reduce(0) { $0 + $1.cloudCompute }) / 500e9 / 2
    #expect(abs(result.nodes[0].utilization - device) < 1e-9 && abs(result.nodes[0].offeredLoad - device) < 1e-9)
    #expect(abs(result.nodes[1].utilization - cloud) < 1e-9 && abs(result.nodes[1].offeredLoad - cloud) < 1e-9)
    #expect(abs(result.links[0].utilizationUp - 300 * 0.05 / 500) < 1e-9)
    #expect(abs(result.links[0].offeredLoadUp - 300 * 0.05 / 500) < 1e-9)
  }

  /// Twice as much comes as can be done.
  @Test func overload() throws {
    var model = Self.model(.fifo, rate: 20)
    model.drains = false
    let result = try Simulator(model).run()
    #expect(result.nodes[0].utilization > 0.99 && abs(result.nodes[0].offeredLoad - 2) < 0.1)
  }
}

import Partitioning
import RandomStreams
import Simulation
import StrictJSON
import Testing

/// A policy that draws one tier for each request.
struct DrawnTier: PartitionPolicy {
  static let kind = "drawn"
  static let summary = "a random tier for each request"
  var informationClass: InformationClass { .blind }
  var isStatic: Bool { false }

  init() {}
  init(from fields: inout FieldReader) {}

  func placement(for problem: PlacementProblem, using random: inout RandomStream) -> Placement {
    problem.placement(everythingOn: random.integer(below: problem.tiers.count))
  }
}

struct DeterminismTests {
  static func model() -> SystemModel {
    var model = SystemModel.chain(
      nodes: [
        NodeModel(name: "device", role: .device, count: 4, variation: .lognormal(cv: 1), idleWatts: 1, busyWatts: 3),
        NodeModel(name: "cloud", role: .cloud, scheduler: .ps, variation: .exponential),
      ],
      links: [.test(propagationSeconds: 0.01)],
      layers: [ChainLayer([0.1, 0.03], bytes: 5000, on: 0), ChainLayer([0.1, 0.03], bytes: 100, on: 1)],
      inputBytes: 20_000, returnsResult: true, arrivals: .poisson(ratePerSecond: 3), durationSeconds: 60)
    model.sources[0].policy = DrawnTier()
    return model
  }

  /// What a request is by itself: when it came, where it ran, and the work it had on its device.
  static func identity(_ request: RequestRecord) -> [Int64] {
    [request.arrival, Int64(request.machine), request.bytesUp, request.deviceCompute]
  }

  @Test func sameModelSameRecords() throws {
    let (first, second) = try (Self.model().recorded(), Self.model().recorded())
    #expect(first.requests.count > 500)
    #expect(first.requests.map { "\($0)" } == second.requests.map { "\($0)" })
    #expect(first.result.placements.count == 2)
  }

  @Test func otherReplicationsDiffer() throws {
    var other = Self.model()
    other.replication = 1
    #expect(try Self.model().recorded().requests.map(\.arrival) != other.recorded().requests.map(\.arrival))
  }

  /// Recording changes nothing.
  @Test func summaryIsTheSame() throws {
    let recorded = try Self.model().recorded().result
    let summary = try Simulator(Self.model()).run()
    #expect("\(recorded.models[0].sums)" == "\(summary.models[0].sums)")
    #expect("\(recorded.nodes)" == "\(summary.nodes)" && "\(recorded.links)" == "\(summary.links)")
  }

  /// Another node, link and source, before the others in every list, leave the first source's numbers alone.
  @Test func newcomersShiftNobodysNumbers() throws {
    let alone = Self.model()
    var joined = alone
    joined.nodes.insert(NodeModel(name: "newcomer", role: .device), at: 0)
    joined.links.insert(.test("new link", from: 0), at: 0)
    joined.links[0].to = 2
    joined.links[1].from = 1
    joined.links[1].to = 2
    joined.sources[0].node = 1
    joined.sources[0].path = [1, 2]
    joined.sources[0].links = [1]
    var source = joined.sources[0]
    source.node = 0
    source.path = [0, 2]
    source.links = [0]
    joined.sources.insert(source, at: 0)
    let before = try alone.recorded().requests.map(Self.identity)
    let after = try joined.recorded().requests.filter { $0.source == 1 }.map(Self.identity)
    #expect(before == after)
  }

  /// Policies are compared under the same arrivals and factors.
  @Test func policiesShareTheirRandomNumbers() throws {
    var local = Self.model()
    local.sources[0].policy = GivenPlacement(Placement(tiers: [0, 0, 0]))
    var split = Self.model()
    split.sources[0].policy = GivenPlacement(Placement(tiers: [0, 0, 1]))
    let (a, b) = try (local.recorded().requests, split.recorded().requests)
    #expect(a.map(\.arrival) == b.map(\.arrival))
    // Twice the layers under the same factor are twice the time, but for the rounding of each.
    #expect(zip(a, b).allSatisfy { abs($0.deviceCompute - 2 * $1.deviceCompute) <= 1 })
  }
}

import RandomStreams
import Simulation
import Testing

struct WarmupEstimateTests {
  /// The rule as it is written down, O(n^2).
  static func slow(_ values: [Double]) -> Int {
    let batches = (0..<values.count / 5).map { values[(5 * $0)..<(5 * $0 + 5)].reduce(0, +) / 5 }
    var best = (cut: 0, value: Double.infinity)
    for cut in 0...(batches.count / 2) {
      let rest = batches[cut...]
      let mean = rest.reduce(0, +) / Double(rest.count)
      let squares = rest.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let value = squares / Double(rest.count) / Double(rest.count)
      if value < best.value { best = (cut, value) }
    }
    return 5 * best.cut
  }

  @Test(arguments: 0..<20)
  func agreesWithTheDefinition(index: Int) {
    var random = RandomStream(seed: 4, entity: "warm-up", index: UInt64(index), purpose: "test")
    let length = 400 + random.integer(below: 300)
    let end = Double(random.integer(below: length))
    let values = (0..<length).map { max(0, 1 - Double($0) / max(1, end)) * 8 + random.normal() }
    #expect(WarmupEstimate(values).observations == Self.slow(values))
  }

  /// 500 observations too high, then 4,500 of a steady state.
  @Test func findsTheEnd() {
    var random = RandomStream(seed: 4, entity: "warm-up", purpose: "test")
    let values = (0..<5000).map { ($0 < 500 ? 10.0 : 0) + random.normal() }
    let estimate = WarmupEstimate(values)
    #expect((495...700).contains(estimate.observations) && !estimate.isTooShort)
  }

  @Test func saysSoWhereTheRunIsTooShort() {
    #expect(WarmupEstimate((0..<1000).map { Double($0) }).isTooShort)
    #expect(WarmupEstimate([1, 2, 3]).isTooShort)
  }
}

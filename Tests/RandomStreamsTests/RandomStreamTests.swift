import RandomStreams
import Testing

struct RandomStreamTests {
  static func stream(_ purpose: String, seed: UInt64 = 42) -> RandomStream {
    RandomStream(seed: seed, replication: 1, entity: "camera", index: 3, purpose: purpose)
  }

  /// Mean and variance of `count` draws.
  static func moments(_ count: Int, _ draw: () -> Double) -> (mean: Double, variance: Double) {
    var sum = 0.0
    var squares = 0.0
    for _ in 0..<count {
      let x = draw()
      sum += x
      squares += x * x
    }
    let mean = sum / Double(count)
    return (mean, squares / Double(count) - mean * mean)
  }

  @Test func sameNameSameNumbers() {
    var a = Self.stream("arrivals")
    var b = Self.stream("arrivals")
    #expect((0..<100).allSatisfy { _ in a.next() == b.next() })
  }

  /// Every part of the name counts, and parts cannot be shifted into each other.
  @Test func differentNamesDifferentNumbers() {
    let names = [
      RandomStream(seed: 1, replication: 0, entity: "a", index: 0, purpose: "b"),
      RandomStream(seed: 2, replication: 0, entity: "a", index: 0, purpose: "b"),
      RandomStream(seed: 1, replication: 1, entity: "a", index: 0, purpose: "b"),
      RandomStream(seed: 1, replication: 0, entity: "ab", index: 0, purpose: ""),
      RandomStream(seed: 1, replication: 0, entity: "", index: 0, purpose: "ab"),
      RandomStream(seed: 1, replication: 0, entity: "a", index: 1, purpose: "b"),
      RandomStream(seed: 1, replication: 0, entity: "a", index: 0, purpose: "c"),
    ]
    let firsts = Set(
      names.map { name in
        var stream = name
        return stream.next()
      })
    #expect(firsts.count == names.count)
  }

  @Test func membersOfAFamilyDiffer() {
    let family = RandomStreamFamily(seed: 1, entity: "a", purpose: "service")
    var seen = Set<UInt64>()
    for a in 0..<10 as Range<UInt32> {
      for b in 0..<10 as Range<UInt32> {
        for c in 0..<10 as Range<UInt32> {
          var stream = family[a, b, c]
          seen.insert(stream.next())
          seen.insert(stream.next())
          seen.insert(stream.next())
        }
      }
    }
    #expect(seen.count == 3000)
  }

  /// Six standard deviations of the sample mean, seeded.
  @Test func uniformMoments() {
    var stream = Self.stream("uniform")
    let (mean, variance) = Self.moments(400_000) { stream.uniform() }
    #expect(abs(mean - 0.5) < 0.003)
    #expect(abs(variance - 1 / 12.0) < 0.001)
  }

  @Test func uniformsStayInTheirIntervals() {
    var stream = Self.stream("bounds")
    for _ in 0..<100_000 {
      let (closed, open) = (stream.uniform(), stream.openUniform())
      #expect(closed >= 0 && closed < 1 && open > 0 && open < 1)
    }
  }

  @Test func exponentialMoments() {
    var stream = Self.stream("exponential")
    let (mean, variance) = Self.moments(400_000) { stream.exponential(mean: 3) }
    #expect(abs(mean - 3) < 0.03)
    #expect(abs(variance - 9) < 0.25)
  }

  @Test func normalMoments() {
    var stream = Self.stream("normal")
    let (mean, variance) = Self.moments(400_000) { stream.normal() }
    #expect(abs(mean) < 0.01)
    #expect(abs(variance - 1) < 0.015)
  }

  @Test(arguments: [0.1, 0.5, 1])
  func lognormalMoments(cv: Double) {
    var stream = Self.stream("lognormal")
    let (mean, variance) = Self.moments(400_000) { stream.lognormal(cv: cv) }
    #expect(abs(mean - 1) < 0.01 * max(cv, 0.2))
    #expect(abs(variance.squareRoot() - cv) < 0.05 * cv)
  }

  /// Shapes above, at and below 1.
  @Test(arguments: [0.1, 0.5, 1, 2])
  func gammaMoments(cv: Double) {
    var stream = Self.stream("gamma")
    let (mean, variance) = Self.moments(400_000) { stream.gamma(cv: cv) }
    #expect(abs(mean - 1) < 0.012 * max(cv, 0.2))
    #expect(abs(variance.squareRoot() - cv) < 0.03 * cv)
  }

  /// Chi-squared with 9 degrees of freedom stays below its 99.99 % quantile.
  @Test func integersAreEquallyLikely() {
    var stream = Self.stream("integers")
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 { counts[stream.integer(below: 10)] += 1 }
    let chiSquared = counts.map { Double(($0 - 10_000) * ($0 - 10_000)) / 10_000 }.reduce(0, +)
    #expect(chiSquared < 33.7)
    #expect(stream.integer(below: 1) == 0)
  }
}

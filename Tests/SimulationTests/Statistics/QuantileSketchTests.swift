import RandomStreams
import Simulation
import Testing

struct QuantileSketchTests {
  static func sample(_ count: Int, index: UInt64) -> [Double] {
    var random = RandomStream(seed: 7, entity: "sketch", index: index, purpose: "test")
    return (0..<count).map { _ in random.lognormal(cv: 3) * 1e6 }
  }

  static let shares = [0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1]

  /// The sorted sample's element of that rank, within the promised error.
  func expect(_ sketch: QuantileSketch, agreesWith values: [Double]) throws {
    let sorted = values.sorted()
    for share in Self.shares {
      let exact = sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
      let estimate = try #require(sketch.quantile(share))
      #expect(abs(estimate - exact) <= 0.004 * exact)
    }
  }

  @Test func quantilesOfALongTail() throws {
    let values = Self.sample(10_000, index: 0)
    var sketch = QuantileSketch()
    for value in values { sketch.add(value) }
    try expect(sketch, agreesWith: values)
  }

  @Test func mergingIsAddingAll() throws {
    let (first, second) = (Self.sample(3000, index: 1), Self.sample(5000, index: 2).map { $0 / 1e9 })
    var (a, b) = (QuantileSketch(), QuantileSketch())
    for value in first { a.add(value) }
    for value in second { b.add(value) }
    a.merge(b)
    #expect(a.count == 8000)
    try expect(a, agreesWith: first + second)
  }

  @Test func zerosAndNothing() {
    var sketch = QuantileSketch()
    #expect(sketch.quantile(0.5) == nil)
    sketch.add(0)
    sketch.add(0)
    sketch.add(5)
    #expect(sketch.quantile(0.5) == 0)
    #expect(sketch.quantile(1).map { abs($0 - 5) < 0.02 } == true)
  }

  @Test func extremesStayApart() throws {
    var sketch = QuantileSketch()
    sketch.add(1e-300)
    sketch.add(1e300)
    #expect(try abs(#require(sketch.quantile(0)) / 1e-300 - 1) < 0.004)
    #expect(try abs(#require(sketch.quantile(1)) / 1e300 - 1) < 0.004)
  }
}

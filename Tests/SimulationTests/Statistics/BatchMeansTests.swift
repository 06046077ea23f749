import Foundation
import RandomStreams
import Simulation
import Testing

struct BatchMeansTests {
  /// An autoregressive series of mean 0: x' = a x + noise of variance 1, whose mean over n has the variance 1 / (1 - a)^2 / n.
  static func series(_ a: Double, count: Int, index: Int) -> [Double] {
    var random = RandomStream(seed: 9, entity: "series", index: UInt64(index), purpose: "test")
    var x = 0.0
    return (0..<count).map { _ in
      x = a * x + random.normal()
      return x
    }
  }

  /// The interval has the width that theory asks for, and covers the mean 95 times of 100.
  @Test(arguments: [0.0, 0.9])
  func coversTheMean(a: Double) {
    let count = 50_000
    var covered = 0
    var widths = 0.0
    for index in 0..<200 {
      var batches = BatchMeans()
      var sum = 0.0
      for value in Self.series(a, count: count, index: index) {
        batches.add(value)
        sum += value
      }
      guard let halfWidth = batches.halfWidth else { continue }
      if abs(sum / Double(count)) <= halfWidth { covered += 1 }
      widths += halfWidth / 200
    }
    let expected = 1.96 / (1 - a) / Double(count).squareRoot()
    #expect((180...199).contains(covered))
    #expect(abs(widths / expected - 1) < 0.12)
  }

  @Test func tooShort() {
    var batches = BatchMeans()
    for value in 0..<9 { batches.add(Double(value)) }
    #expect(batches.halfWidth == nil)
    // A trend correlates however long the batches are.
    var trend = BatchMeans()
    for value in 0..<10_000 { trend.add(Double(value)) }
    #expect(trend.halfWidth == nil)
    var constant = BatchMeans()
    for _ in 0..<100 { constant.add(3) }
    #expect(constant.halfWidth == 0)
  }
}

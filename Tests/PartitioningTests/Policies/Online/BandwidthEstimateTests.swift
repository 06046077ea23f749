import Foundation
import Partitioning
import Testing

/// Estimators against figures worked out by hand.
struct BandwidthEstimateTests {
  private func estimates(_ kind: BandwidthEstimator, _ rates: [Double]) -> [Double] {
    var estimate = BandwidthEstimate(kind)
    return rates.enumerated().map { index, rate in
      estimate.note(rate, at: Int64(index))
      return estimate.rate ?? 0
    }
  }

  @Test func lastKeepsTheNewest() { #expect(estimates(.last, [8, 2, 5]) == [8, 2, 5]) }

  @Test func ewmaGivesTheNewestAQuarter() {
    #expect(estimates(.ewma, [8, 4, 12]) == [8, 7, 8.25])
  }

  @Test func harmonicTakesFive() {
    let found = estimates(.harmonic, [1, 2, 4, 4, 4, 4, 4])
    // 2 / (1 + 1/2), 3 / (1 + 1/2 + 1/4), ..., and after two more the first and the second are gone.
    let expected = [1, 4.0 / 3, 12.0 / 7, 2, 5 / 2.25, 5 / 1.5, 4]
    for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-12) }
  }

  /// The gain after the first measurement is (0.09 + 0.01) / (0.09 + 0.01 + 0.09).
  @Test func kalmanMovesByItsGain() {
    let found = estimates(.kalman, [1, exp(1.9)])
    #expect(abs(log(found[1]) - 1.9 * 0.1 / 0.19) < 1e-12)
    // A constant rate is never left, and the gain settles at the root of g² = 0.01 / 0.09 (1 - g).
    let steady = estimates(.kalman, [Double](repeating: 5, count: 50) + [5 * exp(1)])
    let gain = (-1.0 / 9 + (1.0 / 81 + 4.0 / 9).squareRoot()) / 2
    #expect(abs(log(steady[50] / 5) - gain) < 1e-6)
  }

  @Test func nothingIsKnownBeforeAndAfterForgetting() {
    var estimate = BandwidthEstimate(.ewma)
    #expect(estimate.rate == nil)
    estimate.note(3, at: 7)
    #expect(estimate.rate == 3 && estimate.noted == 7)
    estimate.forget()
    #expect(estimate.rate == nil)
  }
}

import Foundation

/// The time of layers of one kind as a sum of what they do: overhead, multiply-accumulates, bytes read and written.
///
/// Coefficients are not negative. They minimise Σ (predicted - measured)² / measured^1.5, which lies between absolute and
/// relative errors, by coordinate descent (Franc, Hlaváč & Navara, "Sequential coordinate-wise algorithm for the
/// non-negative least squares problem", CAIP 2005).
struct LayerTimeFit: Sendable {
  private let coefficients: [Double]

  init(_ samples: [MeasuredLayers.Sample]) {
    let count = Self.terms(of: CostGraph.Work(macs: 0, bytes: 0, costClass: .memory), networkBytes: 0).count
    var normal = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var right = [Double](repeating: 0, count: count)
    for sample in samples {
      let time = max(1, sample.microseconds * 1e3)
      let terms = Self.terms(of: sample.work, networkBytes: sample.networkBytes)
      let weight = 1 / (time * time.squareRoot())
      for row in 0..<count {
        right[row] += weight * terms[row] * time
        for column in 0..<count { normal[row][column] += weight * terms[row] * terms[column] }
      }
    }
    // Terms of which the layers have next to nothing get next to no coefficient (a ridge), instead of any that fits.
    let ridge = 1e-3 * (0..<count).reduce(0) { $0 + normal[$1][$1] } / Double(count)
    for axis in 0..<count { normal[axis][axis] += ridge }
    var point = [Double](repeating: 0, count: count)
    for _ in 0..<300 {
      for axis in 0..<count where normal[axis][axis] > 0 {
        let gradient = zip(normal[axis], point).reduce(-right[axis]) { $0 + $1.0 * $1.1 }
        point[axis] = max(0, point[axis] - gradient / normal[axis][axis])
      }
    }
    coefficients = point
  }

  /// At least what the shortest layers take, so that ratios to it are defined.
  func nanoseconds(of work: CostGraph.Work, networkBytes: Int) -> Double {
    max(100, zip(coefficients, Self.terms(of: work, networkBytes: networkBytes)).reduce(0) { $0 + $1.0 * $1.1 })
  }

  /// Scaled so that a coefficient of 1 is usual: nanoseconds at 50 multiply-accumulates and 10 or 20 bytes each.
  private static func terms(of work: CostGraph.Work, networkBytes: Int) -> [Double] {
    let (beyondNearest, beyondCaches) = shares(of: networkBytes)
    let (output, weights) = (Double(work.outputBytes) / 10, Double(work.weightBytes) / 20)
    return [
      1000, Double(work.macs) / 50, Double(work.inputBytes) / 10, output, output * Double(work.functions),
      weights, weights * beyondNearest, weights * beyondCaches,
    ]
  }

  /// Which share of the weights comes from beyond a core's own cache, and which from memory: 0 below one size of what a
  /// run touches, 1 above another, in between by its logarithm.
  private static func shares(of networkBytes: Int) -> (Double, Double) {
    func share(from low: Double, to high: Double) -> Double {
      min(1, max(0, log(max(1, Double(networkBytes)) / low) / log(high / low)))
    }
    return (share(from: 0.75e6, to: 1.5e6), share(from: 12e6, to: 24e6))
  }
}

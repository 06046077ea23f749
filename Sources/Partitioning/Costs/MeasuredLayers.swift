import Foundation
import StrictJSON

/// Layers that were timed on a machine, and what they say about others: the part `layers` of a device profile.
///
/// Of every kind of layer, a sum of overhead, arithmetic and traffic with non-negative coefficients is fitted to the times
/// (least squares of relative errors). A layer's time is that sum, corrected by the ratios of measured to fitted time of
/// the layers of its kind, each weighted by how near its sizes are (Nadaraya, "On estimating regression", 1964; Watson,
/// "Smooth regression analysis", 1964). What the machine reads slower, weights that no cache keeps from one run to the
/// next, has a coefficient of its own per range of the bytes that a run of the network touches.
public struct MeasuredLayers: Sendable, Hashable {
  /// One layer and its time.
  public struct Sample: Sendable, Hashable {
    public let work: CostGraph.Work
    /// What one run of the layer's network touches; see `CostGraph.touchedBytes`.
    public let networkBytes: Int
    public let microseconds: Double

    public init(work: CostGraph.Work, networkBytes: Int, microseconds: Double) {
      self.work = work
      self.networkBytes = networkBytes
      self.microseconds = microseconds
    }
  }

  /// In the order of measuring.
  public let samples: [Sample]
  private let kinds: [String: [Neighbour]]
  private let fits: [String: LayerTimeFit]
  private let classFits: [String: LayerTimeFit]

  /// A measured layer as the correction sees it.
  private struct Neighbour: Sendable, Hashable {
    let position: [Double]
    let logarithmOfRatio: Double
  }

  /// Kinds with fewer layers than this share the fit of their class.
  private static let leastForFit = 6
  /// Layers farther apart than this, in logarithms of their sizes, have little to say about each other.
  private static let bandwidth = 0.5
  /// The weight of 'as fitted' beside the neighbours' weights.
  private static let weightOfFit = 0.02

  public init(_ samples: [Sample]) {
    self.samples = samples
    let byKind = Dictionary(grouping: samples) { $0.work.kind }
    let fits = byKind.filter { $0.value.count >= Self.leastForFit }.mapValues(LayerTimeFit.init)
    let classFits = Dictionary(grouping: samples) { $0.work.costClass.rawValue }.mapValues(LayerTimeFit.init)
    kinds = byKind.mapValues { samples in
      samples.compactMap { sample in
        guard let fit = fits[sample.work.kind] ?? classFits[sample.work.costClass.rawValue] else { return nil }
        let fitted = fit.nanoseconds(of: sample.work, networkBytes: sample.networkBytes)
        return Neighbour(
          position: Self.position(of: sample.work, networkBytes: sample.networkBytes),
          logarithmOfRatio: log(max(1, sample.microseconds * 1e3) / fitted))
      }
    }
    (self.fits, self.classFits) = (fits, classFits)
  }

  /// The time of a layer in nanoseconds; `nil` where nothing of its class was measured.
  public func nanoseconds(of work: CostGraph.Work, networkBytes: Int) -> Double? {
    guard let fit = fits[work.kind] ?? classFits[work.costClass.rawValue] else { return nil }
    let position = Self.position(of: work, networkBytes: networkBytes)
    var (sum, weights) = (0.0, Self.weightOfFit)
    for neighbour in kinds[work.kind] ?? [] {
      let distance = zip(position, neighbour.position).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let weight = exp(-distance / (2 * Self.bandwidth * Self.bandwidth))
      sum += weight * neighbour.logarithmOfRatio
      weights += weight
    }
    return fit.nanoseconds(of: work, networkBytes: networkBytes) * exp(sum / weights)
  }

  /// Logarithms of what decides a layer's speed; where its weights lie counts for layers that have many.
  private static func position(of work: CostGraph.Work, networkBytes: Int) -> [Double] {
    [
      log(Double(work.macs) + 1), log(Double(work.inputBytes) + 64), log(Double(work.weightBytes) + 64),
      log(Double(work.outputBytes) + 64),
      work.weightBytes > 65_536 ? 0.55 * log(Double(networkBytes) + 64) : 0,
      0.5 * log(Double(work.outputBytes) * Double(work.functions) + 64),
    ]
  }

  public static func == (left: Self, right: Self) -> Bool { left.samples == right.samples }
  public func hash(into hasher: inout Hasher) { hasher.combine(samples) }
}

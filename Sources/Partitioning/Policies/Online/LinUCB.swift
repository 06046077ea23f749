import Foundation
import Inference
import RandomStreams
import StrictJSON

/// Knows how long the device takes, and learns what follows a cut as a linear function of what is left to do.
///
/// Of a cut with the features x it expects device time + x · θ - α sqrt(xᵀ A⁻¹ x), θ being the ridge regression of the
/// rest of the latency. Everything on the device tells nothing about θ, so that the plain rule can stay there for good:
/// every ⌈T^0.25⌉-th request must leave the device, T doubling whenever it is reached. With a `discount` below 1 old
/// answers count less and less.
/// Source: Zhang et al., "Autodidactic neurosurgeon: collaborative deep inference for mobile edge intelligence via online
/// learning", WWW 2021 (mu-LinUCB).
public struct LinUCB: OnlinePolicy {
  public static let kind = "linucb"
  public static let summary = "learns what follows each cut as a linear function of the work that is left"
  public let alpha: Double
  public let discount: Double
  public let forcesSampling: Bool
  public let mostOpen: Int

  public init(from fields: inout FieldReader) {
    alpha = fields.double("alpha", default: 0.1, in: .nonNegative(upTo: 1e6), "the weight of the confidence bound")
    discount = fields.double(
      "discount", default: 1, in: .range(0.5...1), "what an answer counts less with each that follows")
    forcesSampling = fields.bool(
      "forced_sampling", default: true, "whether some requests must leave the device so that it goes on learning")
    mostOpen = fields.mostOpen()
  }

  public func decider(for context: DecisionContext) -> any OnlineDecider {
    let learner = Learner(
      CandidatePlacements(context.problem), alpha: alpha, discount: discount, forcesSampling: forcesSampling)
    return CautiousDecider(learner, context.problem, mostOpen: mostOpen)
  }

  final class Learner: OnlineDecider {
    private let candidates: CandidatePlacements
    private let alpha: Double
    private let discount: Double
    private let forcesSampling: Bool
    /// By candidate; features are parts of the largest of their kind.
    private let features: [[Double]]
    /// Device time by candidate, and the unit of all times: everything on the device, or a second.
    private let front: [Double]
    private let unit: Double
    private let isLocal: [Bool]
    private var normal: [[Double]]
    private var moments: [Double]
    private var inverse: [[Double]]
    private var theta: [Double]
    private var decided = 0
    private var horizon = 16
    private var sinceForced = 0

    init(_ candidates: CandidatePlacements, alpha: Double, discount: Double, forcesSampling: Bool) {
      self.candidates = candidates
      self.alpha = alpha
      self.discount = discount
      self.forcesSampling = forcesSampling
      features = CutFeatures.all(of: candidates)
      front = candidates.compute.map { Double($0[0]) }
      unit = max(1, front.max() ?? 1)
      isLocal = candidates.compute.map { $0.dropFirst().allSatisfy { $0 == 0 } }
      let count = features.first?.count ?? 0
      normal = (0..<count).map { row in (0..<count).map { $0 == row ? 1 : 0 } }
      inverse = normal
      moments = [Double](repeating: 0, count: count)
      theta = moments
    }

    func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
      decided += 1
      if decided >= horizon { horizon *= 2 }
      let period = Int(pow(Double(horizon), 0.25).rounded(.up))
      sinceForced += 1
      let mustLeave = forcesSampling && sinceForced >= period && isLocal.contains(false)
      if mustLeave { sinceForced = 0 }
      let bounds = candidates.placements.indices.map { index -> Double in
        if isLocal[index] { return mustLeave ? .infinity : front[index] / unit }
        let x = features[index]
        let spread = Matrix.product(x, Matrix.product(inverse, x))
        return front[index] / unit + Matrix.product(theta, x) - alpha * max(0, spread).squareRoot()
      }
      return Decision(candidates.placements[CandidatePlacements.least(bounds)])
    }

    func learn(from outcome: RequestOutcome) {
      guard outcome.isAnswered, let index = candidates.index(of: outcome.placement), !isLocal[index] else { return }
      let x = features[index]
      let rest = (Double(outcome.latencyNanoseconds) - front[index]) / unit
      for row in x.indices {
        for column in x.indices {
          let ridge = row == column ? 1 - discount : 0
          normal[row][column] = discount * normal[row][column] + ridge + x[row] * x[column]
        }
        moments[row] = discount * moments[row] + x[row] * rest
      }
      inverse = Matrix.inverse(normal)
      theta = Matrix.product(inverse, moments)
    }
  }
}

/// What is left to do after a cut, in seven figures and a constant, each as a part of the largest of its kind.
///
/// MACs and number of convolutions, MACs and number of matrix products, output bytes and number of all other layers, bytes
/// sent; in a cost table, which has no MACs, every layer is another.
enum CutFeatures {
  static func all(of candidates: CandidatePlacements) -> [[Double]] {
    let network = candidates.problem.network
    var rows = candidates.placements.indices.map { index -> [Double] in
      var row = [Double](repeating: 0, count: 7)
      for (layer, tier) in candidates.placements[index].tiers.enumerated() where tier > 0 {
        let macs = Double(network.layers[layer].work?.macs ?? 0)
        switch network.layers[layer].work?.costClass {
        case .convolution, .depthwise:
          row[0] += macs
          row[1] += 1
        case .gemm, .recurrent:
          row[2] += macs
          row[3] += 1
        default:
          row[4] += network.layers[layer].outputs.reduce(0) { $0 + Double(network.tensors[$1].bytes) }
          row[5] += 1
        }
      }
      for case .transfer(_, 0, _, let bytes) in candidates.itineraries[index].steps { row[6] += Double(bytes) }
      return row
    }
    for column in 0..<7 {
      let largest = rows.map { $0[column] }.max() ?? 0
      guard largest > 0 else { continue }
      for row in rows.indices { rows[row][column] /= largest }
    }
    return rows.map { $0 + [1] }
  }
}

/// Small dense linear algebra in double precision.
enum Matrix {
  static func product(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }

  static func product(_ matrix: [[Double]], _ x: [Double]) -> [Double] { matrix.map { product($0, x) } }

  /// By Gauss-Jordan elimination with partial pivoting; a matrix of regression with a ridge always has one.
  static func inverse(_ matrix: [[Double]]) -> [[Double]] {
    let count = matrix.count
    var rows = matrix.enumerated().map { index, row in row + (0..<count).map { $0 == index ? 1.0 : 0 } }
    for column in 0..<count {
      var pivot = column
      for row in column..<count where abs(rows[row][column]) > abs(rows[pivot][column]) { pivot = row }
      rows.swapAt(column, pivot)
      let divisor = rows[column][column]
      guard divisor != 0 else { continue }
      for place in rows[column].indices { rows[column][place] /= divisor }
      for row in 0..<count where row != column && rows[row][column] != 0 {
        let factor = rows[row][column]
        for place in rows[row].indices { rows[row][place] -= factor * rows[column][place] }
      }
    }
    return rows.map { Array($0[count...]) }
  }
}

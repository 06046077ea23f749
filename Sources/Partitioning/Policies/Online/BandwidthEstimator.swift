import Foundation
import RandomStreams
import StrictJSON

/// How a bandwidth is told from what messages have achieved.
public enum BandwidthEstimator: String, Sendable, CaseIterable, Codable {
  /// The profiled rate, whatever happens.
  case none
  case last
  /// An exponentially weighted mean, a quarter of the weight on the newest.
  case ewma
  /// The harmonic mean of the last five, which forgives peaks.
  case harmonic
  /// A Kalman filter of the rate's logarithm as a random walk: steps of 10 %, errors of 30 % (standard deviations).
  case kalman
}

/// A bandwidth estimated from rates achieved, one after another.
///
/// Source of the harmonic mean of five: Jiang, Sekar, Zhang, "Improving fairness, efficiency, and stability in HTTP-based
/// adaptive video streaming with FESTIVE", CoNEXT 2012; of the filter: Kalman, "A new approach to linear filtering and
/// prediction problems", 1960, with a variance of 0.01 per step and 0.09 per measurement.
package struct BandwidthEstimate {
  package let kind: BandwidthEstimator
  /// The estimate in the unit of what was noted; `nil` before the first.
  package private(set) var rate: Double?
  /// When the newest was noted.
  package private(set) var noted: Int64 = 0
  private var recent: [Double] = []
  private var variance = 0.0

  package init(_ kind: BandwidthEstimator) { self.kind = kind }

  package mutating func forget() { self = BandwidthEstimate(kind) }

  /// Notes a rate above 0.
  package mutating func note(_ achieved: Double, at now: Int64) {
    noted = now
    guard let known = rate else {
      (rate, recent, variance) = (achieved, [achieved], 0.09)
      return
    }
    switch kind {
    case .none: break
    case .last: rate = achieved
    case .ewma: rate = 0.75 * known + 0.25 * achieved
    case .harmonic:
      recent = Array((recent + [achieved]).suffix(5))
      rate = Double(recent.count) / recent.reduce(0) { $0 + 1 / $1 }
    case .kalman:
      variance += 0.01
      let gain = variance / (variance + 0.09)
      variance *= 1 - gain
      rate = exp(log(known) + gain * (log(achieved) - log(known)))
    }
  }
}

/// The parameters of a policy that may estimate bandwidths.
public struct Estimation: Sendable {
  public let estimator: BandwidthEstimator
  public let maximumAgeSeconds: Double

  init(from fields: inout FieldReader, default estimator: BandwidthEstimator) {
    self.estimator = fields.choice(
      "estimator", default: estimator,
      "how bandwidths are told from own messages; none plans with the links' own rates")
    maximumAgeSeconds = fields.double(
      "max_age_s", default: 10, in: .positive(upTo: 1e9),
      "an estimate that no message has renewed for so long is forgotten, and the link's own rate is tried again")
  }
}

/// The hops of a path as one machine's own messages have told them.
///
/// A request that sends nothing tells nothing, and an estimate that keeps everything on the device would never be renewed:
/// so it is forgotten when it is too old.
final class HopEstimates {
  private let profiled: [PlacementProblem.Hop]
  private let maximumAge: Int64
  private let isUsed: Bool
  private var up: [BandwidthEstimate]
  private var down: [BandwidthEstimate]

  init(_ problem: PlacementProblem, _ estimation: Estimation) {
    profiled = problem.hops
    isUsed = estimation.estimator != .none
    maximumAge = .nanoseconds(estimation.maximumAgeSeconds * 1e9)
    up = problem.hops.map { _ in BandwidthEstimate(estimation.estimator) }
    down = up
  }

  /// The hops as they are believed to be.
  func hops(at now: Int64) -> [PlacementProblem.Hop] {
    guard isUsed else { return profiled }
    return profiled.indices.map { index in
      let hop = profiled[index]
      return PlacementProblem.Hop(
        uplinkBitsPerSecond: rate(of: &up[index], at: now) ?? hop.uplinkBitsPerSecond,
        downlinkBitsPerSecond: rate(of: &down[index], at: now) ?? hop.downlinkBitsPerSecond,
        propagationNanoseconds: hop.propagationNanoseconds, transport: hop.transport, serialization: hop.serialization,
        streams: hop.streams)
    }
  }

  private func rate(of estimate: inout BandwidthEstimate, at now: Int64) -> Double? {
    if now - estimate.noted > maximumAge { estimate.forget() }
    return estimate.rate
  }

  func learn(from outcome: RequestOutcome) {
    guard isUsed else { return }
    for message in outcome.messages {
      guard let rate = message.rate, profiled.indices.contains(message.hop) else { continue }
      // A message of few bytes, rounded to nanoseconds, must not become an absurd rate.
      let nominal = profiled[message.hop].bitsPerSecond(message.direction)
      let bounded = min(max(rate, nominal / 10_000), nominal * 10_000)
      if message.direction == .up {
        up[message.hop].note(bounded, at: outcome.nowNanoseconds)
      } else {
        down[message.hop].note(bounded, at: outcome.nowNanoseconds)
      }
    }
  }
}

/// Plans each request over the hops as they are believed to be.
final class EstimatingDecider: OnlineDecider {
  private let estimates: HopEstimates
  private let plan: ([PlacementProblem.Hop]) throws -> Placement

  init(
    _ problem: PlacementProblem, _ estimation: Estimation, plan: @escaping ([PlacementProblem.Hop]) throws -> Placement
  ) {
    estimates = HopEstimates(problem, estimation)
    self.plan = plan
  }

  func decide(_ observation: Observation, using random: inout RandomStream) throws -> Decision {
    Decision(try plan(estimates.hops(at: observation.nowNanoseconds)))
  }

  func learn(from outcome: RequestOutcome) { estimates.learn(from: outcome) }
}

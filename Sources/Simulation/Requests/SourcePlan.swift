import RandomStreams

/// What all requests of one source have in common.
struct SourcePlan {
  var node: Int
  var model: Int
  var machines: Int
  /// Where its machines' arrival states begin.
  var firstMachine: Int
  /// Its first machine's ledger; -1 where idling costs nothing.
  var ledger: Int
  /// Joules for one server of its machine to idle for a nanosecond.
  var idleJoules: Double
  /// Where the machine counts and the variations of its path's nodes begin.
  var path: Int
  var deadline: Int64
  var priority: Int64
  /// The placement of all its requests; -1 where each has its own.
  var placement: Int
  /// An index into `Engine.loads`; -1 where its queries are not judged.
  var load = -1
  /// Whether its network has exits at which requests may leave.
  var leavesEarly = false
  /// Whether its policy watches: it decides by observations and is told how each request went.
  var watches = false
  var policyStreams: RandomStreamFamily
  var thinkStreams: RandomStreamFamily
  var backoffStreams: RandomStreamFamily
}

/// The random factors of one source's visits to one node.
struct VariationStreams {
  var variation: ServiceVariation
  var streams: RandomStreamFamily

  /// The factor of one visit: the same whatever else the request or others do.
  func factor(sender: UInt32, number: UInt32, visit: UInt16) -> Double {
    var random = streams[sender, number, UInt32(visit)]
    switch variation {
    case .none: return 1
    case .exponential: return random.exponential(mean: 1)
    case .lognormal(let cv): return random.lognormal(cv: cv)
    case .gamma(let cv): return random.gamma(cv: cv)
    }
  }
}

import RandomStreams

/// How one source's machines begin requests, as plain values.
struct ArrivalPlan {
  enum Kind: UInt8 { case none, poisson, periodic, trace, closed, modulated, diurnal }

  var kind = Kind.none
  /// The mean gap or think time, in nanoseconds.
  var mean = 0.0
  var phase = 0.0
  /// Fraction of the gap by which a periodic arrival may be late.
  var jitter = 0.0
  var isExponential = false
  /// Requests at each arrival.
  var bulk: UInt32 = 1
  /// Of a rate that goes up and down: its amplitude, and its period in nanoseconds.
  var amplitude = 0.0
  var period = 0.0
  /// Where its times, rates or clients begin among all sources', and how many there are.
  var first = 0
  var count = 0
  /// Index of a machine's modulation less that of its arrival state.
  var states = 0
}

/// One machine of one source.
struct ArrivalState {
  var random: RandomStream
  var source: Int32
  /// How many requests have begun here.
  var count: UInt32 = 0
}

/// One client of a closed source.
struct ClientState {
  var source: Int32
  /// How many requests it has sent, and how many of them are not answered.
  var count: UInt32 = 0
  var open: UInt32 = 0
}

/// Where a Markov-modulated process stands: its state and when that ends, in nanoseconds.
struct ModulationState {
  var state: Int32 = -1
  var end = 0.0
}

/// One state of a Markov-modulated process, in nanoseconds; the gap is infinite where nothing arrives.
struct ModulationRate {
  var meanGap: Double
  var meanHolding: Double
}

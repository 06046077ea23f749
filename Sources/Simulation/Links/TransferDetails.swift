import RandomStreams

/// What a message's step needs to know where its link is more than a rate: in `Engine.transfers`.
struct TransferDetails {
  /// The link's clock, or -1 for the wall's; with a stride of 1 each instance has its own.
  var clock: Int32 = -1
  var clockStride: Int32 = 0
  /// Whether work is in 1/1024 byte.
  var isTraced = false
  /// Whether it is sent in windows, one a round trip.
  var isPaced = false
  var roundTrip: Int64 = 0
  /// Bytes.
  var firstWindow = 0.0
  var bandwidthDelay = 0.0
  /// Work for a byte.
  var workPerByte = 0.0
  /// The work of the whole message at the link's full rate.
  var wire: Int64 = 0
  /// A message is late by up to so many nanoseconds, uniformly; its streams.
  var jitter: Int64 = 0
  var jitterStreams: RandomStreamFamily
  /// Where its constraints begin among `Engine.flowPaths`, and how many there are.
  var firstConstraint: Int32 = 0
  var constraints: Int32 = 0
  var weight = 1.0
  /// Bytes per nanosecond, of the link's rate.
  var bound = Double.infinity
  /// What of a share of the rate is payload.
  var goodput = 1.0
  /// Bytes that may wait for the link besides those being sent.
  var buffer = Int64.max
  /// How probable it is that a message does not arrive; its streams.
  var loss = 0.0
  var lossStreams: RandomStreamFamily
  /// Of the links, by bits and messages.
  var joules = 0.0
  /// The connection of the source's machine 0, and for how long it may rest; -1 where each message has its own.
  var connection: Int32 = -1
  var longestRest: Int64 = 0
}

/// One link on the way of a flow.
struct FlowHop {
  /// The constraint of machine 0 of its tier, and whether each machine has its own.
  var constraint: Int32
  var stride: Int32
  /// The other direction's, which the acknowledgements use; -1 where there are none.
  var reverse: Int32
  /// The link and direction whose totals it adds to.
  var group: Int32
  /// The tier below it.
  var tier: UInt8
}

/// Servers with one line before them; the line runs through the requests' `next`, or is a heap where order is by urgency.
struct QueueStation {
  var servers: Int32
  var busy: Int32 = 0
  var first: Int32 = -1
  var last: Int32 = -1
  /// Requests that wait, and how many may.
  var waiting: Int32 = 0
  var limit: Int32
  /// The heap of those who wait, among `Engine.heaps`; -1 where they are served in the order of arrival.
  var heap: Int32
  /// Bytes of the messages that wait, where their number is limited.
  var waitingBytes: Int64 = 0
  /// How many have waited, which orders those of one urgency.
  var sequence: UInt32 = 0

  init(servers: Int, limit: Int32 = .max, heap: Int = -1) {
    self.servers = Int32(servers)
    self.limit = limit
    self.heap = Int32(heap)
  }
}

/// A line of requests waiting for something other than a server.
struct WaitingLine {
  var first: Int32 = -1
  var last: Int32 = -1
}

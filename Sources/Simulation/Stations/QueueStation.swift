/// Servers with one line before them, first come, first served; the line runs through the requests' `next`.
struct QueueStation {
  var servers: Int32
  var busy: Int32 = 0
  var first: Int32 = -1
  var last: Int32 = -1

  init(servers: Int) { self.servers = Int32(servers) }
}

/// A line of requests waiting for something other than a server.
struct WaitingLine {
  var first: Int32 = -1
  var last: Int32 = -1
}

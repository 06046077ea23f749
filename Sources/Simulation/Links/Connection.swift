import Partitioning

/// A TCP connection that messages use one after another: its window, and when it last sent.
struct Connection {
  /// Bytes.
  var window = 0.0
  /// -1 before its first message.
  var lastUse: Int64 = -1
}

/// The connections of one source's machines over a link.
struct ConnectionKey: Hashable {
  let source: Int
  let link: Int
  let direction: Direction
}

extension Engine {
  /// The first of a source's connections over a link in a direction, made where they are new.
  mutating func connection(of source: Int, over link: Int, _ direction: Direction) -> Int32 {
    let key = ConnectionKey(source: source, link: link, direction: direction)
    if let known = connectionIndices[key] { return known }
    let first = Int32(connections.count)
    for _ in 0..<model.nodes[model.sources[source].node].count { connections.append(Connection()) }
    connectionIndices[key] = first
    return first
  }

  /// A message begins with the window that its connection has, or with the first one after a rest.
  ///
  /// Source: RFC 5681, section 4.1: after more than a retransmission timeout without sending, the window is no larger than
  /// the initial one.
  func resumeConnection(
    _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>,
    _ details: UnsafeMutablePointer<TransferDetails>
  ) {
    let connection = connections[Int(details.pointee.connection + request.pointee.record.machine)]
    let isWarm = connection.lastUse >= 0 && now - connection.lastUse <= details.pointee.longestRest
    request.pointee.windowBytes = isWarm ? connection.window : details.pointee.firstWindow
    request.pointee.work = windowWork(request, step, details)
  }

  /// The last bytes of a message were sent; in slow start the window has grown by all that were acknowledged.
  func keepConnection(
    _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>,
    _ details: UnsafeMutablePointer<TransferDetails>
  ) {
    let connection = connections.base + Int(details.pointee.connection + request.pointee.record.machine)
    let isSlowStart = request.pointee.windowBytes < details.pointee.bandwidthDelay
    let rest = Double(step.pointee.bytes) - request.pointee.sentBytes
    connection.pointee.window = request.pointee.windowBytes + (isSlowStart ? rest : 0)
    connection.pointee.lastUse = now
  }
}

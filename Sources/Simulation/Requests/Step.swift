import Partitioning

/// One step of a compiled itinerary: all a request needs to know of it, in one cache line.
struct Step {
  enum Kind: UInt8 {
    case compute, transfer, end
    /// Where attempts can fail: one begins; control is back on the device.
    case depart, arrive
    /// Goes on only while the device's battery is not empty.
    case gate
  }

  /// What kind of station it is at: one of `queues`, `sharings`, `batchers`, `media` or `machines`, or several constraints
  /// of `flows`.
  enum Discipline: UInt8 { case line, sharing, batch, flow, medium, machine }

  var kind = Kind.end
  var role = NodeModel.Role.device
  var direction = Direction.up
  /// Whether it is on the source machine itself, or over its own link.
  var isOwn = false
  /// Whether a processor reads or writes a message.
  var isSerializing = false
  var discipline = Discipline.line
  /// The tier that computes, or the one below the hop.
  var tier: UInt8 = 0
  /// The stations from one machine to the next; 0 where all use one.
  var stride: UInt8 = 0
  /// How often the itinerary has computed on this tier before; of a message its place in the itinerary.
  var visit: UInt16 = 0
  /// The station of machine 0.
  var station: Int32 = 0
  /// The node or link and direction whose totals it adds to.
  var group: Int32 = 0
  /// The ledger of the computing node's machine 0, or the radio of the device's machine 0; -1 where there is none.
  var ledger: Int32 = -1
  /// The streams of the service variation; -1 where service does not vary.
  var variation: Int32 = -1
  /// What few steps need: of a message an index into `transfers`, of a visit into `batchPlans` or `visitPlans`, of a
  /// departure the first step of the fallback; -1 where there is nothing.
  var details: Int32 = -1
  /// The service time at full speed.
  var nanoseconds: Int64 = 0
  var propagation: Int64 = 0
  var bytes: Int64 = 0
  /// Busy power of one server, or the radio's power that is proportional to the rate.
  var watts = 0.0

  /// What a request of a device with a battery must pass to go on.
  static var gate: Step {
    var step = Step()
    step.kind = .gate
    return step
  }
}

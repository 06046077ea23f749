/// Servers that take several requests of one kind at a time; its lines are found by following `firstLine`.
struct BatchStation {
  var servers: Int32
  var busy: Int32 = 0
  let maximum: Int32
  /// Requests that wait, in all lines, and how many may.
  var waiting: Int32 = 0
  var limit: Int32
  let timeout: Int64
  /// The node it belongs to, and its machine's ledger or -1.
  let group: Int32
  let ledger: Int32
  /// What runs its batches, among `Engine.machines`; -1 where nothing changes their speed.
  var machine: Int32 = -1
  var firstLine: Int32 = -1
  /// When the oldest of a line will have waited long enough; other times in the event queue are stale.
  var dueTime: Int64 = .max
}

/// The requests that wait at one machine for the same layers of one network: those that can share a batch.
struct BatchLine {
  var first: Int32 = -1
  var last: Int32 = -1
  var count: Int32 = 0
  /// The station's next line; -1 after the last.
  var next: Int32 = -1
}

/// Who is served next on a node's machines.
public enum Scheduler: Sendable, Hashable {
  /// In the order of arrival.
  case fifo
  /// All at once, sharing the servers equally.
  case ps
  /// The largest priority first, those of one priority in the order of arrival; nobody is interrupted.
  case priority
  /// The earliest arrival + deadline first; requests without a deadline come last. Nobody is interrupted.
  case edf
  /// Several requests for the same layers of one network at a time.
  ///
  /// A batch starts when a server is free and `maximum` requests wait, or the oldest has waited for `timeoutNanoseconds`.
  case batch(maximum: Int, timeoutNanoseconds: Int64)

  /// The name that scenarios use.
  public var kind: String {
    switch self {
    case .fifo: "fifo"
    case .ps: "ps"
    case .priority: "priority"
    case .edf: "edf"
    case .batch: "batch"
    }
  }

  public var isBatch: Bool { if case .batch = self { true } else { false } }

  /// The largest batch that a scenario can ask for.
  public static let batchLimit = 1024
}

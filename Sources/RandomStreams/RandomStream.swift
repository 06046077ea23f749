/// Random numbers from a counter: the n-th number of a stream is a function of its name and n alone.
///
/// Streams are named, so adding an entity or drawing more from one stream never changes the numbers of another. 48 bytes.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011 (Philox 4x32-10).
@frozen
public struct RandomStream: Sendable, BitwiseCopyable {
  @usableFromInline let key: UInt64
  @usableFromInline let high: UInt64
  @usableFromInline var counter: UInt64
  /// What is left of the last block.
  @usableFromInline var spare: UInt64 = 0
  @usableFromInline var hasSpare = false

  /// The stream of that seed, replication, entity and purpose.
  public init(seed: UInt64, replication: UInt64 = 0, entity: String, index: UInt64 = 0, purpose: String) {
    var name = StreamName()
    name.append(seed)
    name.append(replication)
    name.append(entity)
    name.append(index)
    name.append(purpose)
    self.init(key: name.low, high: name.high, counter: 0)
  }

  @inlinable
  init(key: UInt64, high: UInt64, counter: UInt64) {
    self.key = key
    self.high = high
    self.counter = counter
  }
}

extension RandomStream: RandomNumberGenerator {
  @inlinable
  public mutating func next() -> UInt64 {
    if hasSpare {
      hasSpare = false
      return spare
    }
    let block = Philox.block(low: counter, high: high, key: key)
    counter &+= 1
    spare = block.high
    hasSpare = true
    return block.low
  }
}

/// Many streams of one name, told apart by three numbers: one for each visit of each request, say, without any memory.
@frozen
public struct RandomStreamFamily: Sendable, BitwiseCopyable {
  @usableFromInline let key: UInt64
  @usableFromInline let mask: UInt64

  public init(seed: UInt64, replication: UInt64 = 0, entity: String, index: UInt64 = 0, purpose: String) {
    let name = RandomStream(seed: seed, replication: replication, entity: entity, index: index, purpose: purpose)
    key = name.key
    mask = name.high
  }

  /// The member of those three numbers; its first 2^32 blocks are its own.
  @inlinable
  public subscript(first: UInt32, second: UInt32, third: UInt32) -> RandomStream {
    RandomStream(
      key: key, high: (UInt64(second) | UInt64(third) << 32) ^ mask, counter: UInt64(first) << 32)
  }
}

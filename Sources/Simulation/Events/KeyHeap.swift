import Glibc

/// A 4-ary heap of 128-bit keys, least on top: compared as integers without a branch.
///
/// Plain memory that its owner must free. Behind the last key stand keys of all ones, so that a node always has four
/// children to compare; siblings share a cache line.
struct KeyHeap {
  private var keys: UnsafeMutablePointer<UInt128>?
  private(set) var count = 0
  private var capacity = 0

  /// The least key; there must be one.
  var top: UInt128 {
    @inline(__always) get { keys.unsafelyUnwrapped[0] }
  }

  var isEmpty: Bool { count == 0 }

  @inline(__always)
  mutating func push(_ key: UInt128) {
    if count == capacity { grow() }
    let keys = keys.unsafelyUnwrapped
    var index = count
    count += 1
    while index > 0 {
      let parent = (index - 1) >> 2
      if key >= keys[parent] { break }
      keys[index] = keys[parent]
      index = parent
    }
    keys[index] = key
  }

  /// Removes the least key.
  @inline(__always)
  mutating func removeTop() {
    count -= 1
    let keys = keys.unsafelyUnwrapped
    let last = keys[count]
    keys[count] = .max
    if count > 0 { sink(last) }
  }

  /// Puts a key in the place of the least one: half the work of a removal and a push.
  @inline(__always)
  mutating func replaceTop(with key: UInt128) { sink(key) }

  /// Takes an amount off all keys, which keeps their order.
  func subtractFromAll(_ amount: UInt128) {
    for index in 0..<count { keys.unsafelyUnwrapped[index] -= amount }
  }

  /// All keys, in no order that means anything.
  func forEach(_ body: (UInt128) -> Void) {
    for index in 0..<count { body(keys.unsafelyUnwrapped[index]) }
  }

  mutating func deallocate() {
    if let keys { free(block(of: keys)) }
    self = KeyHeap()
  }

  @inline(__always)
  private func sink(_ key: UInt128) {
    let keys = keys.unsafelyUnwrapped
    var index = 0
    while true {
      let child = index << 2 + 1
      if child >= count { break }
      let first = child + (keys[child + 1] < keys[child] ? 1 : 0)
      let second = child + 2 + (keys[child + 3] < keys[child + 2] ? 1 : 0)
      let least = keys[second] < keys[first] ? second : first
      let value = keys[least]
      if value >= key { break }
      keys[index] = value
      index = least
    }
    keys[index] = key
  }

  private func block(of keys: UnsafeMutablePointer<UInt128>) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(keys - 3)
  }

  /// Doubles the memory; the three words before the root put each four siblings on one cache line.
  private mutating func grow() {
    let wanted = max(4, capacity * 2)
    let bytes = (3 + wanted + 4) * 16
    let isLarge = bytes >= 4 << 20
    var fresh: UnsafeMutableRawPointer?
    guard posix_memalign(&fresh, isLarge ? 2 << 20 : 64, bytes) == 0, let fresh else { fatalError("out of memory") }
    // A large heap is read all over: fewer pages, fewer misses in the table of pages.
    if isLarge { _ = madvise(fresh, bytes, 14) }
    let room = (fresh + 48).bindMemory(to: UInt128.self, capacity: wanted + 4)
    (room - 3).initialize(repeating: 0, count: 3)
    room.initialize(repeating: .max, count: wanted + 4)
    if let keys {
      room.update(from: keys, count: count)
      free(block(of: keys))
    }
    keys = room
    capacity = wanted
  }
}

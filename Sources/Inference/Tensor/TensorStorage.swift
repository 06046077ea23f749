import Foundation
import Synchronization

/// Memory whose pages can be given back to the system and come again with the same contents, such as a mapped file.
public protocol ReclaimableMemory: AnyObject, Sendable {
  /// Says that those bytes, a part of the memory, will hardly be read again soon.
  func reclaim(_ bytes: UnsafeRawBufferPointer)
}

/// Bytes that one or more tensors view: an allocation of its own, or memory that somebody else keeps (a mapped file).
///
/// Sharing is safe because tensors are written only by the executor that owns the buffer, before anyone else reads it.
public final class TensorStorage: @unchecked Sendable {
  public let byteCount: Int
  private let keeper: AnyObject?
  /// Where the bytes are that somebody else keeps; `nil` for an allocation of its own.
  private let source: UnsafeRawBufferPointer?
  /// The first byte's address; 0 before the first use of bytes that are copied then.
  private let address: Atomic<UInt>
  /// The address of what to free, where the memory is this storage's own; otherwise 0.
  private let allocation: Atomic<UInt>

  /// Allocates `byteCount` bytes, zeroed, at a multiple of 64; large ones take no memory until they are touched.
  public init(byteCount: Int) {
    let block = Self.allocate(byteCount)
    self.byteCount = byteCount
    keeper = nil
    source = nil
    address = Atomic(UInt(bitPattern: block.alignedUp(toMultipleOf: Self.alignment)))
    allocation = Atomic(UInt(bitPattern: block))
  }

  /// Views memory that `keeper` keeps alive; it is never written through this storage.
  public init(viewing bytes: UnsafeRawBufferPointer, keptAliveBy keeper: AnyObject) {
    byteCount = bytes.count
    self.keeper = keeper
    source = bytes
    address = Atomic(UInt(bitPattern: bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!))
    allocation = Atomic(0)
  }

  /// Holds a copy, made when it is first used, of memory that `keeper` keeps alive.
  ///
  /// For elements in a mapped file that are not where their type can be read, so that opening the file costs nothing.
  public init(copyingOnUse bytes: UnsafeRawBufferPointer, keptAliveBy keeper: AnyObject) {
    byteCount = bytes.count
    self.keeper = keeper
    source = bytes
    address = Atomic(0)
    allocation = Atomic(0)
  }

  deinit {
    Self.deallocate(UnsafeMutableRawPointer(bitPattern: allocation.load(ordering: .relaxed)), byteCount)
  }

  /// The first byte; aligned to 64 for an allocation of its own.
  public var base: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: address.load(ordering: .acquiring)) ?? copied()
  }

  /// Calls `body` with the bytes where they lie, for reading them once, as packing does.
  ///
  /// The address need not be aligned in any way. Bytes of a mapped file take no memory afterwards.
  func withBytesOnce<Result>(_ body: (UnsafeRawPointer) throws -> Result) rethrows -> Result {
    defer { reclaimSource() }
    if let present = UnsafeRawPointer(bitPattern: address.load(ordering: .acquiring)) { return try body(present) }
    guard let start = source?.baseAddress else { return try body(base) }
    return try withExtendedLifetime(keeper) { try body(start) }
  }

  private func reclaimSource() {
    guard let source, let keeper = keeper as? any ReclaimableMemory else { return }
    keeper.reclaim(source)
  }

  /// Copies the source; of several threads that come here at once, the first one's copy counts.
  private func copied() -> UnsafeMutableRawPointer {
    let block = Self.allocate(byteCount)
    let start = block.alignedUp(toMultipleOf: Self.alignment)
    if let source { copy(source, to: start) }
    let (isFirst, present) = address.compareExchange(
      expected: 0, desired: UInt(bitPattern: start), ordering: .acquiringAndReleasing)
    guard isFirst else {
      Self.deallocate(block, byteCount)
      return UnsafeMutableRawPointer(bitPattern: present)!
    }
    allocation.store(UInt(bitPattern: block), ordering: .relaxed)
    return start
  }

  /// Copies piece by piece and gives each piece back, so that source and copy do not take memory at the same time.
  private func copy(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    let reclaimable = keeper as? any ReclaimableMemory
    let piece = 1 << 22
    for first in stride(from: 0, to: source.count, by: piece) {
      let part = UnsafeRawBufferPointer(rebasing: source[first..<min(source.count, first + piece)])
      UnsafeMutableRawBufferPointer(start: target + first, count: part.count).copyMemory(from: part)
      reclaimable?.reclaim(part)
    }
  }

  // MARK: Allocation

  private static let alignment = 64

  /// From this size on, memory comes straight from the system, in huge pages where it has them: a thousand pages of
  /// 4 KiB take longer to get than to fill.
  private static let leastMapped = 1 << 22

  // Kernels may read one vector past the end of a row; 64 spare bytes keep that inside the allocation, and 64 more
  // leave room to align what calloc returns.
  private static func reserved(_ byteCount: Int) -> Int { byteCount + 2 * alignment }

  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    precondition(byteCount >= 0 && byteCount <= Int.max - 2 * alignment)
    let size = reserved(byteCount)
    guard size >= leastMapped else {
      guard let block = calloc(1, size) else { fatalError("no memory for \(byteCount) bytes") }
      return block
    }
    let space = mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let space, space != MAP_FAILED else { fatalError("no memory for \(byteCount) bytes") }
    #if os(Linux)
      madvise(space, size, MADV_HUGEPAGE)
    #endif
    return space
  }

  private static func deallocate(_ block: UnsafeMutableRawPointer?, _ byteCount: Int) {
    guard let block else { return }
    if reserved(byteCount) >= leastMapped {
      munmap(block, reserved(byteCount))
    } else {
      free(block)
    }
  }
}

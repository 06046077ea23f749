import Foundation
import Synchronization

/// Bytes that one or more tensors view: an allocation of its own, or memory that somebody else keeps (a mapped file).
///
/// Sharing is safe because tensors are written only by the executor that owns the buffer, before anyone else reads it.
public final class TensorStorage: @unchecked Sendable {
  public let byteCount: Int
  private let keeper: AnyObject?
  /// What is copied on first use; `nil` where nothing is.
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
    address = Atomic(UInt(bitPattern: block.alignedUp(toMultipleOf: 64)))
    allocation = Atomic(UInt(bitPattern: block))
  }

  /// Views memory that `keeper` keeps alive; it is never written through this storage.
  public init(viewing bytes: UnsafeRawBufferPointer, keptAliveBy keeper: AnyObject) {
    byteCount = bytes.count
    self.keeper = keeper
    source = nil
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
    free(UnsafeMutableRawPointer(bitPattern: allocation.load(ordering: .relaxed)))
  }

  /// The first byte; aligned to 64 for an allocation of its own.
  public var base: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: address.load(ordering: .acquiring)) ?? copied()
  }

  /// Copies the source; of several threads that come here at once, the first one's copy counts.
  private func copied() -> UnsafeMutableRawPointer {
    let block = Self.allocate(byteCount)
    let start = block.alignedUp(toMultipleOf: 64)
    if let first = source?.baseAddress { start.copyMemory(from: first, byteCount: byteCount) }
    let (isFirst, present) = address.compareExchange(
      expected: 0, desired: UInt(bitPattern: start), ordering: .acquiringAndReleasing)
    guard isFirst else {
      free(block)
      return UnsafeMutableRawPointer(bitPattern: present)!
    }
    allocation.store(UInt(bitPattern: block), ordering: .relaxed)
    return start
  }

  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    precondition(byteCount >= 0 && byteCount <= Int.max - 128)
    // Kernels may read one vector past the end of a row; 64 spare bytes keep that inside the allocation, and 64 more
    // leave room to align what calloc returns. calloc takes large blocks from the kernel, whose pages are zero anyway.
    guard let block = calloc(1, byteCount + 128) else { fatalError("no memory for \(byteCount) bytes") }
    return block
  }
}

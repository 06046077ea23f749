import Foundation

/// Bytes that one or more tensors view: an allocation of its own, or memory that somebody else keeps (a mapped file).
///
/// Sharing is safe because tensors are written only by the executor that owns the buffer, before anyone else reads it.
public final class TensorStorage: @unchecked Sendable {
  /// The first byte; aligned to 64 for an allocation of its own.
  public let base: UnsafeMutableRawPointer
  public let byteCount: Int
  private let keeper: AnyObject?
  /// What to free, where the memory is this storage's own.
  private let allocation: UnsafeMutableRawPointer?

  /// Allocates `byteCount` bytes, zeroed, at a multiple of 64; large ones take no memory until they are touched.
  public init(byteCount: Int) {
    precondition(byteCount >= 0 && byteCount <= Int.max - 128)
    // Kernels may read one vector past the end of a row; 64 spare bytes keep that inside the allocation, and 64 more
    // leave room to align what calloc returns. calloc takes large blocks from the kernel, whose pages are zero anyway.
    guard let allocation = calloc(1, byteCount + 128) else { fatalError("no memory for \(byteCount) bytes") }
    self.allocation = allocation
    base = allocation.alignedUp(toMultipleOf: 64)
    self.byteCount = byteCount
    keeper = nil
  }

  /// Views memory that `keeper` keeps alive; it is never written through this storage.
  public init(viewing bytes: UnsafeRawBufferPointer, keptAliveBy keeper: AnyObject) {
    base = UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!)
    byteCount = bytes.count
    self.keeper = keeper
    allocation = nil
  }

  deinit {
    free(allocation)
  }
}

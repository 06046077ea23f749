import Foundation

/// Bytes that one or more tensors view: an allocation of its own, or memory that somebody else keeps (a mapped file).
///
/// Sharing is safe because tensors are written only by the executor that owns the buffer, before anyone else reads it.
public final class TensorStorage: @unchecked Sendable {
  /// The first byte; aligned to 64 for an allocation of its own.
  public let base: UnsafeMutableRawPointer
  public let byteCount: Int
  private let keeper: AnyObject?

  /// Allocates `byteCount` bytes, zeroed, at a multiple of 64.
  public init(byteCount: Int) {
    precondition(byteCount >= 0)
    // Kernels may read one vector past the end of a row; 64 spare bytes keep that inside the allocation.
    base = UnsafeMutableRawPointer.allocate(byteCount: byteCount + 64, alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount + 64)
    self.byteCount = byteCount
    keeper = nil
  }

  /// Views memory that `keeper` keeps alive; it is never written through this storage.
  public init(viewing bytes: UnsafeRawBufferPointer, keptAliveBy keeper: AnyObject) {
    base = UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!)
    byteCount = bytes.count
    self.keeper = keeper
  }

  deinit {
    if keeper == nil { base.deallocate() }
  }
}

import Synchronization

/// Buffers that kernels borrow for packed panels, kept so that the pages need not be fetched anew each time.
final class ScratchPool: Sendable {
  static let shared = ScratchPool()
  private static let mostKept = 64

  private struct Buffer: @unchecked Sendable {  // owned by whoever took it out of the pool
    let memory: UnsafeMutableRawBufferPointer
  }

  private let free = Mutex<[Buffer]>([])

  /// Lends room for `count` floats, aligned to 64 bytes, with arbitrary contents.
  func withFloats<Result>(
    _ count: Int, _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    let byteCount = max(64, count * MemoryLayout<Float>.stride)
    let kept = free.withLock { buffers in
      buffers.lastIndex { $0.memory.count >= byteCount }.map { buffers.remove(at: $0) }
    }
    let buffer = kept ?? Buffer(memory: .allocate(byteCount: byteCount, alignment: 64))
    defer {
      let surplus = free.withLock { buffers -> Buffer? in
        buffers.append(buffer)
        return buffers.count > Self.mostKept ? buffers.removeFirst() : nil
      }
      surplus?.memory.deallocate()
    }
    return try body(buffer.memory.baseAddress!.assumingMemoryBound(to: Float.self))
  }
}

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
    let buffer = take(byteCount)
    defer {
      let surplus = free.withLock { buffers -> Buffer? in
        buffers.append(buffer)
        return buffers.count > Self.mostKept ? buffers.removeFirst() : nil
      }
      surplus?.memory.deallocate()
    }
    return try body(buffer.memory.baseAddress!.assumingMemoryBound(to: Float.self))
  }

  /// The smallest buffer that is large enough; where none is, the largest makes way for a larger one, so that there are
  /// no more of them than are lent at a time.
  private func take(_ byteCount: Int) -> Buffer {
    let kept = free.withLock { buffers -> Buffer? in
      var (best, largest): (Int?, Int?)
      for (index, buffer) in buffers.enumerated() {
        let size = buffer.memory.count
        if size >= byteCount, best.map({ size < buffers[$0].memory.count }) ?? true { best = index }
        if largest.map({ size > buffers[$0].memory.count }) ?? true { largest = index }
      }
      return (best ?? largest).map { buffers.remove(at: $0) }
    }
    if let kept, kept.memory.count >= byteCount { return kept }
    kept?.memory.deallocate()
    return Buffer(memory: .allocate(byteCount: byteCount, alignment: 64))
  }
}

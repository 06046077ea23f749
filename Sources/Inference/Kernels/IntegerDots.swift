import CKernels

/// Sums of products of input windows and packed weights, in blocks of output positions.
///
/// Sums are exact, so that results depend neither on blocks nor on threads.
struct IntegerDots: Sendable {
  /// Where windows lie, in bytes; see `ck_dots`.
  let lines: [Int]
  let lineLength: Int
  let columnStep: Int
  let runs: [Int]
  let runBytes: Int
  let positions: Int

  /// Inputs of a block that stay in the nearest cache, and in the second.
  private static let (nearBytes, farBytes) = (1 << 14, 1 << 18)
  /// Weights that stay in the second cache beside them.
  private static let fewWeights = 1 << 17

  /// Adds the tasks over one image to `tasks`.
  func run(
    _ a: UnsafePointer<UInt8>, _ panels: IntegerPanels, _ parameters: IntegerParameters,
    into out: UnsafeMutableRawPointer, step: Int, using context: ExecutionContext
  ) {
    let width = context.kernels.integers.pointee.panel_width
    let panelCount = (panels.channels + width - 1) / width
    guard positions > 0, panelCount > 0 else { return }
    let room = panels.byteCount <= Self.fewWeights ? Self.nearBytes : Self.farBytes
    var block = max(48, room / max(1, columnStep))
    var group = panelCount
    if context.threads > 1 {
      // As many tasks as keep a thread from waiting long for another.
      let wanted = 4 * context.threads
      block = min(block, max(24, (positions + wanted - 1) / wanted))
      let blocks = (positions + block - 1) / block
      if blocks < wanted { group = max(1, panelCount * blocks / wanted) }
    }
    let (blockSize, groupSize) = (block, group)
    let groups = (panelCount + groupSize - 1) / groupSize
    lines.withUnsafeBufferPointer { lines in
      runs.withUnsafeBufferPointer { runs in
        let task = Task(
          kernels: context.kernels.integers, isBytes: panels.isBytes,
          dots: ck_dots(
            a: a, lines: lines.baseAddress, line_length: lineLength, column_step: columnStep, runs: runs.baseAddress,
            run_count: runs.count, run_bytes: runBytes, panels: panels.panels, channels: panels.channels,
            bias: UnsafePointer(parameters.bias.pointer(as: Int32.self)), result: parameters.requantization, out: out,
            out_step: step))
        let positions = positions
        context.parallel((positions + blockSize - 1) / blockSize * groups) { index in
          let (first, panel) = (index / groups * blockSize, index % groups * groupSize)
          task.run(first..<min(positions, first + blockSize), panel..<min(panelCount, panel + groupSize))
        }
      }
    }
  }

  private struct Task: @unchecked Sendable {  // the pointers are only used while the caller waits
    let kernels: UnsafePointer<ck_integer_kernels>
    let isBytes: Bool
    let dots: ck_dots

    func run(_ positions: Range<Int>, _ panels: Range<Int>) {
      var dots = dots
      let function = isBytes ? kernels.pointee.dots_bytes : kernels.pointee.dots_words
      function?(&dots, positions.lowerBound, positions.upperBound, panels.lowerBound, panels.upperBound)
    }
  }
}

/// Rows of 8-bit integers as integer kernels read them: unsigned bytes, or 16-bit integers less the zero point.
struct IntegerStaging: Sendable {
  let kernels: Kernels
  let isBytes: Bool
  let isSigned: Bool
  let zeroPoint: Int

  init(_ type: ElementType, zeroPoint: Int, isBytes: Bool, _ kernels: Kernels) {
    (self.kernels, self.isBytes, self.zeroPoint, isSigned) = (kernels, isBytes, zeroPoint, type == .int8)
  }

  var elementBytes: Int { isBytes ? 1 : 2 }
  /// The zero point of what is staged.
  var stagedZeroPoint: Int { isBytes ? (isSigned ? zeroPoint + 128 : zeroPoint) : 0 }

  func copy(_ source: UnsafePointer<UInt8>, count: Int, to target: UnsafeMutablePointer<UInt8>) {
    if isBytes {
      kernels.integers.pointee.stage_bytes(source, isSigned ? 0x80 : 0, target, count)
    } else {
      target.withMemoryRebound(to: Int16.self, capacity: count) {
        kernels.integers.pointee.stage_words(source, isSigned ? 1 : 0, Int32(zeroPoint), $0, count)
      }
    }
  }

  /// Elements that stand for zero.
  func fill(_ target: UnsafeMutablePointer<UInt8>, count: Int) {
    target.update(repeating: UInt8(truncatingIfNeeded: isBytes ? stagedZeroPoint : 0), count: count * elementBytes)
  }
}

extension ScratchPool {
  /// Lends room for `count` bytes and a vector more.
  func withBytes<Result>(
    _ count: Int, _ body: (UnsafeMutablePointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    try withFloats(count / 4 + 33) { memory in
      try body(UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt8.self))
    }
  }
}

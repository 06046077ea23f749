/// Loops that apply a function element by element with broadcasting; runs of equal kind have loops of their own.
enum Elementwise {
  /// Elements that one thread takes at a time.
  static let grain = 1 << 15

  @inline(__always)
  static func unary<A, R>(
    _ input: Tensor, into output: Tensor, _ context: ExecutionContext, _ function: @Sendable (A) -> R
  ) where A: BitwiseCopyable, R: BitwiseCopyable {
    nonisolated(unsafe) let (source, target) = (input.pointer(as: A.self), output.pointer(as: R.self))
    context.parallelRanges(output.elementCount, grain: grain) { range in
      for index in range { target[index] = function(source[index]) }
    }
  }

  @inline(__always)
  static func binary<A, B, R>(
    _ left: Tensor, _ right: Tensor, into output: Tensor, _ context: ExecutionContext,
    _ function: @Sendable (A, B) -> R
  ) where A: BitwiseCopyable, B: BitwiseCopyable, R: BitwiseCopyable {
    let walk = StridedWalk(broadcasting: [left.shape, right.shape], to: output.shape)
    nonisolated(unsafe) let (lefts, rights) = (left.pointer(as: A.self), right.pointer(as: B.self))
    nonisolated(unsafe) let target = output.pointer(as: R.self)
    let (leftStep, rightStep) = (walk.runStride(0), walk.runStride(1))
    context.parallelRanges(walk.elementCount, grain: grain) { range in
      walk.forEachRun(in: range) { position, operands, length in
        let (a, b, r) = (lefts + operands[0], rights + operands[1], target + position)
        switch (leftStep, rightStep) {
        case (1, 1): contiguous(a, b, r, length, function)
        case (1, 0):
          let value = b[0]
          contiguous(a, r, length) { function($0, value) }
        case (0, 1):
          let value = a[0]
          contiguous(b, r, length) { function(value, $0) }
        default:
          for index in 0..<length { r[index] = function(a[index * leftStep], b[index * rightStep]) }
        }
      }
    }
  }

  // Eight elements are read before any is written: the compiler then needs no proof that the output is not an input,
  // which it often is, to use vector instructions.
  @inline(__always)
  private static func contiguous<A, B, R>(
    _ a: UnsafeMutablePointer<A>, _ b: UnsafeMutablePointer<B>, _ r: UnsafeMutablePointer<R>, _ length: Int,
    _ function: (A, B) -> R
  ) where A: BitwiseCopyable, B: BitwiseCopyable, R: BitwiseCopyable {
    var index = 0
    while index + 8 <= length {
      let (x, y, z) = (a + index, b + index, r + index)
      let (r0, r1, r2, r3) = (
        function(x[0], y[0]), function(x[1], y[1]), function(x[2], y[2]), function(x[3], y[3])
      )
      let (r4, r5, r6, r7) = (
        function(x[4], y[4]), function(x[5], y[5]), function(x[6], y[6]), function(x[7], y[7])
      )
      (z[0], z[1], z[2], z[3], z[4], z[5], z[6], z[7]) = (r0, r1, r2, r3, r4, r5, r6, r7)
      index += 8
    }
    while index < length {
      r[index] = function(a[index], b[index])
      index += 1
    }
  }

  @inline(__always)
  private static func contiguous<A, R>(
    _ a: UnsafeMutablePointer<A>, _ r: UnsafeMutablePointer<R>, _ length: Int, _ function: (A) -> R
  ) where A: BitwiseCopyable, R: BitwiseCopyable {
    var index = 0
    while index + 8 <= length {
      let (x, z) = (a + index, r + index)
      let (r0, r1, r2, r3) = (function(x[0]), function(x[1]), function(x[2]), function(x[3]))
      let (r4, r5, r6, r7) = (function(x[4]), function(x[5]), function(x[6]), function(x[7]))
      (z[0], z[1], z[2], z[3], z[4], z[5], z[6], z[7]) = (r0, r1, r2, r3, r4, r5, r6, r7)
      index += 8
    }
    while index < length {
      r[index] = function(a[index])
      index += 1
    }
  }
}

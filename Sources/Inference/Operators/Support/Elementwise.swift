/// Loops that apply a function element by element, with broadcasting.
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

  /// One plain loop, whatever the strides: for types and functions that need not be fast.
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
        for index in 0..<length { r[index] = function(a[index * leftStep], b[index * rightStep]) }
      }
    }
  }

  /// Loops of their own for whole rows, and for a row and one element, of float32.
  @inline(__always)
  static func binaryFloat(
    _ left: Tensor, _ right: Tensor, into output: Tensor, _ context: ExecutionContext,
    _ function: @Sendable (Float, Float) -> Float
  ) {
    let walk = StridedWalk(broadcasting: [left.shape, right.shape], to: output.shape)
    nonisolated(unsafe) let (lefts, rights, target) = (left.floats, right.floats, output.floats)
    let (leftStep, rightStep) = (walk.runStride(0), walk.runStride(1))
    context.parallelRanges(walk.elementCount, grain: grain) { range in
      walk.forEachRun(in: range) { position, operands, length in
        let (a, b, r) = (lefts + operands[0], rights + operands[1], target + position)
        switch (leftStep, rightStep) {
        case (1, 1): rows(a, b, r, length, function)
        case (1, 0):
          let value = b[0]
          row(a, r, length) { function($0, value) }
        case (0, 1):
          let value = a[0]
          row(b, r, length) { function(value, $0) }
        default: for index in 0..<length { r[index] = function(a[index * leftStep], b[index * rightStep]) }
        }
      }
    }
  }

  // Four elements are read before any is written: the compiler then needs no proof that the output is not an input,
  // which it often is, to use vector instructions.
  @inline(__always)
  private static func rows(
    _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, _ r: UnsafeMutablePointer<Float>,
    _ length: Int, _ function: (Float, Float) -> Float
  ) {
    var index = 0
    while index + 4 <= length {
      let (x, y, z) = (a + index, b + index, r + index)
      let (r0, r1, r2, r3) = (
        function(x[0], y[0]), function(x[1], y[1]), function(x[2], y[2]), function(x[3], y[3])
      )
      (z[0], z[1], z[2], z[3]) = (r0, r1, r2, r3)
      index += 4
    }
    while index < length {
      r[index] = function(a[index], b[index])
      index += 1
    }
  }

  @inline(__always)
  private static func row(
    _ a: UnsafeMutablePointer<Float>, _ r: UnsafeMutablePointer<Float>, _ length: Int, _ function: (Float) -> Float
  ) {
    var index = 0
    while index + 4 <= length {
      let (x, z) = (a + index, r + index)
      let (r0, r1, r2, r3) = (function(x[0]), function(x[1]), function(x[2]), function(x[3]))
      (z[0], z[1], z[2], z[3]) = (r0, r1, r2, r3)
      index += 4
    }
    while index < length {
      r[index] = function(a[index])
      index += 1
    }
  }
}

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

  /// The same for float32 by the vector kernels; `output` may be an operand of its shape.
  static func combine(
    _ operation: VectorOperation, _ left: Tensor, _ right: Tensor, into output: Tensor, _ context: ExecutionContext
  ) {
    let walk = StridedWalk(broadcasting: [left.shape, right.shape], to: output.shape)
    combine(operation, left, right, into: output, by: walk, context)
  }

  /// The same by a walk of both operands over the output.
  static func combine(
    _ operation: VectorOperation, _ left: Tensor, _ right: Tensor, into output: Tensor, by walk: StridedWalk,
    _ context: ExecutionContext
  ) {
    nonisolated(unsafe) let (lefts, rights, target) = (left.floats, right.floats, output.floats)
    // Broadcasting leaves runs of steps 0 and 1 only.
    let (leftStep, rightStep) = (walk.runStride(0), walk.runStride(1))
    context.parallelRanges(walk.elementCount, grain: grain) { range in
      walk.forEachRun(in: range) { position, operands, length in
        context.kernels.combine(
          operation, lefts + operands[0], aStep: leftStep, rights + operands[1], bStep: rightStep,
          into: target + position, count: length)
      }
    }
  }
}

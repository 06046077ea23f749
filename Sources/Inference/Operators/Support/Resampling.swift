/// Resamples a tensor axis by axis.
struct Resampling: NumberWork {
  let input: Tensor
  let output: Tensor
  let axes: [ResizeAxis]
  let extrapolation: Float
  let context: ExecutionContext

  /// Interpolates in `Float`; integers are rounded to the nearest and clamped.
  func run<T: Number>(_ type: T.Type) {
    guard output.elementCount > 0 else { return }
    let source = input.pointer(as: T.self)
    var shape = input.shape
    var current = [Float](unsafeUninitializedCapacity: input.elementCount) { buffer, count in
      for index in 0..<input.elementCount { buffer[index] = Float(source[index].double) }
      count = input.elementCount
    }
    for (index, axis) in axes.enumerated() where !axis.isIdentity {
      current = resample(current, shape: shape, index, axis)
      shape[index] = axis.outputSize
    }
    let target = output.pointer(as: T.self)
    let isInteger = T(converting: 0.5) == T.zero
    for index in current.indices {
      target[index] = T(converting: isInteger ? Double(current[index].rounded()) : Double(current[index]))
    }
    extrapolate(target)
  }

  private func resample(_ values: [Float], shape: [Int], _ index: Int, _ axis: ResizeAxis) -> [Float] {
    let outer = shape[..<index].reduce(1, *)
    let inner = shape[(index + 1)...].reduce(1, *)
    let count = outer * axis.outputSize * inner
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = count
      guard let base = buffer.baseAddress else { return }
      values.withUnsafeBufferPointer { values in
        guard let first = values.baseAddress else { return }
        nonisolated(unsafe) let (source, target) = (first, base)
        context.parallelRanges(
          outer * axis.outputSize, grain: max(1, Elementwise.grain / max(1, inner * axis.tapCount))
        ) { lines in
          for line in lines {
            let (block, position) = (line / axis.outputSize, line % axis.outputSize)
            let row = target + line * inner
            for tap in 0..<axis.tapCount {
              let weight = axis.weights[position * axis.tapCount + tap]
              let from = source + (block * axis.inputSize + axis.taps[position * axis.tapCount + tap]) * inner
              if tap == 0 {
                for element in 0..<inner { row[element] = weight * from[element] }
              } else {
                for element in 0..<inner { row[element] += weight * from[element] }
              }
            }
          }
        }
      }
    }
  }

  private func extrapolate<T: Number>(_ target: UnsafeMutablePointer<T>) {
    let strides = rowMajorStrides(output.shape)
    let value = T(converting: Double(extrapolation))
    for (index, axis) in axes.enumerated() where axis.isOutside.contains(true) {
      for element in 0..<output.elementCount where axis.isOutside[element / strides[index] % axis.outputSize] {
        target[element] = value
      }
    }
  }
}

/// Copies the nearest elements, of any type.
struct NearestCopy: WidthWork {
  let input: Tensor
  let output: Tensor
  let axes: [ResizeAxis]
  let context: ExecutionContext

  func run<T: BitwiseCopyable & Sendable>(_ type: T.Type) {
    guard let last = axes.last else { return copyElements(of: input, to: output) }
    let (strides, rows) = (rowMajorStrides(input.shape), output.elementCount / max(1, last.outputSize))
    nonisolated(unsafe) let (source, target) = (input.pointer(as: T.self), output.pointer(as: T.self))
    context.parallelRanges(rows, grain: max(1, Elementwise.grain / max(1, last.outputSize))) { range in
      for row in range {
        var (rest, from) = (row, 0)
        for index in stride(from: axes.count - 2, through: 0, by: -1) {
          from += axes[index].taps[rest % axes[index].outputSize] * strides[index]
          rest /= axes[index].outputSize
        }
        let (line, result) = (source + from, target + row * last.outputSize)
        for (position, tap) in last.taps.enumerated() { result[position] = line[tap] }
      }
    }
  }
}

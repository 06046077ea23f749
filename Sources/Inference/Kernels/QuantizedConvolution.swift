/// Convolution of 8-bit integers as exact products: weights without their zero point times windows without theirs.
///
/// Output positions are taken in tiles, so that the windows of one tile stay in the cache while all channels read them.
struct QuantizedConvolution {
  private let geometry: ConvolutionGeometry
  private let window: PlacedWindow
  private let x: QuantizedOperand
  private let requantization: Requantization
  /// For each output channel its weights, in pairs, the last one filled with a zero.
  private let weights: [Int16]
  private let pairs: Int

  private static let tile = 256

  init(
    _ geometry: ConvolutionGeometry, _ x: QuantizedOperand, _ w: QuantizedOperand, _ requantization: Requantization
  ) {
    self.geometry = geometry
    self.x = x
    self.requantization = requantization
    window = geometry.window.expanded(to: 3)
    let depth = geometry.depth
    let pairs = (depth + 1) / 2
    self.pairs = pairs
    var packed = [Int16](repeating: 0, count: geometry.outputChannels * 2 * pairs)
    func pack<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) {
      let source = w.tensor.pointer(as: type)
      for channel in 0..<geometry.outputChannels {
        let zero = Int16(w.zeroPoint(channel))
        for k in 0..<depth {
          packed[channel * 2 * pairs + k] = Int16(truncatingIfNeeded: source[channel * depth + k]) - zero
        }
      }
    }
    if w.tensor.elementType == .int8 { pack(Int8.self) } else { pack(UInt8.self) }
    weights = packed
  }

  func run(into output: Tensor, using context: ExecutionContext) {
    let positions = geometry.positions
    let tiles = (positions + Self.tile - 1) / Self.tile
    context.parallel(geometry.batch * geometry.group * tiles) { index in
      let range = index % tiles * Self.tile..<min(positions, (index % tiles + 1) * Self.tile)
      compute(range, image: index / tiles, into: output, using: context)
    }
  }

  /// One tile of the output of one group of one example.
  private func compute(_ range: Range<Int>, image: Int, into output: Tensor, using context: ExecutionContext) {
    let (columns, positions) = (range.count, geometry.positions)
    let channels = geometry.outputChannels / geometry.group
    let first = image % geometry.group * channels
    var windows = [Int16](repeating: 0, count: columns * 2 * pairs)
    windows.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      if x.tensor.elementType == .int8 {
        unroll(Int8.self, range, image, into: base)
      } else {
        unroll(UInt8.self, range, image, into: base)
      }
    }
    let sums = [Int32](unsafeUninitializedCapacity: channels * columns) { buffer, count in
      count = channels * columns
      guard let target = buffer.baseAddress else { return }
      weights.withUnsafeBufferPointer { weights in
        guard let base = weights.baseAddress else { return }
        context.kernels.table.pointee.multiply_int16(
          base + first * 2 * pairs, 2 * pairs, windows, pairs, channels, columns, target, columns)
      }
    }
    sums.withUnsafeBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      for row in 0..<channels {
        requantization.store(
          base + row * columns, channel: first + row,
          into: output.bytes + (image * channels + row) * positions + range.lowerBound, count: columns,
          using: context.kernels)
      }
    }
  }

  /// Writes, for each pair of steps of the inner dimension, the two elements of every window in the tile.
  ///
  /// What lies in the padding stays zero, which is the zero point without itself.
  private func unroll<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, _ range: Range<Int>, _ image: Int, into target: UnsafeMutablePointer<Int16>
  ) {
    let columns = range.count
    let (depth, height, width) = (window.input[0], window.input[1], window.input[2])
    let (rows, line) = (window.output[1], window.output[2])
    let planes = geometry.inputChannels / geometry.group
    let source = x.tensor.pointer(as: type) + image * planes * depth * height * width
    let zero = Int16(x.zeroPoints[0])
    var k = 0
    for plane in 0..<planes {
      for kz in 0..<window.kernel[0] {
        for ky in 0..<window.kernel[1] {
          for kx in 0..<window.kernel[2] {
            let column = target + (k / 2 * columns * 2 + k % 2)
            k += 1
            var position = range.lowerBound
            while position < range.upperBound {
              let (outputRow, start) = (position / line, position % line)
              let end = min(line, start + range.upperBound - position)
              let z = outputRow / rows * window.strides[0] + kz * window.dilations[0] - window.padsBefore[0]
              let y = outputRow % rows * window.strides[1] + ky * window.dilations[1] - window.padsBefore[1]
              if z >= 0, z < depth, y >= 0, y < height {
                let from = source + ((plane * depth + z) * height + y) * width
                let (stride, offset) = (window.strides[2], kx * window.dilations[2] - window.padsBefore[2])
                // The outputs of this row whose window is inside: 0 <= output · stride + offset < width.
                let low = max(start, offset < 0 ? (-offset + stride - 1) / stride : 0)
                let high = width - offset <= 0 ? 0 : min(end, (width - offset + stride - 1) / stride)
                let into = column + 2 * (position - range.lowerBound)
                if low < high {
                  for x in low..<high {
                    into[2 * (x - start)] = Int16(truncatingIfNeeded: from[x * stride + offset]) &- zero
                  }
                }
              }
              position += end - start
            }
          }
        }
      }
    }
  }
}

import CKernels

/// Kernels over 8-bit integers.
enum QuantizedKernels {
  /// `y = saturate(round(x / scale) + zero point)`.
  static func quantize(
    _ x: UnsafePointer<Float>, scale: Float, zeroPoint: Int, isSigned: Bool, into y: UnsafeMutableRawPointer,
    count: Int, using kernels: Kernels
  ) {
    kernels.table.pointee.quantize(x, scale, Int32(zeroPoint), isSigned ? 1 : 0, y, count)
  }

  /// `y = (x - zero point) · scale` for int8, uint8 and int32.
  static func dequantize(
    _ x: Tensor, from start: Int, scale: Float, zeroPoint: Int, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    func convert<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type) {
      let source = x.pointer(as: type) + start
      for index in 0..<count { y[index] = Float(Int(source[index]) - zeroPoint) * scale }
    }
    switch x.elementType {
    case .int8: convert(Int8.self)
    case .uint8: convert(UInt8.self)
    default: convert(Int32.self)
    }
  }

  /// Convolution: weights without their zero point times unrolled windows without theirs.
  static func convolve(
    _ geometry: ConvolutionGeometry, _ x: QuantizedOperand, _ w: QuantizedOperand, _ requantization: Requantization,
    into output: Tensor, using context: ExecutionContext
  ) {
    QuantizedConvolution(geometry, x, w, requantization).run(into: output, using: context)
  }

  /// Matrix products for all pairs of matrices.
  static func multiply(
    _ shape: BatchedProduct, _ a: QuantizedOperand, _ b: QuantizedOperand, _ requantization: Requantization,
    into output: Tensor, using context: ExecutionContext
  ) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    context.parallel(shape.pairs.count) { index in
      let pair = shape.pairs[index]
      var product = IntegerProduct(rows: m, columns: n, depth: k)
      product.setLeft { row, step in a.integer(at: (pair.a * m + row) * k + step) - a.zeroPoints[0] }
      for step in 0..<k {
        for column in 0..<n {
          let value = b.integer(at: (pair.b * k + step) * n + column) - b.zeroPoint(column)
          product.setRight(k: step, column: column, to: value)
        }
      }
      let sums = product.result(using: context.kernels)
      sums.withUnsafeBufferPointer { sums in
        guard let first = sums.baseAddress else { return }
        let width = requantization.isPerChannel ? 1 : n
        for start in stride(from: 0, to: m * n, by: width) {
          requantization.store(
            first + start, channel: start % n, into: output.bytes + index * m * n + start, count: width,
            using: context.kernels)
        }
      }
    }
  }
}

/// An exact product of small integers; missing elements are zero.
private struct IntegerProduct {
  let rows: Int
  let columns: Int
  private let depth: Int
  private let pairs: Int
  private var left: [Int16]
  /// Two steps of the inner dimension side by side for each column.
  private var right: [Int16]

  init(rows: Int, columns: Int, depth: Int) {
    self.rows = rows
    self.columns = columns
    self.depth = depth
    pairs = (depth + 1) / 2
    left = [Int16](repeating: 0, count: rows * 2 * pairs)
    right = [Int16](repeating: 0, count: columns * 2 * pairs)
  }

  mutating func setLeft(_ value: (Int, Int) -> Int) {
    for row in 0..<rows {
      for k in 0..<depth { left[row * 2 * pairs + k] = Int16(value(row, k)) }
    }
  }

  mutating func setRight(k: Int, column: Int, to value: Int) {
    right[(k / 2 * columns + column) * 2 + k % 2] = Int16(value)
  }

  func result(using kernels: Kernels) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: rows * columns) { sums, count in
      count = rows * columns
      guard let first = sums.baseAddress else { return }
      kernels.table.pointee.multiply_int16(left, 2 * pairs, right, pairs, rows, columns, first, columns)
    }
  }
}

import CKernels

/// Matrix products of 8-bit integers less their zero points, exact in int32.
enum ExactProduct {
  /// The zero points of the lines (rows of a left operand, columns of a right one) of stacked matrices.
  struct ZeroPoints: Sendable {
    private let values: [Int16]
    private let lines: Int

    /// One for all, one per line, or one per line of each matrix; throws `ShapeError` for another number.
    init(_ tensor: Tensor?, lines: Int, matrices: Int, name: String) throws {
      values = tensor?.integers()?.map { Int16(truncatingIfNeeded: $0) } ?? [0]
      self.lines = lines
      guard values.count == 1 || values.count == lines || values.count == lines * matrices else {
        throw ShapeError("\(name): \(values.count) zero points for \(matrices) times \(lines)")
      }
    }

    /// Throws `ShapeError` where the type does not fit.
    static func check(_ type: TensorType?, lines: Int, matrices: Int, of operand: TensorType, name: String) throws {
      guard let type else { return }
      guard type.elementType == operand.elementType else {
        throw ShapeError("\(name) is \(type.elementType) for \(operand.elementType)")
      }
      guard [1, lines, lines * matrices].contains(type.elementCount) else {
        throw ShapeError("\(name) \(type.shape) for \(operand.shape)")
      }
    }

    func at(_ matrix: Int, _ line: Int) -> Int16 {
      values[values.count == 1 ? 0 : values.count == lines ? line : matrix * lines + line]
    }
  }

  /// The matrices of a right operand [..., K, N], two steps of the inner dimension side by side for each column.
  struct Right: Sendable {
    fileprivate let values: [Int16]
    let k: Int
    let n: Int
    fileprivate var matrixSize: Int { (k + 1) / 2 * 2 * n }

    init(_ b: Tensor, k: Int, n: Int, zeros: ZeroPoints) {
      (self.k, self.n) = (k, n)
      let matrices = k * n == 0 ? 0 : b.elementCount / (k * n)
      let size = (k + 1) / 2 * 2 * n
      values = [Int16](unsafeUninitializedCapacity: matrices * size) { target, count in
        count = matrices * size
        target.initialize(repeating: 0)
        for matrix in 0..<matrices {
          let lineZeros = (0..<n).map { zeros.at(matrix, $0) }
          for step in 0..<k {
            let from = (matrix * k + step) * n
            let to = matrix * size + step / 2 * 2 * n + step % 2
            if b.elementType == .int8 {
              let source = b.pointer(as: Int8.self) + from
              for column in 0..<n { target[to + 2 * column] = Int16(source[column]) - lineZeros[column] }
            } else {
              let source = b.pointer(as: UInt8.self) + from
              for column in 0..<n { target[to + 2 * column] = Int16(source[column]) - lineZeros[column] }
            }
          }
        }
      }
    }
  }

  /// Rows that one thread computes at a time.
  private static let rowsPerTask = 32

  /// Computes the products that `shape` pairs, one after the other, and hands blocks of finished rows to `finish`.
  ///
  /// `finish(product, row, rows, sums)` gets the sums of `rows` rows from `row` on; it is called on several threads.
  static func run(
    _ shape: BatchedProduct, _ a: Tensor, zeros: ZeroPoints, _ b: Right, using context: ExecutionContext,
    finish: @Sendable (_ product: Int, _ row: Int, _ rows: Int, _ sums: UnsafePointer<Int32>) -> Void
  ) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    let blocks = (m + rowsPerTask - 1) / rowsPerTask
    let pairs = (k + 1) / 2
    guard m > 0, n > 0 else { return }
    context.parallel(shape.pairs.count * blocks) { task in
      let (product, first) = (task / blocks, task % blocks * rowsPerTask)
      let rows = min(rowsPerTask, m - first)
      let pair = shape.pairs[product]
      withUnsafeTemporaryAllocation(of: Int16.self, capacity: max(1, rows * 2 * pairs)) { left in
        left.initialize(repeating: 0)
        for row in 0..<rows {
          let zero = zeros.at(pair.a, first + row)
          let (from, target) = ((pair.a * m + first + row) * k, row * 2 * pairs)
          if a.elementType == .int8 {
            let source = a.pointer(as: Int8.self) + from
            for step in 0..<k { left[target + step] = Int16(source[step]) - zero }
          } else {
            let source = a.pointer(as: UInt8.self) + from
            for step in 0..<k { left[target + step] = Int16(source[step]) - zero }
          }
        }
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows * n) { sums in
          guard let first32 = sums.baseAddress, let lefts = left.baseAddress else { return }
          sums.initialize(repeating: 0)
          b.values.withUnsafeBufferPointer { right in
            guard pairs > 0, let base = right.baseAddress else { return }
            context.kernels.table.pointee.multiply_int16(
              lefts, 2 * pairs, base + pair.b * b.matrixSize, pairs, rows, n, first32, n)
          }
          finish(product, first, rows, first32)
        }
      }
    }
  }
}

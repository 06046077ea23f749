/// Matrix products of 8-bit integers less their zero points, exact in int32.
enum ExactProduct {
  /// The zero points of the lines (rows of a left operand, columns of a right one) of stacked matrices.
  struct ZeroPoints: Sendable {
    private let values: [Int]
    private let lines: Int

    /// One for all, one per line, or one per line of each matrix; throws `ShapeError` for another number.
    init(_ tensor: Tensor?, lines: Int, matrices: Int, name: String) throws {
      values = tensor?.integers() ?? [0]
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

    var isOne: Bool { values.count == 1 }

    func at(_ matrix: Int, _ line: Int) -> Int {
      values[values.count == 1 ? 0 : values.count == lines ? line : matrix * lines + line]
    }
  }

  /// The matrices of a right operand [..., K, N], packed.
  struct Right: Sendable {
    fileprivate let products: [IntegerProduct]

    /// For left operands of that type; with `hasRowZeros` their rows may have zero points of their own.
    init(
      _ b: Tensor, k: Int, n: Int, isTransposed: Bool = false, zeros: ZeroPoints, leftType: ElementType,
      hasRowZeros: Bool, using context: ExecutionContext
    ) {
      let matrices = k * n == 0 ? 1 : b.elementCount / (k * n)
      products = (0..<matrices).map { matrix in
        IntegerProduct(
          weights: b, first: matrix * k * n, k: k, n: n, isTransposed: isTransposed,
          zeroPoints: (0..<n).map { zeros.at(matrix, $0) }, inputType: leftType, hasRowZeros: hasRowZeros,
          using: context)
      }
    }
  }

  /// Sums that are computed before they are handed over.
  private static let sumsAtOnce = 1 << 18
  /// Rows that one thread finishes at a time.
  private static let rowsPerTask = 32

  /// Computes the products that `shape` pairs, one after the other, and hands blocks of finished rows to `finish`.
  ///
  /// `finish(product, row, rows, sums)` gets the sums of `rows` rows from `row` on; it is called on several threads.
  static func run(
    _ shape: BatchedProduct, _ a: Tensor, zeros: ZeroPoints, _ b: Right, using context: ExecutionContext,
    finish: @Sendable (_ product: Int, _ row: Int, _ rows: Int, _ sums: UnsafePointer<Int32>) -> Void
  ) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    guard m > 0, n > 0 else { return }
    let block = max(rowsPerTask, sumsAtOnce / n)
    let source = UnsafePointer(a.bytes.assumingMemoryBound(to: UInt8.self))
    for (index, pair) in shape.pairs.enumerated() {
      // With zero points of their own, rows are packed without them.
      let right = b.products[pair.b]
      let parameters = right.parameters(zeroPoint: zeros.isOne ? zeros.at(0, 0) : 0, nil)
      for first in stride(from: 0, to: m, by: block) {
        let rows = min(block, m - first)
        ScratchPool.shared.withBytes(rows * n * 4) { memory in
          right.run(
            source + (pair.a * m + first) * k, rows: rows, zeroPoint: { zeros.at(pair.a, first + $0) }, parameters,
            into: memory, using: context)
          memory.withMemoryRebound(to: Int32.self, capacity: rows * n) { sums in
            nonisolated(unsafe) let sums = UnsafePointer(sums)
            context.parallelRanges(rows, grain: rowsPerTask) { range in
              finish(index, first + range.lowerBound, range.count, sums + range.lowerBound * n)
            }
          }
        }
      }
    }
  }
}

import CKernels

/// Matrix product of 8-bit integers with packed weights [K, N], or [N, K] where they are transposed.
///
/// `first` is the first element of the weights, where they are one of stacked matrices.
struct IntegerProduct: Sendable {
  let panels: IntegerPanels
  private let k: Int
  private let inputType: ElementType

  /// Packs weights.
  ///
  /// `zeroPoints` are one for all columns or one for each. With `hasRowZeros` rows of the left operand
  /// may have zero points of their own.
  init(
    weights: Tensor, first: Int = 0, k: Int, n: Int, isTransposed: Bool = false, zeroPoints: [Int],
    inputType: ElementType,
    hasRowZeros: Bool = false, using context: ExecutionContext
  ) {
    (self.k, self.inputType) = (k, inputType)
    let zeros = zeroPoints.count == 1 ? [Int](repeating: zeroPoints[0], count: n) : zeroPoints
    let isBytes = !hasRowZeros && IntegerPanels.areBytes(weights, zeroPoints: zeros, context.kernels)
    let step = isBytes ? 4 : 2
    let order = (0..<(k + step - 1) / step * step).map { $0 >= k ? -1 : isTransposed ? $0 : $0 * n }
    panels = IntegerPanels(
      IntegerPanels.Source(
        weights: weights, first: first, channelStride: isTransposed ? k : 1, order: order, zeroPoints: zeros,
        layout: [k, n, isTransposed ? 1 : 0]), channels: n, isBytes: isBytes, using: context)
  }

  func parameters(zeroPoint: Int, _ requantization: Requantization?) -> IntegerParameters {
    let staged = panels.isBytes ? (inputType == .int8 ? zeroPoint + 128 : zeroPoint) : 0
    return panels.parameters(zeroPoint: staged, requantization)
  }

  /// Rows of `a` times the weights; `zeroPoint(row)` is the same for all rows unless there are zero points for each.
  func run(
    _ a: UnsafePointer<UInt8>, rows: Int, zeroPoint: (Int) -> Int, _ parameters: IntegerParameters,
    into target: UnsafeMutableRawPointer, using context: ExecutionContext
  ) {
    guard rows > 0 else { return }
    let (isBytes, step) = (panels.isBytes, panels.isBytes ? 4 : 2)
    let padded = (k + step - 1) / step * step
    let element = isBytes ? 1 : 2
    let dots = IntegerDots(
      lines: [0], lineLength: rows, columnStep: padded * element, runs: [0], runBytes: padded * element,
      positions: rows)
    if isBytes, inputType == .uint8, padded == k {
      dots.run(a, panels, parameters, into: target, step: panels.channels, using: context)
      return
    }
    ScratchPool.shared.withBytes(rows * padded * element) { staged in
      for row in 0..<rows {
        let staging = IntegerStaging(
          inputType, zeroPoint: zeroPoint(row), isBytes: isBytes, context.kernels)
        let start = staged + row * padded * element
        staging.copy(a + row * k, count: k, to: start)
        staging.fill(start + k * element, count: padded - k)
      }
      dots.run(staged, panels, parameters, into: target, step: panels.channels, using: context)
    }
  }
}

import CKernels

/// A convolution of 8-bit integers that gives every channel weights of its own, over tensors with channels last.
struct IntegerDepthwise: Sendable {
  let isBytes: Bool
  private let window: ck_window
  private let channels: Int
  /// Packed bytes, or nothing.
  private let panels: IntegerPanels?
  /// Weights less their zero points, [taps, channels] of 16 bits, or nothing.
  private let words: Tensor?
  /// The sums of each channel's weights, with `words`.
  private let sums: [Int32]

  private static let mostTaps = 1024

  /// `nil` where the convolution is none of these: others are sums of products like any.
  init?(
    _ geometry: ConvolutionGeometry, weights: Tensor, zeroPoints: [Int], isBytes: Bool,
    using context: ExecutionContext
  ) {
    let taps = geometry.window.kernel.reduce(1, *)
    guard geometry.isDepthwise, geometry.window.rank <= 2, geometry.outputChannels == geometry.inputChannels,
      taps <= Self.mostTaps
    else { return nil }
    window = ck_window(geometry.window)
    channels = geometry.outputChannels
    self.isBytes = isBytes
    if isBytes {
      let isRows = window.kernel_height == 3 && window.kernel_width == 3 && window.dilation_x == 1
      let order =
        isRows ? [0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1] : (0..<(taps + 3) / 4 * 4).map { $0 < taps ? $0 : -1 }
      panels = IntegerPanels(
        IntegerPanels.Source(
          weights: weights, first: 0, channelStride: taps, order: order, zeroPoints: zeroPoints,
          layout: [channels, taps, isRows ? 1 : 0]), channels: channels, isBytes: true, isWhole: true, using: context)
      (words, sums) = (nil, [])
    } else {
      panels = nil
      var totals = [Int32](repeating: 0, count: channels)
      var turned = [Int16](repeating: 0, count: taps * channels)
      let values = weights.integers() ?? []
      for channel in 0..<channels {
        for tap in 0..<taps {
          let value = values[channel * taps + tap] - zeroPoints[channel]
          turned[tap * channels + channel] = Int16(value)
          totals[channel] += Int32(value)
        }
      }
      words = Tensor(.int16, shape: [taps, channels], elements: turned)
      sums = totals
    }
  }

  func parameters(
    zeroPoint: Int, _ type: ElementType, _ requantization: Requantization?
  ) -> IntegerParameters {
    if let panels {
      return panels.parameters(zeroPoint: type == .int8 ? zeroPoint + 128 : zeroPoint, requantization)
    }
    let biases = requantization?.biases ?? []
    return IntegerParameters(
      bias: Tensor(
        .int32, shape: [channels],
        elements: (0..<channels).map { (biases.isEmpty ? 0 : biases[$0]) &- Int32(zeroPoint) &* sums[$0] }),
      factors: requantization.map { requantization in
        Tensor(shape: [channels], (0..<channels).map { requantization.factor($0) })
      }, zeroPoint: requantization?.zeroPoint ?? 0, isSigned: requantization?.isSigned ?? false)
  }

  /// One sample.
  func run(
    _ source: UnsafePointer<UInt8>, _ staging: IntegerStaging, _ parameters: IntegerParameters,
    into target: UnsafeMutableRawPointer, using context: ExecutionContext
  ) {
    let size = window.in_height * window.in_width * channels
    let isCopied = isBytes && staging.isSigned
    ScratchPool.shared.withBytes((isCopied ? size : 0) + channels + 64) { memory in
      // Vectors of the row may reach past its end.
      let zero = isBytes ? staging.stagedZeroPoint : staging.zeroPoint
      memory.update(repeating: UInt8(truncatingIfNeeded: zero), count: channels + 64)
      var x = source
      if isCopied {
        staging.copy(source, count: size, to: memory + channels + 64)
        x = UnsafePointer(memory + channels + 64)
      }
      let task = Task(
        kernels: context.kernels.integers, isBytes: isBytes,
        depthwise: ck_byte_depthwise(
          window: window, x: x, outside: memory, is_signed: staging.isSigned ? 1 : 0, channels: channels,
          weights: panels?.panels ?? words.map { UnsafeRawPointer($0.bytes) },
          bias: UnsafePointer(parameters.bias.pointer(as: Int32.self)), result: parameters.requantization,
          out: target))
      let grain = max(1, (1 << 13) / max(1, window.out_width * channels))
      context.parallelRanges(window.out_height, grain: grain) { task.run($0) }
    }
  }

  private struct Task: @unchecked Sendable {  // the pointers are only used while the caller waits
    let kernels: UnsafePointer<ck_integer_kernels>
    let isBytes: Bool
    let depthwise: ck_byte_depthwise

    func run(_ rows: Range<Int>) {
      var depthwise = depthwise
      let function = isBytes ? kernels.pointee.depthwise_bytes : kernels.pointee.depthwise_words
      function?(&depthwise, rows.lowerBound, rows.upperBound)
    }
  }
}

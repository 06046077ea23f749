import CKernels

/// 8-bit weights without their zero points, packed once for integer kernels, and the sum of each channel's.
///
/// Bytes, four of k side by side, where the processor multiplies unsigned by signed bytes; otherwise pairs of 16-bit
/// integers, whose products cannot saturate.
struct IntegerPanels: Sendable {
  let isBytes: Bool
  let channels: Int
  /// The channel of each slot, or -1.
  let slots: [Int]
  /// The panels, then a 32-bit sum for each slot.
  private let packed: Tensor
  private let panelBytes: Int

  /// Where the weights of a channel lie: element k of channel c is `first + c · channelStride + order[k]`, and 0 where
  /// `order[k]` is negative.
  struct Source {
    let weights: Tensor
    let first: Int
    let channelStride: Int
    let order: [Int]
    /// One for each channel.
    let zeroPoints: [Int]
    /// What `order` depends on.
    let layout: [Int]
  }

  /// Whether weights less their zero points are signed bytes, and the processor multiplies those.
  static func areBytes(_ weights: Tensor, zeroPoints: [Int], _ kernels: Kernels) -> Bool {
    let zero = weights.elementType == .int8 ? 0 : 128
    return kernels.integers.pointee.dots_bytes != nil && zeroPoints.allSatisfy { $0 == zero }
  }

  /// Packs a source.
  ///
  /// `order` must be a whole number of groups of four bytes. With `isWhole`, the last panel is as wide
  /// as the others and in their order.
  init(_ source: Source, channels: Int, isBytes: Bool, isWhole: Bool = false, using context: ExecutionContext) {
    let kernels = context.kernels.integers
    let (width, lanes) = (kernels.pointee.panel_width, kernels.pointee.lanes)
    let interleaves = kernels.pointee.is_interleaved != 0
    var slots: [Int] = []
    for first in stride(from: 0, to: channels, by: width) {
      let left = channels - first
      let count = isWhole ? width : (min(left, width) + lanes - 1) / lanes * lanes
      for slot in 0..<count {
        let (vector, lane) = (slot / lanes, slot % lanes)
        let channel = interleaves ? lane / 4 * (count / 4) + vector * 4 + lane % 4 : slot
        slots.append(channel < left ? first + channel : -1)
      }
    }
    let bytes = slots.count * source.order.count * (isBytes ? 1 : 2)
    func pack() -> Tensor {
      let result = Tensor(zeros: .uint8, shape: [bytes + 4 * slots.count])
      let zeros = slots.map { $0 < 0 ? 0 : Int32(source.zeroPoints[$0]) }
      let sums = (result.bytes + bytes).assumingMemoryBound(to: Int32.self)
      source.order.withUnsafeBufferPointer { order in
        slots.withUnsafeBufferPointer { slots in
          zeros.withUnsafeBufferPointer { zeros in
            var weights = ck_integer_weights(
              source: source.weights.bytes + source.first, is_signed: source.weights.elementType == .int8 ? 1 : 0,
              channel_stride: source.channelStride, order: order.baseAddress, depth: order.count,
              slots: slots.baseAddress, slot_count: slots.count, zero_points: zeros.baseAddress)
            if isBytes {
              kernels.pointee.pack_bytes(&weights, result.bytes, sums)
            } else {
              kernels.pointee.pack_words(&weights, result.bytes, sums)
            }
          }
        }
      }
      return result
    }
    let zeros = Set(source.zeroPoints).count == 1 ? [source.zeroPoints[0]] : source.zeroPoints
    let layout = [2, source.first, source.channelStride, isBytes ? 1 : 0, isWhole ? 1 : 0] + source.layout + zeros
    packed = context.packed?.tensor(for: source.weights, layout: layout, pack: pack) ?? pack()
    panelBytes = bytes
    (self.channels, self.slots, self.isBytes) = (channels, slots, isBytes)
  }

  var panels: UnsafeRawPointer { UnsafeRawPointer(packed.bytes) }
  var byteCount: Int { panelBytes }
  var panelCount: Int { slots.count }

  /// What is added to the sums and what they are multiplied by, by slot, for an input of that zero point whose zero
  /// point is not subtracted beforehand; `nil` for sums as they are.
  func parameters(zeroPoint: Int, _ requantization: Requantization?, firstChannel: Int = 0) -> IntegerParameters {
    let sums = (packed.bytes + panelBytes).assumingMemoryBound(to: Int32.self)
    let bias = slots.enumerated().map { slot, channel -> Int32 in
      if channel < 0 { return 0 }
      let biases = requantization?.biases ?? []
      return (biases.isEmpty ? 0 : biases[firstChannel + channel]) &- Int32(zeroPoint) &* sums[slot]
    }
    return IntegerParameters(
      bias: Tensor(.int32, shape: [slots.count], elements: bias),
      factors: requantization.map { requantization in
        Tensor(
          shape: [slots.count], slots.map { $0 < 0 ? 0 : requantization.factor(firstChannel + $0) })
      }, zeroPoint: requantization?.zeroPoint ?? 0, isSigned: requantization?.isSigned ?? false)
  }
}

/// What turns the sums of each slot into results.
struct IntegerParameters: Sendable {
  let bias: Tensor
  /// `nil` where sums are the results.
  let factors: Tensor?
  let zeroPoint: Int
  let isSigned: Bool
  /// Whether all factors are so far below 1 that no result leaves the range of 32 bits.
  private let isSmall: Bool

  init(bias: Tensor, factors: Tensor?, zeroPoint: Int, isSigned: Bool) {
    (self.bias, self.factors, self.zeroPoint, self.isSigned) = (bias, factors, zeroPoint, isSigned)
    isSmall = factors?.elements(as: Float.self).allSatisfy { $0 < 0.99 } ?? false
  }

  var requantization: ck_requantization {
    ck_requantization(
      factors: factors.map { UnsafePointer($0.floats) }, zero_point: Int32(zeroPoint), is_signed: isSigned ? 1 : 0,
      is_small: isSmall ? 1 : 0)
  }
}

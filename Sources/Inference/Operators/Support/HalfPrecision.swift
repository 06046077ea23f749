/// float16 and bfloat16 to float32 and back, in loops that the compiler turns into vector code.
enum HalfPrecision {
  /// Converts where one tensor is float32 and the other of 16 bits; otherwise returns `false`.
  static func convert(_ input: Tensor, into output: Tensor, _ context: ExecutionContext) -> Bool {
    if input.elementType.isHalf, output.elementType == .float32 {
      widen(input, into: output, context)
    } else if input.elementType == .float32, output.elementType.isHalf {
      narrow(input, into: output, context)
    } else {
      return false
    }
    return true
  }

  /// The elements as float32.
  static func widened(_ tensor: Tensor, _ context: ExecutionContext) -> Tensor {
    let result = Tensor(zeros: .float32, shape: tensor.shape)
    widen(tensor, into: result, context)
    return result
  }

  static func widen(_ input: Tensor, into output: Tensor, _ context: ExecutionContext) {
    nonisolated(unsafe) let (source, target) = (input.pointer(as: UInt16.self), output.pointer(as: UInt32.self))
    let isShort = input.elementType == .bfloat16
    context.parallelRanges(output.elementCount, grain: Elementwise.grain) { range in
      if isShort {
        for index in range { target[index] = UInt32(source[index]) << 16 }
      } else {
        for index in range { target[index] = float(source[index]) }
      }
    }
  }

  /// Rounds to the nearest, halves to even.
  static func narrow(_ input: Tensor, into output: Tensor, _ context: ExecutionContext) {
    nonisolated(unsafe) let (source, target) = (input.pointer(as: UInt32.self), output.pointer(as: UInt16.self))
    let isShort = output.elementType == .bfloat16
    context.parallelRanges(output.elementCount, grain: Elementwise.grain) { range in
      if isShort {
        for index in range { target[index] = bfloat16(source[index]) }
      } else {
        for index in range { target[index] = float16(source[index]) }
      }
    }
  }

  /// The bits of the float32 with the value of a float16.
  @inline(__always)
  static func float(_ half: UInt16) -> UInt32 {
    let magnitude = UInt32(half & 0x7FFF) << 13
    // The exponent's bias differs by 112; multiplying also brings subnormal numbers to their place.
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let isSpecial = magnitude >= 0x0F80_0000
    return (isSpecial ? magnitude | 0x7F80_0000 : scaled) | UInt32(half & 0x8000) << 16
  }

  /// The bits of the float16 nearest to a float32, given by its bits.
  @inline(__always)
  static func float16(_ bits: UInt32) -> UInt16 {
    let magnitude = bits & 0x7FFF_FFFF
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let isNaN = magnitude > 0x7F80_0000
    // Normal numbers: half of the last place is added, less one where the number is even.
    let rounded = magnitude &+ 0xFFF &+ (magnitude >> 13 & 1)
    let normal = UInt16(truncatingIfNeeded: (rounded &- 0x3800_0000) >> 13)
    // Subnormal ones: adding 0.5 shifts the fraction to the end of the word, rounding it on the way.
    let shifted = (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3F00_0000
    let subnormal = UInt16(truncatingIfNeeded: shifted)
    let finite = magnitude < 0x3880_0000 ? subnormal : normal
    let result = magnitude >= 0x477F_F000 ? (isNaN ? 0x7E00 : 0x7C00) : finite
    return result | sign
  }

  /// The bits of the bfloat16 nearest to a float32, given by its bits.
  @inline(__always)
  static func bfloat16(_ bits: UInt32) -> UInt16 {
    let isNaN = bits & 0x7FFF_FFFF > 0x7F80_0000
    let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
    return UInt16(truncatingIfNeeded: isNaN ? bits >> 16 | 0x40 : rounded)
  }
}

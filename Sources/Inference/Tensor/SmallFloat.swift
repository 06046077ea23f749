/// A floating-point format of at most 8 bits: its layout, and the conversion from and to `Double`.
///
/// Source: ONNX, "Float stored in 8 bits" and "4 bit types"; Micikevicius et al., "FP8 Formats for Deep Learning", 2022.
struct SmallFloat: Sendable {
  let bits: Int
  let mantissaBits: Int
  let bias: Int
  /// The largest finite number.
  let largest: Double
  let infinity: UInt8?
  let nan: UInt8?
  /// Whether the code of -0 stands for NaN, so that there is no -0.
  let isUnsignedZero: Bool

  /// `nil` where the element type is no small float.
  init?(_ type: ElementType) {
    switch type {
    case .float8e4m3fn: self.init(8, mantissa: 3, bias: 7, largest: 448, infinity: nil, nan: 0x7F)
    case .float8e4m3fnuz: self.init(8, mantissa: 3, bias: 8, largest: 240, infinity: nil, nan: 0x80, noMinus: true)
    case .float8e5m2: self.init(8, mantissa: 2, bias: 15, largest: 57344, infinity: 0x7C, nan: 0x7F)
    case .float8e5m2fnuz: self.init(8, mantissa: 2, bias: 16, largest: 57344, infinity: nil, nan: 0x80, noMinus: true)
    case .float4e2m1: self.init(4, mantissa: 1, bias: 1, largest: 6, infinity: nil, nan: nil)
    default: return nil
    }
  }

  private init(
    _ bits: Int, mantissa: Int, bias: Int, largest: Double, infinity: UInt8?, nan: UInt8?, noMinus: Bool = false
  ) {
    self.bits = bits
    mantissaBits = mantissa
    self.bias = bias
    self.largest = largest
    self.infinity = infinity
    self.nan = nan
    isUnsignedZero = noMinus
  }

  private var signBit: UInt8 { 1 << UInt8(bits - 1) }

  func decode(_ code: UInt8) -> Double {
    let magnitude = code & (signBit - 1)
    let sign: Double = code & signBit == 0 ? 1 : -1
    if isUnsignedZero {
      if code == signBit { return .nan }
    } else if let infinity {
      if magnitude == infinity { return sign * .infinity }
      if magnitude > infinity { return .nan }
    } else if nan == magnitude {
      return .nan
    }
    let exponent = Int(magnitude) >> mantissaBits
    let fraction = Double(Int(magnitude) & ((1 << mantissaBits) - 1))
    let unit = Double(sign: .plus, exponent: max(1, exponent) - bias - mantissaBits, significand: 1)
    return sign * (exponent == 0 ? fraction : fraction + Double(1 << mantissaBits)) * unit
  }

  /// The nearest number, halves to even.
  ///
  /// What is too large becomes the largest number with `saturates`, else infinity or, where there is none, NaN.
  func encode(_ value: Double, saturates: Bool = true) -> UInt8 {
    guard !value.isNaN else { return nan ?? 0 }
    let sign = value.sign == .minus ? signBit : 0
    let magnitude = abs(value)
    let least = 1 - bias
    var exponent = magnitude.isFinite && magnitude > 0 ? max(least, Int(magnitude.exponent)) : least
    let unit = Double(sign: .plus, exponent: exponent - mantissaBits, significand: 1)
    var count = (magnitude / unit).rounded(.toNearestOrEven)
    if !(count * unit <= largest) {
      if saturates || nan == nil { return encode(value.sign == .minus ? -largest : largest) }
      return infinity.map { $0 | sign } ?? (isUnsignedZero ? signBit : (nan ?? 0) | sign)
    }
    let whole = Double(1 << mantissaBits)
    if count >= 2 * whole {
      count /= 2
      exponent += 1
    }
    let code = count < whole ? Int(count) : (exponent + bias) << mantissaBits + Int(count - whole)
    return isUnsignedZero && code == 0 ? 0 : UInt8(code) | sign
  }
}

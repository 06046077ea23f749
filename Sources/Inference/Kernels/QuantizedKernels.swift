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
}

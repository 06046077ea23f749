/// Elements of every type as `Double` or `Int64` and back.
enum WideElements {
  static func load(
    _ source: UnsafeMutableRawPointer, _ type: ElementType, into wide: UnsafeMutablePointer<Double>, count: Int
  ) {
    switch type {
    case .float32: map(source, wide, count) { (x: Float) in Double(x) }
    case .float16: map(source, wide, count) { (x: Float16) in Double(x) }
    case .bfloat16: map(source, wide, count) { (x: UInt16) in Double(Float(bitPattern: UInt32(x) << 16)) }
    case .float64: map(source, wide, count) { (x: Double) in x }
    default:
      guard let format = SmallFloat(type) else { preconditionFailure("\(type) is no floating-point type") }
      let numbers = (0...255).map { format.decode(UInt8($0)) }
      map(source, wide, count) { (x: UInt8) in numbers[Int(x)] }
    }
  }

  /// Integers, bools as 0 or 1, and uint64 as the int64 of the same bits.
  static func load(
    _ source: UnsafeMutableRawPointer, _ type: ElementType, into wide: UnsafeMutablePointer<Int64>, count: Int
  ) {
    switch type {
    case .bool: map(source, wide, count) { (x: UInt8) in x == 0 ? 0 : 1 }
    case .int8, .int4, .int2: map(source, wide, count) { (x: Int8) in Int64(x) }
    case .uint8, .uint4, .uint2: map(source, wide, count) { (x: UInt8) in Int64(x) }
    case .int16: map(source, wide, count) { (x: Int16) in Int64(x) }
    case .uint16: map(source, wide, count) { (x: UInt16) in Int64(x) }
    case .int32: map(source, wide, count) { (x: Int32) in Int64(x) }
    case .uint32: map(source, wide, count) { (x: UInt32) in Int64(x) }
    default: map(source, wide, count) { (x: Int64) in x }
    }
  }

  /// With `saturates`, what is too large for a float of 8 bits becomes its largest number.
  static func store(
    _ wide: UnsafeMutablePointer<Double>, _ type: ElementType, into target: UnsafeMutableRawPointer, count: Int,
    saturates: Bool = true
  ) {
    switch type {
    case .float32: map(wide, target, count) { Float($0) }
    case .float64: map(wide, target, count) { $0 }
    case .float16: map(wide, target, count) { Float16($0) }
    case .bfloat16: map(wide, target, count) { bfloat16($0) }
    case .bool: map(wide, target, count) { $0 == 0 ? UInt8(0) : 1 }
    case .int8: map(wide, target, count) { Int8(converting: $0) }
    case .uint8: map(wide, target, count) { UInt8(converting: $0) }
    case .int16: map(wide, target, count) { Int16(converting: $0) }
    case .uint16: map(wide, target, count) { UInt16(converting: $0) }
    case .int32: map(wide, target, count) { Int32(converting: $0) }
    case .uint32: map(wide, target, count) { UInt32(converting: $0) }
    case .int64: map(wide, target, count) { Int64(converting: $0) }
    case .uint64: map(wide, target, count) { UInt64(converting: $0) }
    case .int4, .int2, .uint4, .uint2:
      // As onnxruntime does: rounded, where other integers are truncated, and without clamping.
      map(wide, target, count) { narrowed(Int64(converting: $0.rounded(.toNearestOrAwayFromZero)), type) }
    case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float4e2m1:
      guard let format = SmallFloat(type) else { return }
      map(wide, target, count) { format.encode($0, saturates: saturates) }
    }
  }

  /// The low bits of an integer, as a byte that holds an element of less than 8 bits.
  private static func narrowed(_ value: Int64, _ type: ElementType) -> UInt8 {
    let shift = UInt8(8 - type.bitsInFile)
    let high = UInt8(truncatingIfNeeded: value) << shift
    return type == .int4 || type == .int2 ? UInt8(bitPattern: Int8(bitPattern: high) >> Int8(shift)) : high >> shift
  }

  static func store(
    _ wide: UnsafeMutablePointer<Int64>, isUnsigned: Bool, _ type: ElementType, into target: UnsafeMutableRawPointer,
    count: Int
  ) {
    func double(_ value: Int64) -> Double { isUnsigned ? Double(UInt64(bitPattern: value)) : Double(value) }
    switch type {
    case .float32: map(wide, target, count) { isUnsigned ? Float(UInt64(bitPattern: $0)) : Float($0) }
    case .float64: map(wide, target, count) { double($0) }
    case .float16: map(wide, target, count) { Float16(double($0)) }
    case .bfloat16: map(wide, target, count) { bfloat16(double($0)) }
    case .bool: map(wide, target, count) { $0 == 0 ? UInt8(0) : 1 }
    case .int8, .uint8: map(wide, target, count) { UInt8(truncatingIfNeeded: $0) }
    case .int16, .uint16: map(wide, target, count) { UInt16(truncatingIfNeeded: $0) }
    case .int32, .uint32: map(wide, target, count) { UInt32(truncatingIfNeeded: $0) }
    case .int64, .uint64: map(wide, target, count) { $0 }
    case .int4, .int2, .uint4, .uint2: map(wide, target, count) { narrowed($0, type) }
    case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float4e2m1:
      guard let format = SmallFloat(type) else { return }
      map(wide, target, count) { format.encode(double($0)) }
    }
  }

  /// Rounded to the nearest, halves to even.
  private static func bfloat16(_ value: Double) -> UInt16 {
    let bits = Float(value).bitPattern
    guard bits & 0x7FFF_FFFF <= 0x7F80_0000 else { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }

  @inline(__always)
  private static func map<A: BitwiseCopyable, R>(
    _ source: UnsafeMutableRawPointer, _ target: UnsafeMutablePointer<R>, _ count: Int, _ function: (A) -> R
  ) {
    let elements = source.assumingMemoryBound(to: A.self)
    for index in 0..<count { target[index] = function(elements[index]) }
  }

  @inline(__always)
  private static func map<A, R: BitwiseCopyable>(
    _ source: UnsafeMutablePointer<A>, _ target: UnsafeMutableRawPointer, _ count: Int, _ function: (A) -> R
  ) {
    let elements = target.assumingMemoryBound(to: R.self)
    for index in 0..<count { elements[index] = function(source[index]) }
  }
}

/// The type of a tensor's elements; the raw value is ONNX's `TensorProto.DataType`.
public enum ElementType: Int, Sendable, CaseIterable, CustomStringConvertible {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case float64 = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16
  case float8e4m3fn = 17
  case float8e4m3fnuz = 18
  case float8e5m2 = 19
  case float8e5m2fnuz = 20
  case uint4 = 21
  case int4 = 22
  case float4e2m1 = 23
  case uint2 = 25
  case int2 = 26

  /// Bytes of one element in memory; elements of less than 8 bits take a byte each.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz: 1
    case .uint4, .int4, .float4e2m1, .uint2, .int2: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// Bits of one element in the `raw_data` of a file, where small elements share a byte, the first in the low bits.
  public var bitsInFile: Int {
    switch self {
    case .uint4, .int4, .float4e2m1: 4
    case .uint2, .int2: 2
    default: 8 * byteCount
    }
  }

  /// Bytes of `count` elements in the `raw_data` of a file.
  public func byteCountInFile(_ count: Int) -> Int {
    bitsInFile < 8 ? (count + 8 / bitsInFile - 1) / (8 / bitsInFile) : count * byteCount
  }

  /// Whether the elements are floating-point numbers.
  public var isFloat: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    default: SmallFloat(self) != nil
    }
  }

  /// Whether the elements are 16-bit floating-point numbers, which are computed with in float32.
  public var isHalf: Bool { self == .float16 || self == .bfloat16 }

  public var description: String {
    switch self {
    case .float32: "float32"
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .bool: "bool"
    case .float16: "float16"
    case .float64: "float64"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .bfloat16: "bfloat16"
    case .float8e4m3fn: "float8e4m3fn"
    case .float8e4m3fnuz: "float8e4m3fnuz"
    case .float8e5m2: "float8e5m2"
    case .float8e5m2fnuz: "float8e5m2fnuz"
    case .uint4: "uint4"
    case .int4: "int4"
    case .float4e2m1: "float4e2m1"
    case .uint2: "uint2"
    case .int2: "int2"
    }
  }
}

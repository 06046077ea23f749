/// How the elements of a boundary tensor are written before they cross a link, and how the bytes are packed.
///
/// What arrives is what the receiving partition computes with: the loss is real. Element types other than float32 (indices,
/// masks, integers of a quantized network) cross as they are. The quantizers are affine with a zero that is exact: real =
/// scale x (q - zero), as in Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only
/// inference", CVPR 2018. Values that are not finite make a tensor cross as float32.
public struct TensorCodec: Sendable, Hashable, CustomStringConvertible {
  public enum Elements: String, Sendable, CaseIterable {
    case fp32, fp16, int8, int4
    /// A scale for each index of the second axis of a tensor of rank 2 and more: its channels.
    case int8PerChannel = "int8-channel"
    case int4PerChannel = "int4-channel"
  }

  public enum Packing: String, Sendable, CaseIterable {
    case none
    /// Runs of zero bytes are counted, as after a rectifier: 0 and their number less one.
    case runs
    /// zlib's deflate at level 1.
    case zlib
  }

  public let elements: Elements
  public let packing: Packing

  public init(_ elements: Elements, packing: Packing = .none) {
    self.elements = elements
    self.packing = packing
  }

  /// Reads `int8` or `int8+zlib`; `nil` for anything else.
  public init?(named name: String) {
    let parts = name.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let elements = Elements(rawValue: parts[0]) else { return nil }
    guard parts.count == 2 else {
      self.init(elements)
      return
    }
    guard let packing = Packing(rawValue: parts[1]), packing != .none else { return nil }
    self.init(elements, packing: packing)
  }

  public static let allNames = Elements.allCases.flatMap { elements in
    Packing.allCases.map { TensorCodec(elements, packing: $0).description }
  }

  public var description: String { packing == .none ? elements.rawValue : "\(elements.rawValue)+\(packing.rawValue)" }

  /// Whether every tensor arrives as it was.
  public var isLossless: Bool { elements == .fp32 }

  /// The bytes that cross: a byte that says how, the packed message.
  public func encode(_ tensor: Tensor) throws -> [UInt8] {
    let (body, written) = self.body(of: tensor)
    switch packing {
    case .none: return [UInt8(written), 0] + body
    case .runs: return [UInt8(written), 1] + ZeroRuns.pack(body)
    case .zlib: return [UInt8(written), 2] + (try Deflate.pack(body))
    }
  }

  /// Throws `ExecutionError` unless the bytes are one whole tensor.
  public static func decode(_ bytes: [UInt8]) throws -> Tensor {
    guard bytes.count >= 2, bytes[0] < 4, bytes[1] < 3 else { throw ExecutionError("these bytes are no coded tensor") }
    let packed = bytes[2...]
    let body =
      switch bytes[1] {
      case 0: Array(packed)
      case 1: try ZeroRuns.unpack(packed)
      default: try Deflate.unpack(Array(packed))
      }
    switch bytes[0] {
    case 0: return try BoundaryCodec.decode(body)
    case 1: return try HalfTensor.decode(body)
    case 2: return try QuantizedTensor.decode(body, bits: 8)
    default: return try QuantizedTensor.decode(body, bits: 4)
    }
  }

  private func body(of tensor: Tensor) -> (bytes: [UInt8], written: Int) {
    guard tensor.elementType == .float32, elements != .fp32, tensor.elementCount > 0,
      tensor.elements(as: Float.self).allSatisfy(\.isFinite)
    else { return (BoundaryCodec.encode(tensor), 0) }
    switch elements {
    case .fp32: return (BoundaryCodec.encode(tensor), 0)
    case .fp16: return (HalfTensor.encode(tensor), 1)
    case .int8: return (QuantizedTensor.encode(tensor, bits: 8, perChannel: false), 2)
    case .int8PerChannel: return (QuantizedTensor.encode(tensor, bits: 8, perChannel: true), 2)
    case .int4: return (QuantizedTensor.encode(tensor, bits: 4, perChannel: false), 3)
    case .int4PerChannel: return (QuantizedTensor.encode(tensor, bits: 4, perChannel: true), 3)
    }
  }
}

import StrictJSON

extension Scenario {
  /// What it takes a device to encode an input, and another machine to decode it: of every input, pixel and byte sent.
  public struct Codec: Sendable, Hashable {
    /// One of the two ways.
    public struct Cost: Sendable, Hashable {
      public var milliseconds = 0.0
      public var nanosecondsPerPixel = 0.0
      public var nanosecondsPerByte = 0.0

      /// Rounded to nanoseconds.
      public func nanoseconds(pixels: Int, bytes: Int) -> Int64 {
        let sum = milliseconds * 1e6 + nanosecondsPerPixel * Double(pixels) + nanosecondsPerByte * Double(bytes)
        return Int64(min(sum, 0x1p60).rounded())
      }
    }

    public let encode: Cost
    public let decode: Cost
    /// Of one input; `nil` where they follow from the network's input tensor.
    public let pixels: Int?

    /// Whether any of it is by pixels.
    public var needsPixels: Bool { encode.nanosecondsPerPixel > 0 || decode.nanosecondsPerPixel > 0 }

    init(from fields: inout FieldReader) {
      func cost(_ way: String, _ who: String, _ fields: inout FieldReader) -> Cost {
        Cost(
          milliseconds: fields.double(
            "\(way)_ms", default: 0, in: .nonNegative(upTo: 1e9), "\(who) processor's time to \(way) an input"),
          nanosecondsPerPixel: fields.double(
            "\(way)_ns_per_pixel", default: 0, in: .nonNegative(upTo: 1e6), "the same for each pixel"),
          nanosecondsPerByte: fields.double(
            "\(way)_ns_per_byte", default: 0, in: .nonNegative(upTo: 1e6), "the same for each byte as it is sent"))
      }
      encode = cost("encode", "the device's", &fields)
      decode = cost("decode", "another machine's", &fields)
      pixels = fields.intIfPresent(
        "pixels", in: 1...1_000_000_000, "of one input; height x width of a tensor [N, C, H, W] where missing")
    }
  }
}

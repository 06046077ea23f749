import Foundation
import Inference
import RandomStreams
import Testing

/// Codecs against their arithmetic worked out in double precision.
struct TensorCodecTests {
  private static func random(_ shape: [Int], seed: UInt64, rectified: Bool = false) -> Tensor {
    var random = RandomStream(seed: seed, entity: "codec", purpose: "test")
    let count = shape.reduce(1, *)
    let channel = shape.count > 1 ? shape[2...].reduce(1, *) : 1
    return Tensor(
      shape: shape,
      (0..<count).map { index in
        // Channels of different sizes, as in networks.
        let size = Double(1 + index / max(1, channel) % 7)
        let value = Float(size * random.normal())
        return rectified ? max(0, value) : value
      })
  }

  private static let shapes = [[1], [7], [3, 5], [1, 8, 6, 5], [2, 3, 4, 4], [1, 1, 1, 33]]

  @Test(arguments: TensorCodec.allNames, shapes)
  func whatArrivesIsWithinHalfAStep(name: String, shape: [Int]) throws {
    let codec = try #require(TensorCodec(named: name))
    #expect(codec.description == name)
    for seed in 0..<4 as Range<UInt64> {
      let tensor = Self.random(shape, seed: seed, rectified: seed.isMultiple(of: 2))
      let found = try TensorCodec.decode(codec.encode(tensor))
      #expect(found.shape == shape && found.elementType == .float32)
      let (values, arrived) = (tensor.elements(as: Float.self), found.elements(as: Float.self))
      let bits: Double? =
        switch codec.elements {
        case .fp32, .fp16: nil
        case .int8, .int8PerChannel: 8
        case .int4, .int4PerChannel: 4
        }
      let perChannel = [.int8PerChannel, .int4PerChannel].contains(codec.elements) && shape.count >= 2
      let inner = perChannel ? shape[2...].reduce(1, *) : values.count
      let channels = perChannel ? shape[1] : 1
      for index in values.indices {
        let error = abs(Double(arrived[index]) - Double(values[index]))
        guard let bits else {
          #expect(codec.isLossless ? error == 0 : error <= abs(Double(values[index])) / 2048 + 6e-8)
          continue
        }
        let own = values.indices.filter { $0 / inner % channels == index / inner % channels }.map { Double(values[$0]) }
        let step = (max(0, own.max() ?? 0) - min(0, own.min() ?? 0)) / (pow(2, bits) - 1)
        // Half a step, and up to half more where the zero is rounded.
        #expect(error <= step * 1.001 + 1e-6, "\(name) \(shape)")
        if values[index] == 0 { #expect(arrived[index] == 0) }
      }
    }
  }

  @Test func bytesAreWhatTheFormatSays() throws {
    let tensor = Self.random([1, 8, 10, 10], seed: 1)
    func bytes(_ name: String) throws -> Int { try #require(TensorCodec(named: name)).encode(tensor).count }
    #expect(try bytes("fp32") == 2 + 8 + 32 + 3200)
    #expect(try bytes("fp16") == 2 + 33 + 1600)
    #expect(try bytes("int8") == 2 + 33 + 8 + 8 + 800)
    #expect(try bytes("int8-channel") == 2 + 33 + 8 + 64 + 800)
    #expect(try bytes("int4") == 2 + 33 + 8 + 8 + 400)
    #expect(try bytes("int4-channel") == 2 + 33 + 8 + 64 + 400)
    // Runs of zeros and zlib make a rectified tensor smaller; a sparse one much.
    var values = [Float](repeating: 0, count: 4000)
    for index in stride(from: 0, to: 4000, by: 40) { values[index] = Float(index) }
    let sparse = Tensor(shape: [1, 40, 10, 10], values)
    for name in ["int8+runs", "int8+zlib", "fp32+runs", "fp32+zlib"] {
      let codec = try #require(TensorCodec(named: name))
      #expect(try codec.encode(sparse).count < 1000, "\(name)")
      #expect(try TensorCodec.decode(codec.encode(sparse)).shape == [1, 40, 10, 10])
    }
  }

  /// Channels of different sizes: a scale for each loses less.
  @Test(arguments: [("int8", "int8-channel"), ("int4", "int4-channel")])
  func aScalePerChannelLosesLess(whole: String, channels: String) throws {
    var values: [Float] = []
    for channel in 0..<16 { for index in 0..<50 { values.append(Float(channel * channel) * sin(Float(index))) } }
    let tensor = Tensor(shape: [1, 16, 5, 10], values)
    let errors = try [whole, channels].map { name -> Double in
      let found = try TensorCodec.decode(#require(TensorCodec(named: name)).encode(tensor)).elements(as: Float.self)
      return zip(found, values).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    }
    #expect(errors[1] < 0.5 * errors[0])
  }

  @Test func whatHasNoScaleCrossesAsItIs() throws {
    let codec = try #require(TensorCodec(named: "int8+zlib"))
    let odd = Tensor(shape: [4], [1, .infinity, -.infinity, 3])
    #expect(try TensorCodec.decode(codec.encode(odd)).isIdentical(to: odd))
    let indices = Tensor(int64s: [1, 2, 3])
    #expect(try TensorCodec.decode(codec.encode(indices)).isIdentical(to: indices))
    let empty = Tensor(shape: [0, 3], [])
    #expect(try TensorCodec.decode(codec.encode(empty)).isIdentical(to: empty))
    let large = Tensor(shape: [3], [-Float.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude])
    #expect(try TensorCodec.decode(codec.encode(large)).elements(as: Float.self).allSatisfy(\.isFinite))
  }

  @Test func damagedBytesAreRefused() throws {
    var random = RandomStream(seed: 9, entity: "codec", purpose: "damage")
    for name in TensorCodec.allNames {
      let whole = try #require(TensorCodec(named: name)).encode(Self.random([2, 3, 4, 5], seed: 3, rectified: true))
      for length in 0..<whole.count {
        #expect(throws: (any Error).self) { try TensorCodec.decode(Array(whole[..<length])) }
      }
      for _ in 0..<200 {
        var bytes = whole
        bytes[random.integer(below: bytes.count)] = UInt8(random.integer(below: 256))
        // Another tensor or an error, never a crash.
        _ = try? TensorCodec.decode(bytes)
      }
    }
  }

  @Test(arguments: ["", "int9", "int8+", "int8+none", "int8+zlib+runs", "+zlib", "fp32 "])
  func unknownNamesAreNil(name: String) { #expect(TensorCodec(named: name) == nil) }
}

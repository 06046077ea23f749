import Inference
import Testing

/// Formats of at most 16 bits, converted by Cast.
struct SmallFloatTests {
  static let formats: [(type: ElementType, codes: Int, largest: Float)] = [
    (.float8e4m3fn, 256, 448), (.float8e4m3fnuz, 256, 240), (.float8e5m2, 256, 57344), (.float8e5m2fnuz, 256, 57344),
    (.float4e2m1, 16, 6),
  ]

  private func cast(_ tensor: Tensor, to type: ElementType, saturate: Bool = true) throws -> Tensor {
    try OperatorRun(
      "Cast", [tensor], ["to": .int(type.rawValue), "saturate": .int(saturate ? 1 : 0)], opset: 23
    ).outputs()[0]
  }

  @Test(arguments: formats)
  func everyCodeKeepsItsValue(format: (type: ElementType, codes: Int, largest: Float)) throws {
    let codes = Tensor(format.type, shape: [format.codes], elements: (0..<format.codes).map { UInt8($0) })
    let numbers = try cast(codes, to: .float32)
    let back = try cast(numbers, to: format.type).elements(as: UInt8.self)
    for (code, number) in numbers.elements(as: Float.self).enumerated() where !number.isNaN && number.isFinite {
      #expect(Int(back[code]) == code)
    }
    let finite = numbers.elements(as: Float.self).filter(\.isFinite)
    #expect(finite.max() == format.largest)
    #expect(finite.min() == -format.largest)
  }

  @Test(arguments: formats)
  func roundsToTheNearest(format: (type: ElementType, codes: Int, largest: Float)) throws {
    let codes = Tensor(format.type, shape: [format.codes], elements: (0..<format.codes).map { UInt8($0) })
    let values = try cast(codes, to: .float32).elements(as: Float.self).filter(\.isFinite)
    let noise = Tensor.random([4000], seed: 3).elements(as: Float.self)
    let numbers = noise.enumerated().map { $1 * format.largest / Float(1 << ($0 % 20)) }
    let rounded = try cast(cast(Tensor(shape: [4000], numbers), to: format.type), to: .float32)
    for (number, result) in zip(numbers, rounded.elements(as: Float.self)) {
      let distance = values.map { abs($0 - number) }.min()!
      #expect(abs(result - number) == distance, "\(number) became \(result)")
    }
  }

  @Test func saturatesOrOverflows() throws {
    let large = Tensor(shape: [4], [1e6, -1e6, .infinity, .nan])
    for (type, _, largest) in Self.formats.prefix(4) {
      let saturated = try cast(cast(large, to: type), to: .float32).elements(as: Float.self)
      #expect(saturated.prefix(3) == [largest, -largest, largest])
      #expect(saturated[3].isNaN)
      let overflown = try cast(cast(large, to: type, saturate: false), to: .float32).elements(as: Float.self)
      #expect(overflown.allSatisfy { type == .float8e5m2 ? !$0.isFinite : $0.isNaN })
    }
  }

  @Test func everyFloat16IsExact() throws {
    let halves = (0...UInt16.max).map { $0 }
    let numbers = try cast(Tensor(.float16, shape: [halves.count], elements: halves), to: .float32)
    let floats = numbers.elements(as: Float.self)
    let back = try cast(numbers, to: .float16).elements(as: UInt16.self)
    for bits in halves {
      let expected = Float(Float16(bitPattern: bits))
      let got = floats[Int(bits)]
      #expect(got == expected || got.isNaN && expected.isNaN)
      #expect(back[Int(bits)] == bits || got.isNaN && Float16(bitPattern: back[Int(bits)]).isNaN)
    }
  }

  @Test func float32RoundsToFloat16AndBfloat16() throws {
    var values = TestValues(seed: 9)
    var bits = (0..<100_000).map { _ in UInt32(truncatingIfNeeded: values.next()) }
    // Around the limits: subnormal, tie, overflow.
    for center: Float in [0x1p-24, 0x1p-25, 0x1.8p-24, 0x1p-14, 65504, 65520, 1, 1.0004883, 2049, 3.4e38] {
      bits += (-3...3).map { UInt32(Int(center.bitPattern) + $0) }
    }
    let numbers = Tensor(shape: [bits.count], bits.map { Float(bitPattern: $0) })
    let halves = try cast(numbers, to: .float16).elements(as: UInt16.self)
    let brains = try cast(numbers, to: .bfloat16).elements(as: UInt16.self)
    for (index, number) in numbers.elements(as: Float.self).enumerated() {
      let expected = Float16(number)
      #expect(halves[index] == expected.bitPattern || number.isNaN && Float16(bitPattern: halves[index]).isNaN)
      let brain = Float(bitPattern: UInt32(brains[index]) << 16)
      guard number.isFinite else { continue }
      // The two bfloat16 numbers around: the result is the nearer, in a tie the even one.
      let low = Float(bitPattern: number.bitPattern & 0xFFFF_0000)
      let high = Float(bitPattern: (number.bitPattern & 0xFFFF_0000) &+ 0x10000)
      let limit: Double = number < 0 ? -0x1p128 : 0x1p128
      let next = high.isInfinite ? limit : Double(high)
      let below = abs(Double(number) - Double(low))
      let above = abs(next - Double(number))
      let takesLow = below < above || below == above && low.bitPattern & 0x10000 == 0
      #expect(brain == (takesLow ? low : high))
    }
  }

  @Test(arguments: [ElementType.int4, .uint4, .int2, .uint2])
  func smallIntegersKeepTheirLowBits(type: ElementType) throws {
    let wide = Tensor(.int32, shape: [40], elements: (0..<40).map { Int32($0 - 20) })
    let bits = type.bitsInFile
    let expected = (0..<40).map { index -> Int in
      let low = (index - 20) & ((1 << bits) - 1)
      return (type == .int4 || type == .int2) && low >= 1 << (bits - 1) ? low - (1 << bits) : low
    }
    let narrow = try cast(wide, to: type)
    #expect(narrow.integers() == expected)
    #expect(try cast(narrow, to: .int32).integers() == expected)
  }

  @Test(arguments: [ElementType.int4, .uint4, .int2, .uint2, .float4e2m1], [0, 1, 7, 8])
  func packedElementsComeBack(type: ElementType, count: Int) throws {
    let values = Tensor(.int32, shape: [count], elements: (0..<count).map { Int32($0 % 4) })
    let tensor = try cast(values, to: type)
    let packed = tensor.packedForFile()
    #expect(packed.byteCount == (count * type.bitsInFile + 7) / 8)
    let back = Tensor(
      type, shape: [count], unpacking: UnsafeRawBufferPointer(start: packed.bytes, count: packed.byteCount))
    #expect(back.isIdentical(to: tensor))
  }
}

import Inference
import Testing

struct BoundaryCodecTests {
  @Test(arguments: ElementType.allCases)
  func bringsBackEveryType(type: ElementType) throws {
    for shape in [[], [3], [2, 0, 4], [2, 3, 4]] {
      let tensor = try Tensor.random(type, shape, seed: 9)
      let bytes = BoundaryCodec.encode(tensor)
      #expect(bytes.count == 8 + 8 * shape.count + tensor.byteCount)
      #expect(try BoundaryCodec.decode(bytes).isIdentical(to: tensor))
    }
  }

  @Test func refusesDamagedBytes() throws {
    let bytes = BoundaryCodec.encode(Tensor.counting(2, 3))
    for count in 0..<bytes.count {
      #expect(throws: ExecutionError.self) { try BoundaryCodec.decode(Array(bytes[..<count])) }
    }
    #expect(throws: ExecutionError.self) { try BoundaryCodec.decode(bytes + [0]) }
    for position in 0..<24 {
      var damaged = bytes
      damaged[position] ^= 0x80
      if position != 7 { #expect(throws: ExecutionError.self) { try BoundaryCodec.decode(damaged) } }
    }
  }
}

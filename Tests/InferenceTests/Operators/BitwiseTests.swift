import Inference
import Testing

struct BitwiseTests {
  private let bytes = Tensor.randomBytes(.uint8, [3, 1, 4], seed: 1)
  private let others = Tensor.randomBytes(.uint8, [5, 1], seed: 2)

  @Test func binaryFunctionsBroadcast() throws {
    for (name, function) in [
      ("BitwiseAnd", { $0 & $1 }), ("BitwiseOr", { $0 | $1 }), ("BitwiseXor", { $0 ^ $1 }),
    ] as [(String, (UInt8, UInt8) -> UInt8)] {
      let result = try OperatorRun(name, [bytes, others], opset: 18).outputs()[0]
      #expect(result.shape == [3, 5, 4])
      let (left, right) = (bytes.elements(as: UInt8.self), others.elements(as: UInt8.self))
      let expected = (0..<60).map { function(left[$0 / 20 * 4 + $0 % 4], right[$0 / 4 % 5]) }
      #expect(result.elements(as: UInt8.self) == expected)
    }
  }

  @Test func everyIntegerWidthWorks() throws {
    let left = Tensor(.int64, shape: [2], elements: [-1, 0x7FFF_FFFF_0000] as [Int64])
    let right = Tensor(.int64, shape: [1], elements: [0x0F0F_0F0F] as [Int64])
    let result = try OperatorRun("BitwiseAnd", [left, right], opset: 18).outputs()[0]
    #expect(result.int64Elements == [0x0F0F_0F0F, 0x0F0F_0000])
    let small = Tensor(.int16, shape: [2], elements: [-2, 5] as [Int16])
    #expect(try OperatorRun("BitwiseNot", [small], opset: 18).outputs()[0].elements(as: Int16.self) == [1, -6])
    #expect(throws: ShapeError.self) { try OperatorRun("BitwiseNot", [Tensor.scalar(1)], opset: 18).outputs() }
    #expect(throws: ShapeError.self) { try OperatorRun("BitwiseOr", [left, small], opset: 18).outputs() }
  }

  @Test func shiftsLoseWhatLeavesTheType() throws {
    let x = Tensor(.uint8, shape: [4], elements: [0x81, 0xFF, 3, 7] as [UInt8])
    let by = Tensor(.uint8, shape: [4], elements: [1, 4, 8, 200] as [UInt8])
    let left = try OperatorRun("BitShift", [x, by], ["direction": .string("LEFT")]).outputs()[0]
    #expect(left.elements(as: UInt8.self) == [2, 0xF0, 0, 0])
    let right = try OperatorRun("BitShift", [x, by], ["direction": .string("RIGHT")]).outputs()[0]
    #expect(right.elements(as: UInt8.self) == [0x40, 0x0F, 0, 0])
    #expect(throws: ShapeError.self) { try OperatorRun("BitShift", [x, by], ["direction": .string("UP")]) }
    let signed = Tensor(.int32, shape: [1], elements: [1] as [Int32])
    #expect(throws: ShapeError.self) {
      try OperatorRun("BitShift", [signed, signed], ["direction": .string("LEFT")]).outputs()
    }
  }

  @Test func castLikeTakesTheTypeOfTheOther() throws {
    let result = try OperatorRun("CastLike", [Tensor(shape: [3], [-1.5, 0, 2.9]), Tensor(int64s: [0])]).outputs()[0]
    #expect(result.int64Elements == [-1, 0, 2])
  }

  @Test(arguments: [false, true], [false, true])
  func runningProducts(isExclusive: Bool, isReversed: Bool) throws {
    let x = Tensor.random([3, 4, 2], seed: 5)
    let axis = Tensor(int64s: [-2]).reshaped([])
    let flags: [String: Attribute] = ["exclusive": .int(isExclusive ? 1 : 0), "reverse": .int(isReversed ? 1 : 0)]
    let result = try OperatorRun("CumProd", [x, axis], flags, opset: 26).outputs()[0]
    let expected = (0..<24).map { index -> Double in
      let (block, position, column) = (index / 8, index / 2 % 4, index % 2)
      let range = isReversed ? (position + (isExclusive ? 1 : 0))..<4 : 0..<(position + (isExclusive ? 0 : 1))
      return range.reduce(1.0) { $0 * x.doubles[block * 8 + $1 * 2 + column] }
    }
    #expect(result.excess(over: expected, absolute: 1e-7, relative: 1e-6) <= 1)
  }
}

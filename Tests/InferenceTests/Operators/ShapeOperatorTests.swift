import Inference
import Testing

struct ShapeOperatorTests {
  @Test func reshape() throws {
    let x = Tensor.counting(2, 3, 4)
    func shape(_ wanted: [Int], _ attributes: [String: Attribute] = [:]) throws -> [Int] {
      try applyBothWays("Reshape", [x, Tensor(int64s: wanted)], attributes).shape
    }
    #expect(try shape([6, 4]) == [6, 4])
    #expect(try shape([0, -1]) == [2, 12])
    #expect(try shape([-1, 0, 2]) == [4, 3, 2])
    #expect(try applyBothWays("Reshape", [x, Tensor(int64s: [24])]).floatElements == x.floatElements)
    let empty = Tensor(shape: [0, 3], [])
    #expect(
      try applyBothWays("Reshape", [empty, Tensor(int64s: [3, 0])], ["allowzero": .int(1)]).shape == [3, 0])
    for wrong in [[5, 5], [-1, -1], [-1, 5], [0, 0, 0, 0], [-2, 12], [1 << 62, 4]] {
      #expect(throws: (any Error).self) { try shape(wrong) }
    }
  }

  @Test func flattenSqueezeUnsqueeze() throws {
    let x = Tensor.counting(2, 3, 4)
    #expect(try apply("Flatten", [x])[0].shape == [2, 12])
    #expect(try apply("Flatten", [x], ["axis": .int(0)])[0].shape == [1, 24])
    #expect(try apply("Flatten", [x], ["axis": .int(-1)])[0].shape == [6, 4])
    #expect(try apply("Flatten", [x], ["axis": .int(3)])[0].shape == [24, 1])
    let thin = Tensor.counting(1, 3, 1, 2)
    #expect(try apply("Squeeze", [thin])[0].shape == [3, 2])
    #expect(try apply("Squeeze", [thin], ["axes": .ints([-2])], opset: 11)[0].shape == [1, 3, 2])
    #expect(try applyBothWays("Squeeze", [thin, Tensor(int64s: [0, -2])], opset: 13).shape == [3, 2])
    #expect(throws: ShapeError.self) { try apply("Squeeze", [thin], ["axes": .ints([1])], opset: 11) }
    #expect(try apply("Unsqueeze", [x], ["axes": .ints([0, -1])], opset: 11)[0].shape == [1, 2, 3, 4, 1])
    #expect(try applyBothWays("Unsqueeze", [x, Tensor(int64s: [1, 2])]).shape == [2, 1, 1, 3, 4])
    #expect(throws: ShapeError.self) { try apply("Unsqueeze", [x], ["axes": .ints([0, 0])], opset: 11) }
    #expect(throws: ShapeError.self) { try apply("Unsqueeze", [x], opset: 11) }
  }

  @Test func identityAndDropout() throws {
    let x = Tensor.counting(2, 2)
    #expect(try apply("Identity", [x])[0].isIdentical(to: x))
    let dropped = try apply("Dropout", [x], ["seed": .int(1)], outputs: 2)
    #expect(dropped[0].isIdentical(to: x))
    #expect(dropped[1].boolElements == [true, true, true, true])
    #expect(try apply("Dropout", [x], ["ratio": .float(0.5)], opset: 7, outputs: 2)[1].floatElements == [1, 1, 1, 1])
  }

  @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1], [2, 0, 1], [1, 2, 0], [-1, 0, 1]])
  func transpose(permutation: [Int]) throws {
    let shape = [3, 18, 35]
    let x = try Tensor.random(.float32, shape, seed: 3)
    let order = permutation.map { $0 < 0 ? $0 + 3 : $0 }
    let result = try apply("Transpose", [x], ["perm": .ints(permutation)], threads: 2)[0]
    #expect(result.shape == order.map { shape[$0] })
    let (source, target) = (x.floatElements, result.floatElements)
    for i in 0..<shape[0] {
      for j in 0..<shape[1] {
        for k in 0..<shape[2] {
          let at = [i, j, k]
          let there = order.map { at[$0] }
          let position = (there[0] * result.shape[1] + there[1]) * result.shape[2] + there[2]
          #expect(target[position] == source[(i * shape[1] + j) * shape[2] + k])
        }
      }
    }
  }

  @Test func transposeOfEveryWidth() throws {
    let bytes = Tensor(.uint8, shape: [2, 3], elements: [1, 2, 3, 4, 5, 6] as [UInt8])
    #expect(try apply("Transpose", [bytes])[0].elements(as: UInt8.self) == [1, 4, 2, 5, 3, 6])
    let doubles = Tensor(.float64, shape: [2, 2], elements: [1, 2, 3, 4] as [Double])
    #expect(try apply("Transpose", [doubles])[0].elements(as: Double.self) == [1, 3, 2, 4])
    let halves = Tensor(.float16, shape: [2, 2], elements: [1, 2, 3, 4] as [UInt16])
    #expect(try apply("Transpose", [halves])[0].elements(as: UInt16.self) == [1, 3, 2, 4])
    #expect(throws: ShapeError.self) { try apply("Transpose", [bytes], ["perm": .ints([0])]) }
    #expect(throws: ShapeError.self) { try apply("Transpose", [bytes], ["perm": .ints([0, 0])]) }
  }

  @Test func concatAndSplitAreInverse() throws {
    let x = try Tensor.random(.float32, [2, 7, 3], seed: 4)
    let parts = try apply(
      "Split", [x, Tensor(int64s: [2, 0, 5])], ["axis": .int(-2)], outputs: 3, constant: [1])
    #expect(parts.map(\.shape) == [[2, 2, 3], [2, 0, 3], [2, 5, 3]])
    #expect(try apply("Concat", parts, ["axis": .int(1)])[0].isIdentical(to: x))
    let old = try apply("Split", [x], ["axis": .int(1), "split": .ints([3, 4])], opset: 11, outputs: 2)
    #expect(try apply("Concat", old, ["axis": .int(-2)])[0].isIdentical(to: x))
    #expect(
      try apply("Split", [x], ["num_outputs": .int(3), "axis": .int(1)], opset: 18, outputs: 3).map { $0.shape[1] }
        == [3, 3, 1])
    #expect(throws: ShapeError.self) { try apply("Split", [x], ["axis": .int(1)], outputs: 2) }
    #expect(throws: ShapeError.self) {
      try apply("Split", [x, Tensor(int64s: [2, 2])], ["axis": .int(1)], outputs: 2, constant: [1])
    }
    #expect(throws: ShapeError.self) { try apply("Concat", [x, Tensor.counting(2, 7)], ["axis": .int(0)]) }
    #expect(throws: ShapeError.self) { try apply("Concat", [x], [:]) }
  }

  @Test func slice() throws {
    let x = Tensor.counting(3, 4)
    func slice(_ starts: [Int], _ ends: [Int], _ axes: [Int]? = nil, _ steps: [Int]? = nil) throws -> Tensor {
      try applyBothWays(
        "Slice",
        [
          x, Tensor(int64s: starts), Tensor(int64s: ends), axes.map(Tensor.init(int64s:)),
          steps.map(Tensor.init(int64s:)),
        ])
    }
    #expect(try slice([1, 0], [3, 2]).floatElements == [4, 5, 8, 9])
    #expect(try slice([-1], [Int.max], [1]).floatElements == [3, 7, 11])
    #expect(try slice([-1], [Int.min], [-1], [-1]).floatElements == [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8])
    #expect(try slice([0], [4], [1], [3]).floatElements == [0, 3, 4, 7, 8, 11])
    #expect(try slice([5], [9], [0]).shape == [0, 4])
    #expect(
      try apply("Slice", [x], ["starts": .ints([1]), "ends": .ints([2])], opset: 9)[0].floatElements
        == [4, 5, 6, 7])
    #expect(throws: (any Error).self) { try slice([0], [1], [0], [0]) }
    #expect(throws: (any Error).self) { try slice([0, 0], [1]) }
    #expect(throws: (any Error).self) { try slice([0], [1], [2]) }
  }

  @Test func expandAndTile() throws {
    let x = Tensor(shape: [2, 1], [1, 2])
    #expect(try applyBothWays("Expand", [x, Tensor(int64s: [3])]).floatElements == [1, 1, 1, 2, 2, 2])
    #expect(try applyBothWays("Expand", [x, Tensor(int64s: [2, 1, 1])]).shape == [2, 2, 1])
    #expect(try applyBothWays("Tile", [x, Tensor(int64s: [2, 2])]).floatElements == [1, 1, 2, 2, 1, 1, 2, 2])
    #expect(try applyBothWays("Tile", [x, Tensor(int64s: [0, 2])]).shape == [0, 2])
    #expect(throws: (any Error).self) { try applyBothWays("Tile", [x, Tensor(int64s: [1 << 40, 1 << 40])]) }
    #expect(throws: (any Error).self) { try applyBothWays("Expand", [x, Tensor(int64s: [3, 3])]) }
  }

  @Test func pad() throws {
    let x = Tensor(shape: [2, 3], [1, 2, 3, 4, 5, 6])
    func pad(_ pads: [Int], _ mode: String, value: Tensor? = nil) throws -> Tensor {
      try applyBothWays("Pad", [x, Tensor(int64s: pads), value], ["mode": .string(mode)])
    }
    #expect(try pad([0, 1, 1, 0], "constant").floatElements == [0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0])
    #expect(try pad([0, -1, 0, 1], "constant", value: Tensor(shape: [], [9])).floatElements == [2, 3, 9, 5, 6, 9])
    #expect(try pad([0, 2, 0, 1], "reflect").floatElements == [3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5])
    #expect(try pad([1, 0, 0, 1], "edge").floatElements == [1, 2, 3, 3, 1, 2, 3, 3, 4, 5, 6, 6])
    #expect(try pad([0, 1, 0, 2], "wrap").floatElements == [3, 1, 2, 3, 1, 2, 6, 4, 5, 6, 4, 5])
    let old = try apply("Pad", [x], ["pads": .ints([0, 1, 0, 0]), "value": .float(7)], opset: 10)[0]
    #expect(old.floatElements == [7, 1, 2, 3, 7, 4, 5, 6])
    let axes = try apply(
      "Pad", [x, Tensor(int64s: [1, 0]), nil, Tensor(int64s: [-1])], opset: 18, constant: [1, 3])[0]
    #expect(axes.floatElements == [0, 1, 2, 3, 0, 4, 5, 6])
    #expect(throws: (any Error).self) { try pad([0, 1], "constant") }
    #expect(throws: (any Error).self) { try pad([0, Int.min, 0, 0], "constant") }
    #expect(throws: (any Error).self) { try pad([0, -4, 0, 0], "constant") }
    #expect(throws: (any Error).self) { try pad([0, 1, 0, 0], "mirror") }
  }

  @Test func depthToSpaceAndBack() throws {
    let x = Tensor.counting(1, 8, 2, 3)
    let deep = try apply("DepthToSpace", [x], ["blocksize": .int(2)])[0]
    #expect(deep.shape == [1, 2, 4, 6])
    // Row 0 alternates between blocks 0 and 1 of the slowest part of the channels.
    #expect(deep.floatElements.prefix(6).elementsEqual([0, 12, 1, 13, 2, 14]))
    #expect(try apply("SpaceToDepth", [deep], ["blocksize": .int(2)])[0].isIdentical(to: x))
    let columns = try apply("DepthToSpace", [x], ["blocksize": .int(2), "mode": .string("CRD")])[0]
    #expect(columns.floatElements.prefix(6).elementsEqual([0, 6, 1, 7, 2, 8]))
    #expect(throws: ShapeError.self) { try apply("DepthToSpace", [x], ["blocksize": .int(3)]) }
    #expect(throws: ShapeError.self) { try apply("SpaceToDepth", [x], [:]) }
  }

  @Test func shapeAndSizeAreConstantWhereTheShapeIsKnown() throws {
    var builder = GraphBuilder(name: "shapes")
    let x = builder.input("x", .float32, [2, 3, 5])
    let shape = try #require(try builder.node("shape", "Shape", [x])[0])
    #expect(builder.type(of: shape)?.constant?.integers() == [2, 3, 5])
    #expect(
      try apply("Shape", [Tensor.counting(2, 3, 5)], ["start": .int(-2), "end": .int(2)], opset: 15)[0].int64Elements
        == [3])
    #expect(try apply("Size", [Tensor.counting(2, 3)])[0].int64Elements == [6])
  }

  @Test func constants() throws {
    #expect(try apply("Constant", [], ["value_float": .float(2)])[0].floatElements == [2])
    #expect(try apply("Constant", [], ["value_floats": .floats([2, 3])])[0].floatElements == [2, 3])
    #expect(try apply("Constant", [], ["value_int": .int(4)])[0].shape == [])
    #expect(try apply("Constant", [], ["value_ints": .ints([4, 5])])[0].int64Elements == [4, 5])
    #expect(try apply("Constant", [], ["value": .tensor(Tensor.counting(2))])[0].floatElements == [0, 1])
    #expect(throws: ShapeError.self) { try apply("Constant", [], ["value_string": .string("a")]) }
    let filled = try apply(
      "ConstantOfShape", [Tensor(int64s: [2, 2])], ["value": .tensor(Tensor(int64s: [7]))])[0]
    #expect(filled.int64Elements == [7, 7, 7, 7])
    #expect(try apply("ConstantOfShape", [Tensor(int64s: [1])])[0].floatElements == [0])
    #expect(throws: (any Error).self) { try apply("ConstantOfShape", [Tensor(int64s: [-1])]) }
    #expect(throws: (any Error).self) { try apply("ConstantOfShape", [Tensor(int64s: [1 << 60])]) }
  }

  @Test func range() throws {
    func ints(_ value: Int64) -> Tensor { Tensor(.int64, shape: [], elements: [value]) }
    #expect(try applyBothWays("Range", [ints(3), ints(9), ints(3)]).int64Elements == [3, 6])
    #expect(try applyBothWays("Range", [ints(5), ints(0), ints(-2)]).int64Elements == [5, 3, 1])
    #expect(try applyBothWays("Range", [ints(5), ints(0), ints(1)]).shape == [0])
    func float(_ value: Float) -> Tensor { Tensor(shape: [], [value]) }
    #expect(try applyBothWays("Range", [float(0), float(1), float(0.25)]).floatElements == [0, 0.25, 0.5, 0.75])
    #expect(throws: (any Error).self) { try applyBothWays("Range", [ints(0), ints(1), ints(0)]) }
  }
}

import Inference
import Testing

struct ArithmeticTests {
  static let operations: [(String, @Sendable (Float, Float) -> Float)] = [
    ("Add", { $0 + $1 }), ("Sub", { $0 - $1 }), ("Mul", { $0 * $1 }), ("Div", { $0 / $1 }), ("Max", { max($0, $1) }),
    ("Min", { min($0, $1) }),
  ]
  static let shapes: [([Int], [Int])] = [
    ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], []), ([], [2, 3, 4]), ([2, 3, 4], [3, 1]), ([2, 3, 4], [4]), ([1, 4], [3, 1]),
    ([3, 1, 5], [1, 4, 1]), ([5], [5]), ([], []), ([1, 1], [1]), ([2, 1, 3, 1], [4, 1, 2]), ([0, 3], [1, 3]),
    ([7, 33], [7, 1]), ([7, 33], [33]), ([2, 16, 5, 5], [16, 1, 1]),
  ]

  /// Every element against the element that its coordinates name.
  @Test(arguments: operations.map(\.0), shapes)
  func broadcastsAsNumpyDoes(name: String, shapes: ([Int], [Int])) throws {
    let function = try #require(Self.operations.first { $0.0 == name }).1
    let a = try Tensor.random(.float32, shapes.0, seed: 1)
    let b = try Tensor.random(.float32, shapes.1, seed: 2)
    let result = try apply(name, [a, b])[0]
    let rank = max(shapes.0.count, shapes.1.count)
    let padded = [shapes.0, shapes.1].map { [Int](repeating: 1, count: rank - $0.count) + $0 }
    #expect(result.shape == (0..<rank).map { padded[0][$0] == 1 ? padded[1][$0] : padded[0][$0] })
    let (left, right) = (a.floatElements, b.floatElements)
    for (position, value) in result.floatElements.enumerated() {
      var (rest, index, stride) = (position, [0, 0], [1, 1])
      for axis in (0..<rank).reversed() {
        let coordinate = rest % result.shape[axis]
        rest /= result.shape[axis]
        for side in 0..<2 {
          if padded[side][axis] > 1 { index[side] += coordinate * stride[side] }
          stride[side] *= padded[side][axis]
        }
      }
      #expect(value == function(left[index[0]], right[index[1]]))
    }
  }

  @Test func integersWrapAndNeverTrap() throws {
    func ints(_ values: [Int64]) -> Tensor { Tensor(.int64, shape: [values.count], elements: values) }
    #expect(try apply("Add", [ints([.max, 1]), ints([1, 2])])[0].int64Elements == [.min, 3])
    #expect(try apply("Div", [ints([7, -7, 5, .min]), ints([2, 2, 0, -1])])[0].int64Elements == [3, -3, 0, .min])
    #expect(try apply("Mod", [ints([7, -7, 7, 1]), ints([3, 3, -3, 0])])[0].int64Elements == [1, 2, -2, 0])
    #expect(try apply("Mod", [ints([-7, 7]), ints([3, -3])], ["fmod": .int(1)])[0].int64Elements == [-1, 1])
    let bytes = Tensor(.uint8, shape: [2], elements: [250, 3] as [UInt8])
    #expect(try apply("Add", [bytes, bytes])[0].elements(as: UInt8.self) == [244, 6])
    #expect(try apply("Abs", [ints([-3, 4, .min])])[0].int64Elements == [3, 4, .min])
  }

  @Test func powerTakesExponentsOfAnotherType() throws {
    let base = Tensor(shape: [3], [1, 2, 3])
    let whole = Tensor(.int64, shape: [], elements: [2] as [Int64])
    #expect(try apply("Pow", [base, whole])[0].floatElements == [1, 4, 9])
    #expect(try apply("Pow", [base, Tensor(shape: [3], [0, 1, 3])])[0].floatElements == [1, 2, 27])
    let integers = Tensor(.int32, shape: [2], elements: [3, -2] as [Int32])
    #expect(try apply("Pow", [integers, whole])[0].elements(as: Int32.self) == [9, 4])
  }

  @Test func variadicOperatorsFoldAllOperands() throws {
    let (a, b, c) = (Tensor(shape: [2], [1, 5]), Tensor(shape: [1], [3]), Tensor(shape: [2, 1], [0, 9]))
    #expect(try apply("Max", [a, b, c])[0].floatElements == [3, 5, 9, 9])
    #expect(try apply("Min", [a, b, c])[0].floatElements == [0, 0, 1, 3])
    #expect(try apply("Sum", [a, b, c])[0].floatElements == [4, 8, 13, 17])
    #expect(try apply("Mean", [a, b, c])[0].floatElements == [4, 8, 13, 17].map { $0 / 3 })
    #expect(try apply("Mean", [a])[0].floatElements == [1, 5])
  }

  @Test func minimumAndMaximumKeepNaN() throws {
    let (a, b) = (Tensor(shape: [2], [.nan, 1]), Tensor(shape: [2], [1, .nan]))
    for name in ["Max", "Min"] {
      for value in try apply(name, [a, b])[0].floatElements { #expect(value.isNaN) }
    }
  }

  @Test func unaryFunctions() throws {
    let x = Tensor(shape: [5], [-2.5, -0.5, 0, 1.5, 4])
    #expect(try apply("Neg", [x])[0].floatElements == [2.5, 0.5, -0, -1.5, -4])
    #expect(try apply("Abs", [x])[0].floatElements == [2.5, 0.5, 0, 1.5, 4])
    #expect(try apply("Sign", [x])[0].floatElements == [-1, -1, 0, 1, 1])
    #expect(try apply("Ceil", [x])[0].floatElements == [-2, -0, 0, 2, 4])
    #expect(try apply("Floor", [x])[0].floatElements == [-3, -1, 0, 1, 4])
    #expect(try apply("Round", [x])[0].floatElements == [-2, -0, 0, 2, 4])
    #expect(try apply("Sqrt", [Tensor(shape: [2], [4, 9])])[0].floatElements == [2, 3])
    #expect(try apply("Reciprocal", [Tensor(shape: [2], [4, 0.5])])[0].floatElements == [0.25, 2])
    #expect(try apply("Log", [Tensor(shape: [1], [1])])[0].floatElements == [0])
    #expect(try apply("Cos", [Tensor(shape: [1], [0])])[0].floatElements == [1])
    #expect(try apply("Sin", [Tensor(shape: [1], [0])])[0].floatElements == [0])
  }

  @Test func comparisonsAndLogic() throws {
    let (a, b) = (Tensor(shape: [3], [1, 2, 3]), Tensor(shape: [1], [2]))
    #expect(try apply("Equal", [a, b])[0].boolElements == [false, true, false])
    #expect(try apply("Greater", [a, b])[0].boolElements == [false, false, true])
    #expect(try apply("Less", [a, b])[0].boolElements == [true, false, false])
    #expect(try apply("GreaterOrEqual", [a, b])[0].boolElements == [false, true, true])
    #expect(try apply("LessOrEqual", [a, b])[0].boolElements == [true, true, false])
    let (p, q) = (bools([4], [false, false, true, true]), bools([4], [false, true, false, true]))
    #expect(try apply("And", [p, q])[0].boolElements == [false, false, false, true])
    #expect(try apply("Or", [p, q])[0].boolElements == [false, true, true, true])
    #expect(try apply("Xor", [p, q])[0].boolElements == [false, true, true, false])
    #expect(try apply("Not", [p])[0].boolElements == [true, true, false, false])
    #expect(try apply("Equal", [p, q])[0].boolElements == [true, false, false, true])
    let chosen = try apply("Where", [bools([2, 1], [true, false]), a, b])[0]
    #expect(chosen.shape == [2, 3])
    #expect(chosen.floatElements == [1, 2, 3, 2, 2, 2])
  }

  @Test func refusesWhatDoesNotFit() {
    #expect(throws: ShapeError.self) { try apply("Add", [Tensor.counting(2), Tensor.counting(3)]) }
    #expect(throws: ShapeError.self) { try apply("Add", [Tensor.counting(2), Tensor(int64s: [1, 2])]) }
    #expect(throws: ShapeError.self) { try apply("Add", [Tensor.counting(2)]) }
    #expect(throws: ShapeError.self) { try apply("Add", [Tensor.counting(2), nil]) }
    #expect(throws: ShapeError.self) { try apply("And", [Tensor.counting(2), Tensor.counting(2)]) }
    #expect(throws: ShapeError.self) { try apply("Add", [Tensor.counting(2), Tensor.counting(2)], ["axis": .int(0)]) }
  }
}

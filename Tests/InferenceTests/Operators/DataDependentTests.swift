import Inference
import Testing

/// Operators whose output shapes depend on the elements, known at load time and not.
struct DataDependentTests {
  static let shapes = [[7], [3, 4], [2, 3, 5], [1, 1], [4, 0]]

  private func sparse(_ shape: [Int], seed: Int) -> Tensor {
    Tensor(shape: shape, Tensor.random(shape, seed: seed).elements(as: Float.self).map { abs($0) < 0.4 ? 0 : $0 })
  }

  @Test(arguments: shapes)
  func nonZeroListsCoordinates(shape: [Int]) throws {
    let x = sparse(shape, seed: 3)
    let y = try apply("NonZero", [x])[0]
    #expect(try y.isIdentical(to: apply("Identity", [apply("NonZero", [x], constant: [0])[0]])[0]))
    let places = x.doubles.indices.filter { x.doubles[$0] != 0 }
    #expect(y.shape == [shape.count, places.count])
    for (axis, size) in shape.enumerated() {
      let step = shape[(axis + 1)...].reduce(1, *)
      #expect(
        Array(y.int64Elements[axis * places.count..<(axis + 1) * places.count])
          == places.map { Int64($0 / step % size) })
    }
  }

  @Test func nonZeroOfAScalarAndOfOtherTypes() throws {
    #expect(try apply("NonZero", [.scalar(2)])[0].shape == [0, 1])
    #expect(try apply("NonZero", [bools([3], [true, false, true])])[0].int64Elements == [0, 2])
    #expect(try apply("NonZero", [Tensor(int64s: [0, 5, 0])])[0].int64Elements == [1])
  }

  @Test(arguments: [[6], [3, 4], [2, 3, 5]])
  func compressKeepsWhatIsTrue(shape: [Int]) throws {
    let x = Tensor.random(shape, seed: 5)
    for axis in shape.indices {
      let flags = (0..<shape[axis]).map { $0 % 2 == 0 }
      let y = try applyBothWays("Compress", [x, bools([shape[axis]], flags)], ["axis": .int(axis - shape.count)])
      let step = shape[(axis + 1)...].reduce(1, *)
      #expect(y.doubles == x.doubles.indices.filter { flags[$0 / step % shape[axis]] }.map { x.doubles[$0] })
    }
    let flat = try applyBothWays("Compress", [x, bools([3], [false, true, true])])
    #expect(flat.doubles == [x.doubles[1], x.doubles[2]])
    #expect(throws: (any Error).self) {
      try apply("Compress", [x, bools([99], [Bool](repeating: true, count: 99))])
    }
  }

  @Test(arguments: [true, false], [0, 1, 2])
  func uniqueElements(isSorted: Bool, seed: Int) throws {
    let x = Tensor(int64s: Tensor.random([20], seed: seed).doubles.map { Int($0 * 4) })
    let y = try apply("Unique", [x], ["sorted": .int(isSorted ? 1 : 0)], outputs: 4)
    let values = x.int64Elements
    var distinct: [Int64] = []
    for value in values where !distinct.contains(value) { distinct.append(value) }
    if isSorted { distinct.sort() }
    #expect(y[0].int64Elements == distinct)
    #expect(y[1].int64Elements == distinct.map { Int64(values.firstIndex(of: $0)!) })
    #expect(y[2].int64Elements == values.map { Int64(distinct.firstIndex(of: $0)!) })
    #expect(y[3].int64Elements == distinct.map { value in Int64(values.filter { $0 == value }.count) })
  }

  @Test func uniqueSlicesAndNaN() throws {
    let x = Tensor(shape: [3, 2], [3, 1, 0, 2, 3, 1])
    let rows = try apply("Unique", [x], ["axis": .int(0)], outputs: 4)
    #expect(rows[0].shape == [2, 2])
    #expect(rows[0].doubles == [0, 2, 3, 1])
    #expect(rows[1].int64Elements == [1, 0])
    #expect(rows[2].int64Elements == [1, 0, 1])
    #expect(rows[3].int64Elements == [1, 2])
    let broken = try apply("Unique", [Tensor(shape: [4], [.nan, 2, .nan, 1])])[0].doubles
    #expect(broken.count == 3 && broken[0] == 1 && broken[1] == 2 && broken[2].isNaN)
    #expect(try apply("Unique", [bools([3], [true, false, true])])[0].boolElements == [false, true])
  }

  @Test func aNetworkGoesOnAfterAnUnknownShape() throws {
    var builder = GraphBuilder(name: "selection")
    let x = builder.input("x", .float32, [2, 4])
    let places = try builder.node("places", "NonZero", [x])[0]
    let pairs = try builder.node("pairs", "Transpose", [places])[0]
    let picked = try builder.node("picked", "GatherND", [x, pairs])[0]
    builder.output(picked!)
    let executor = try Executor(builder.build())
    for values in [[0, 1, 0, 2, 3, 0, 0, 4], [0, 0, 0, 0, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7, 8]] as [[Float]] {
      let y = try executor.run([Tensor(shape: [2, 4], values)])[0]
      #expect(y.elements(as: Float.self) == values.filter { $0 != 0 })
    }
  }
}

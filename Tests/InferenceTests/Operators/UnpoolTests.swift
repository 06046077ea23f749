import Inference
import Testing

struct UnpoolTests {
  @Test(arguments: [[1, 1, 6], [2, 3, 6, 4], [1, 2, 4, 2, 6]])
  func unpoolingPutsTheMaximaBack(shape: [Int]) throws {
    let x = Tensor.random(shape, seed: 2)
    let rank = shape.count - 2
    let window: [String: Attribute] = [
      "kernel_shape": .ints([Int](repeating: 2, count: rank)), "strides": .ints([Int](repeating: 2, count: rank)),
    ]
    let pooled = try OperatorRun("MaxPool", [x], window).outputs()
    let back = try OperatorRun("MaxUnpool", [pooled[0], pooled[1]], window).outputs()[0]
    #expect(back.shape == shape)
    let maxima = Set(pooled[1].int64Elements.map(Int.init))
    #expect(back.doubles == x.doubles.enumerated().map { maxima.contains($0) ? $1 : 0 })
  }

  @Test func aLargerOutputBeginsWithTheResult() throws {
    let x = Tensor(shape: [1, 1, 2, 2], [1, 2, 3, 4])
    let places = Tensor(.int64, shape: [1, 1, 2, 2], elements: [5, 7, 13, 15] as [Int64])
    let window: [String: Attribute] = ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])]
    let y = try OperatorRun("MaxUnpool", [x, places, Tensor(int64s: [1, 1, 5, 5])], window).outputs()[0]
    var expected = [Double](repeating: 0, count: 25)
    (expected[6], expected[8], expected[16], expected[18]) = (1, 2, 3, 4)
    #expect(y.doubles == expected)
    #expect(throws: ShapeError.self) {
      try OperatorRun("MaxUnpool", [x, places, Tensor(int64s: [1, 1, 3, 5])], window).outputs()
    }
    let outside = Tensor(.int64, shape: [1, 1, 2, 2], elements: [0, 1, 2, 16] as [Int64])
    #expect(throws: ExecutionError.self) { try OperatorRun("MaxUnpool", [x, outside], window).outputs() }
  }

  @Test(arguments: [[2, 2, 5], [1, 2, 5, 7], [2, 1, 4, 3, 5]])
  func columnMajorIndicesNameTheSameElements(shape: [Int]) throws {
    let x = Tensor.random(shape, seed: 8)
    let kernel: [String: Attribute] = ["kernel_shape": .ints([Int](repeating: 2, count: shape.count - 2))]
    let rows = try OperatorRun("MaxPool", [x], kernel).outputs()
    let columns = try OperatorRun("MaxPool", [x], kernel.merging(["storage_order": .int(1)]) { $1 }).outputs()
    #expect(rows[0].isIdentical(to: columns[0]))
    let sizes = Array(shape[2...])
    let plane = sizes.reduce(1, *)
    let expected = rows[1].int64Elements.map { index -> Int64 in
      var (rest, coordinates) = (Int(index) % plane, [Int]())
      for size in sizes.reversed() {
        coordinates.insert(rest % size, at: 0)
        rest /= size
      }
      var (place, stride) = (0, 1)
      for (coordinate, size) in zip(coordinates, sizes) {
        place += coordinate * stride
        stride *= size
      }
      return Int64(Int(index) / plane * plane + place)
    }
    #expect(columns[1].int64Elements == expected)
  }
}

import Foundation
import Inference
import Testing

/// Operators that move blocks around, and determinants.
struct MatrixLayoutTests {
  struct Columns: Sendable {
    let image: [Int]
    let block: [Int]
    var strides: [Int]?
    var pads: [Int]?
    var dilations: [Int]?
  }
  static let columns = [
    Columns(image: [7], block: [3]), Columns(image: [5, 6], block: [2, 3]),
    Columns(image: [6, 7], block: [3, 2], strides: [2, 3], pads: [1, 0, 1, 2]),
    Columns(image: [7, 8], block: [2, 2], dilations: [3, 2]),
    Columns(image: [4, 5, 3], block: [2, 1, 3], pads: [0, 1, 1, 1, 0, 0]),
  ]

  @Test(arguments: columns)
  func blocksAddUpToTheImage(shape: Columns) throws {
    let rank = shape.image.count
    let strides = shape.strides ?? [Int](repeating: 1, count: rank)
    let pads = shape.pads ?? [Int](repeating: 0, count: 2 * rank)
    let dilations = shape.dilations ?? [Int](repeating: 1, count: rank)
    let counts = (0..<rank).map { axis -> Int in
      let padded = shape.image[axis] + pads[axis] + pads[rank + axis]
      let window: Int = (shape.block[axis] - 1) * dilations[axis] + 1
      return (padded - window) / strides[axis] + 1
    }
    let (area, positions) = (shape.block.reduce(1, *), counts.reduce(1, *))
    let x = Tensor.random([2, 3 * area, positions], seed: 1)
    let y = try applyBothWays(
      "Col2Im", [x, Tensor(int64s: shape.image), Tensor(int64s: shape.block)],
      ["strides": .ints(strides), "pads": .ints(pads), "dilations": .ints(dilations)], opset: 18)
    #expect(y.shape == [2, 3] + shape.image)
    let plane = shape.image.reduce(1, *)
    var expected = [Double](repeating: 0, count: 6 * plane)
    for (index, value) in x.doubles.enumerated() {
      var (tap, position) = (index / positions % area, index % positions)
      var (place, step, isInside) = (0, 1, true)
      for axis in (0..<rank).reversed() {
        let at =
          position % counts[axis] * strides[axis] - pads[axis] + tap % shape.block[axis] * dilations[axis]
        isInside = isInside && at >= 0 && at < shape.image[axis]
        place += at * step
        step *= shape.image[axis]
        position /= counts[axis]
        tap /= shape.block[axis]
      }
      if isInside { expected[index / positions / area * plane + place] += value }
    }
    #expect(y.excess(over: expected, absolute: 1e-5, relative: 1e-5) <= 1)
  }

  @Test(arguments: [[5, 6], [4, 4], [7, 3], [2, 9], [1, 1], [0, 6]])
  func centersAreCutOrPadded(sizes: [Int]) throws {
    let x = Tensor.random([5, 2, 4], seed: 3)
    let y = try applyBothWays("CenterCropPad", [x, Tensor(int64s: sizes)], ["axes": .ints([0, -1])], opset: 18)
    #expect(y.shape == [sizes[0], 2, sizes[1]])
    func source(_ index: Int, _ from: Int, _ to: Int) -> Int? {
      let place = to < from ? index + (from - to) / 2 : index - (to - from) / 2
      return place >= 0 && place < from ? place : nil
    }
    let expected = (0..<sizes[0]).flatMap { row in
      (0..<2).flatMap { middle in
        (0..<sizes[1]).map { column -> Double in
          guard let a = source(row, 5, sizes[0]), let b = source(column, 4, sizes[1]) else { return 0 }
          return x.doubles[(a * 2 + middle) * 4 + b]
        }
      }
    }
    #expect(y.doubles == expected)
  }

  @Test(arguments: [1, 2, 3, 4, 6])
  func determinantsByExpansion(size: Int) throws {
    func determinant(_ rows: [[Double]]) -> Double {
      guard rows.count > 1 else { return rows[0][0] }
      return rows[0].indices.reduce(0) { sum, column in
        let minor = rows.dropFirst().map { row in row.indices.filter { $0 != column }.map { row[$0] } }
        return sum + (column % 2 == 0 ? 1 : -1) * rows[0][column] * determinant(minor)
      }
    }
    let x = Tensor.random([2, 3, size, size], seed: size)
    let y = try OperatorRun("Det", [x]).outputs()[0]
    #expect(y.shape == [2, 3])
    let expected = (0..<6).map { index in
      determinant(
        (0..<size).map { row in (0..<size).map { x.doubles[(index * size + row) * size + $0] } })
    }
    #expect(y.excess(over: expected, absolute: 1e-6, relative: 1e-5) <= 1)
    #expect(try OperatorRun("Det", [Tensor(shape: [2, 2], [1, 2, 2, 4])]).outputs()[0].doubles == [0])
    #expect(try OperatorRun("Det", [Tensor(shape: [2, 2], [0, 2, 3, 4])]).outputs()[0].doubles == [-6])
  }

  @Test(arguments: [0, 1, -2, 5, Int.max, Int.min])
  func onesOnADiagonal(diagonal: Int) throws {
    let y = try OperatorRun("EyeLike", [.counting(3, 4)], ["k": .int(diagonal), "dtype": .int(6)]).outputs()[0]
    let expected = (0..<12).map { Int32($0 % 4 - $0 / 4 == diagonal ? 1 : 0) }
    #expect(y.elements(as: Int32.self) == expected)
  }

  @Test(arguments: [0, 1])
  func sequencesTurnRound(batchAxis: Int) throws {
    let x = Tensor.counting(4, 4, 2)
    let lengths = [4, 1, 0, 3]
    let y = try OperatorRun(
      "ReverseSequence", [x, Tensor(int64s: lengths)],
      ["batch_axis": .int(batchAxis), "time_axis": .int(1 - batchAxis)]
    ).outputs()[0]
    let expected = (0..<32).map { index -> Double in
      let place = [index / 8, index / 2 % 4]
      let (batch, time) = (place[batchAxis], place[1 - batchAxis])
      let from = time < lengths[batch] ? lengths[batch] - 1 - time : time
      return x.doubles[(batchAxis == 0 ? batch * 4 + from : from * 4 + batch) * 2 + index % 2]
    }
    #expect(y.doubles == expected)
    let long = try OperatorRun("ReverseSequence", [x, Tensor(int64s: [5, 1, 1, 1])])
    #expect(throws: ExecutionError.self) { try long.outputs() }
  }

  @Test func scatterIsScatterElementsOfOld() throws {
    let inputs: [Tensor?] = [
      .counting(1, 5), Tensor(.int64, shape: [1, 2], elements: [1, 3] as [Int64]), Tensor(shape: [1, 2], [11, 21]),
    ]
    let y = try OperatorRun("Scatter", inputs, ["axis": .int(1)], opset: 10).outputs()[0]
    #expect(y.doubles == [0, 11, 2, 21, 4])
  }
}

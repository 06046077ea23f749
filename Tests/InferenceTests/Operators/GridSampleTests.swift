import Foundation
import Inference
import Testing

/// Samples of a grid against sums over an image that goes on beyond its borders, in double precision.
struct GridSampleTests {
  struct Case: Sendable {
    let mode: String
    let padding: String
    let aligned: Bool
  }
  static let cases = ["nearest", "linear", "cubic"].flatMap { mode in
    ["zeros", "border", "reflection"].flatMap { padding in
      [false, true].map { Case(mode: mode, padding: padding, aligned: $0) }
    }
  }

  @Test(arguments: cases, [[4, 5], [1, 3], [3, 2, 4], [1, 1]])
  func agreesWithTheDefinition(of settings: Case, sizes: [Int]) throws {
    let rank = sizes.count
    let x = Tensor.random([2, 3] + sizes, seed: 1)
    let wanted = rank == 2 ? [3, 6] : [2, 3, 4]
    // Beyond the image, too.
    let grid = Tensor(
      shape: [2] + wanted + [rank],
      Tensor.random([2] + wanted + [rank], seed: 2).elements(as: Float.self).map { $0 * 1.7 })
    let attributes: [String: Attribute] = [
      "mode": .string(settings.mode), "padding_mode": .string(settings.padding),
      "align_corners": .int(settings.aligned ? 1 : 0),
    ]
    let y = try OperatorRun("GridSample", [x, grid], attributes, opset: 20).outputs(threads: 2)[0]
    #expect(y.shape == [2, 3] + wanted)
    let (plane, points) = (sizes.reduce(1, *), wanted.reduce(1, *))
    let expected = (0..<6 * points).map { index -> Double in
      let (sample, channel, point) = (index / (3 * points), index / points % 3, index % points)
      let coordinates = (0..<rank).map { grid.doubles[(sample * points + point) * rank + rank - 1 - $0] }
      return value(settings, sizes, coordinates) { x.doubles[(sample * 3 + channel) * plane + $0] }
    }
    // In single precision a coordinate moves by 1e-6 of the image, where cubic weights change by 1.5 an element.
    #expect(y.excess(over: expected, absolute: 2e-5, relative: 1e-5) <= 1)
  }

  private func value(
    _ settings: Case, _ sizes: [Int], _ coordinates: [Double], _ element: (Int) -> Double
  ) -> Double {
    var terms = [(place: 0, weight: 1.0)]
    for (size, coordinate) in zip(sizes, coordinates) {
      let pixel =
        settings.aligned ? (coordinate + 1) / 2 * Double(size - 1) : ((coordinate + 1) * Double(size) - 1) / 2
      var along: [(place: Int, weight: Double)] = []
      for index in Int(pixel.rounded(.down)) - 3...Int(pixel.rounded(.down)) + 4 {
        let weight = weight(settings.mode, pixel, index)
        if weight != 0, let place = place(settings, index, size) { along.append((place, weight)) }
      }
      terms = terms.flatMap { term in
        along.map { (place: term.place * size + $0.place, weight: term.weight * $0.weight) }
      }
    }
    return terms.reduce(0) { $0 + $1.weight * element($1.place) }
  }

  private func weight(_ mode: String, _ pixel: Double, _ index: Int) -> Double {
    let d = abs(pixel - Double(index))
    switch mode {
    case "nearest": return index == Int(pixel.rounded(.toNearestOrEven)) ? 1 : 0
    case "linear": return max(0, 1 - d)
    default:
      if d <= 1 { return 1.25 * d * d * d - 2.25 * d * d + 1 }
      return d < 2 ? -0.75 * (d * d * d - 5 * d * d + 8 * d - 4) : 0
    }
  }

  /// Reflects step by step.
  private func place(_ settings: Case, _ index: Int, _ size: Int) -> Int? {
    var index = index
    while index < 0 || index >= size {
      switch settings.padding {
      case "zeros": return nil
      case "border": index = index < 0 ? 0 : size - 1
      default:
        if settings.aligned, size == 1 { return 0 }
        let edge = settings.aligned ? 0 : 1
        index = index < 0 ? -index - edge : 2 * (size - 1) - index + edge
      }
    }
    return index
  }

  @Test func theOldNamesOfModes() throws {
    let x = Tensor.random([1, 1, 4, 4], seed: 1)
    let grid = Tensor.random([1, 3, 3, 2], seed: 2)
    for (old, new) in [("bilinear", "linear"), ("bicubic", "cubic")] {
      let first = try OperatorRun("GridSample", [x, grid], ["mode": .string(old)], opset: 16).outputs()[0]
      let second = try OperatorRun("GridSample", [x, grid], ["mode": .string(new)], opset: 20).outputs()[0]
      #expect(first.isIdentical(to: second))
    }
    #expect(throws: ShapeError.self) { try OperatorRun("GridSample", [x, grid], ["mode": .string("area")]) }
  }

  @Test(arguments: ["zeros", "border", "reflection"])
  func pointsThatAreNoNumbersAreHarmless(padding: String) throws {
    let x = Tensor.random([1, 1, 4, 4], seed: 1)
    let grid = Tensor(shape: [1, 1, 3, 2], [.nan, 0, .infinity, -.infinity, 1e30, -1e30])
    let y = try OperatorRun("GridSample", [x, grid], ["padding_mode": .string(padding)]).outputs()[0]
    #expect(y.doubles.allSatisfy { $0.isFinite })
  }

  @Test(arguments: [[3, 5], [1, 4], [2, 3, 4]], [false, true])
  func affineGrids(sizes: [Int], aligned: Bool) throws {
    let rank = sizes.count
    let theta = Tensor.random([2, rank, rank + 1], seed: 4)
    let size = Tensor(int64s: [2, 7] + sizes)
    let y = try OperatorRun("AffineGrid", [theta, size], ["align_corners": .int(aligned ? 1 : 0)], opset: 20)
      .outputs()[0]
    #expect(y.shape == [2] + sizes + [rank])
    let points = sizes.reduce(1, *)
    let expected = (0..<2 * points * rank).map { index -> Double in
      let (sample, point, row) = (index / rank / points, index / rank % points, index % rank)
      var (rest, coordinates) = (point, [1.0])
      for size in sizes.reversed() {
        let at = Double(rest % size)
        coordinates.insert(
          aligned ? (size == 1 ? 0 : 2 * at / Double(size - 1) - 1) : (2 * at + 1) / Double(size) - 1,
          at: coordinates.count - 1)
        rest /= size
      }
      return (0...rank).reduce(0) {
        $0 + theta.doubles[(sample * rank + row) * (rank + 1) + $1] * coordinates[$1]
      }
    }
    #expect(y.excess(over: expected, absolute: 1e-6, relative: 1e-6) <= 1)
  }
}

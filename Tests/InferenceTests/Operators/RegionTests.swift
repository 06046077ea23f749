import Foundation
import Inference
import Testing

/// Pools of regions, and the choice of boxes.
struct RegionTests {
  private let image = Tensor.random([2, 3, 7, 9], seed: 1)
  private let rois: [[Double]] = [[0, 0, 5, 4], [1.5, 2.25, 8, 6.5], [-1, -2, 3, 3], [4, 3, 4.25, 3.5]]
  private let batches = [1, 0, 1, 0]

  /// The image between its elements, by the definition of Mask R-CNN's code: 0 beyond one element outside.
  private func sample(_ batch: Int, _ channel: Int, _ y: Double, _ x: Double) -> [Double] {
    guard y >= -1, y <= 7, x >= -1, x <= 9 else { return [0] }
    let (y, x) = (min(max(y, 0), 6), min(max(x, 0), 8))
    let (top, left) = (Int(y), Int(x))
    return [(top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)].map { row, column in
      let weight = max(0, 1 - abs(y - Double(row))) * max(0, 1 - abs(x - Double(column)))
      return weight == 0 ? 0 : weight * image.doubles[((batch * 3 + channel) * 7 + row) * 9 + column]
    }
  }

  @Test(arguments: [0, 2], [(false, 10), (false, 16), (true, 10), (true, 16)])
  func alignedRegions(ratio: Int, variant: (takesMaximum: Bool, opset: Int)) throws {
    let (takesMaximum, opset) = variant
    let attributes: [String: Attribute] = [
      "output_height": .int(2), "output_width": .int(3), "sampling_ratio": .int(ratio), "spatial_scale": .float(0.75),
      "mode": .string(takesMaximum ? "max" : "avg"),
    ]
    let inputs: [Tensor?] = [image, Tensor(shape: [4, 4], rois.joined().map(Float.init)), Tensor(int64s: batches)]
    let y = try OperatorRun("RoiAlign", inputs, attributes, opset: opset).outputs(threads: 2)[0]
    #expect(y.shape == [4, 3, 2, 3])
    let expected = (0..<72).map { index -> Double in
      let (roi, channel, row, column) = (index / 18, index / 6 % 3, index / 3 % 2, index % 3)
      let corners = rois[roi].map { $0 * 0.75 - (opset < 16 ? 0 : 0.5) }
      var (height, width) = (corners[3] - corners[1], corners[2] - corners[0])
      if opset < 16 { (height, width) = (max(1, height), max(1, width)) }
      let rows = ratio > 0 ? ratio : Int((height / 2).rounded(.up))
      let columns = ratio > 0 ? ratio : Int((width / 3).rounded(.up))
      var samples: [[Double]] = []
      for a in 0..<rows {
        for b in 0..<columns {
          samples.append(
            sample(
              batches[roi], channel,
              corners[1] + (Double(row) + (Double(a) + 0.5) / Double(rows)) * height / 2,
              corners[0] + (Double(column) + (Double(b) + 0.5) / Double(columns)) * width / 3))
        }
      }
      let sum = samples.joined().reduce(0, +) / Double(max(1, samples.count))
      return takesMaximum ? samples.joined().max() ?? 0 : sum
    }
    #expect(y.excess(over: expected, absolute: 1e-5, relative: 1e-5) <= 1)
  }

  @Test func wrongRegionsAreRefused() throws {
    let roi = Tensor(shape: [1, 4], [0, 0, 1, 1])
    for batch in [-1, 2] {
      let run = try OperatorRun("RoiAlign", [image, roi, Tensor(int64s: [batch])])
      #expect(throws: ExecutionError.self) { try run.outputs() }
    }
    let endless = try OperatorRun(
      "RoiAlign", [image, Tensor(shape: [1, 4], [0, 0, .infinity, .nan]), Tensor(int64s: [0])])
    #expect(throws: ExecutionError.self) { try endless.outputs() }
  }

  @Test func roundedRegions() throws {
    let numbers = zip(batches, rois).flatMap { [Float($0)] + $1.map(Float.init) }
    let y = try OperatorRun(
      "MaxRoiPool", [image, Tensor(shape: [4, 5], numbers)],
      ["pooled_shape": .ints([2, 2]), "spatial_scale": .float(0.5)]
    ).outputs()[0]
    let expected = (0..<48).map { index -> Double in
      let (roi, channel, row, column) = (index / 12, index / 4 % 3, index / 2 % 2, index % 2)
      let corners = rois[roi].map { Int(($0 * 0.5).rounded()) }
      func span(_ bin: Int, _ low: Int, _ high: Int, _ size: Int) -> [Int] {
        let length = Double(max(1, high - low + 1)) / 2
        let all = low + Int((Double(bin) * length).rounded(.down))..<low + Int((Double(bin + 1) * length).rounded(.up))
        return all.filter { $0 >= 0 && $0 < size }
      }
      let values = span(row, corners[1], corners[3], 7).flatMap { y in
        span(column, corners[0], corners[2], 9).map { x in
          image.doubles[((batches[roi] * 3 + channel) * 7 + y) * 9 + x]
        }
      }
      return values.max() ?? 0
    }
    #expect(y.doubles == expected)
  }

  @Test(arguments: [0, 1, 2, 3], [false, true])
  func suppressionKeepsTheBestBoxes(seed: Int, hasCenters: Bool) throws {
    let count = 40
    let boxes = Tensor(
      shape: [2, count, 4], Tensor.random([2, count, 4], seed: seed).elements(as: Float.self).map { $0 + 1 })
    let scores = Tensor.random([2, 3, count], seed: seed + 50)
    let inputs: [Tensor?] = [boxes, scores, Tensor(int64s: [6]), .scalar(0.4), .scalar(0)]
    let flag: [String: Attribute] = ["center_point_box": .int(hasCenters ? 1 : 0)]
    let y = try applyBothWays("NonMaxSuppression", inputs, flag, opset: 11)
    var expected: [Int64] = []
    for batch in 0..<2 {
      func sides(_ box: Int) -> [ClosedRange<Double>] {
        let numbers = (0..<4).map { boxes.doubles[(batch * count + box) * 4 + $0] }
        return (0..<2).map { side in
          hasCenters
            ? numbers[side] - numbers[side + 2] / 2...numbers[side] + numbers[side + 2] / 2
            : min(numbers[side], numbers[side + 2])...max(numbers[side], numbers[side + 2])
        }
      }
      func area(_ sides: [ClosedRange<Double>]) -> Double {
        sides.reduce(1) { $0 * ($1.upperBound - $1.lowerBound) }
      }
      func overlap(_ left: Int, _ right: Int) -> Double {
        let common = zip(sides(left), sides(right)).map {
          max(0, min($0.upperBound, $1.upperBound) - max($0.lowerBound, $1.lowerBound))
        }.reduce(1, *)
        return common / (area(sides(left)) + area(sides(right)) - common)
      }
      for category in 0..<3 {
        var left = (0..<count).filter { scores.doubles[(batch * 3 + category) * count + $0] > 0 }
        var kept = 0
        while kept < 6,
          let best = left.max(by: {
            scores.doubles[(batch * 3 + category) * count + $0] < scores.doubles[(batch * 3 + category) * count + $1]
          })
        {
          expected += [Int64(batch), Int64(category), Int64(best)]
          kept += 1
          left.removeAll { $0 == best || overlap($0, best) > 0.4 }
        }
      }
    }
    #expect(y.shape == [expected.count / 3, 3])
    #expect(y.int64Elements == expected)
  }

  @Test func suppressionWithoutALimitSelectsNothing() throws {
    let y = try apply("NonMaxSuppression", [.random([1, 4, 4], seed: 1), .random([1, 1, 4], seed: 2)], opset: 11)[0]
    #expect(y.shape == [0, 3])
  }
}

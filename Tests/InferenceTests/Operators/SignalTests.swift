import Foundation
import Inference
import Testing

/// Transforms and windows of signals against sums in double precision.
struct SignalTests {
  private typealias Complex = (real: Double, imaginary: Double)

  /// The transform by its definition.
  private func transform(_ x: [Complex], inverse: Bool) -> [Complex] {
    x.indices.map { k in
      var sum: Complex = (0, 0)
      for (n, value) in x.enumerated() {
        let angle = (inverse ? 2 : -2) * Double.pi * Double(k * n % x.count) / Double(x.count)
        sum.real += value.real * cos(angle) - value.imaginary * sin(angle)
        sum.imaginary += value.real * sin(angle) + value.imaginary * cos(angle)
      }
      let scale = inverse ? 1 / Double(x.count) : 1
      return (sum.real * scale, sum.imaginary * scale)
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 12, 16, 31, 64, 100], [false, true])
  func transformsOfEveryLength(length: Int, inverse: Bool) throws {
    let x = Tensor.random([2, length, 3, 2], seed: length)
    let y = try OperatorRun("DFT", [x], ["inverse": .int(inverse ? 1 : 0)], opset: 17).outputs()[0]
    #expect(y.shape == x.shape)
    var expected = [Double](repeating: 0, count: x.elementCount)
    for line in 0..<6 {
      let places = (0..<length).map { ((line / 3 * length + $0) * 3 + line % 3) * 2 }
      let result = transform(places.map { (x.doubles[$0], x.doubles[$0 + 1]) }, inverse: inverse)
      for (place, value) in zip(places, result) { (expected[place], expected[place + 1]) = value }
    }
    #expect(y.excess(over: expected, absolute: 1e-6 * Double(length).squareRoot(), relative: 1e-5) <= 1)
  }

  @Test(arguments: [4, 5, 9, 16])
  func oneSidedTransformsAndBack(length: Int) throws {
    let x = Tensor.random([3, length, 1], seed: length)
    let oneSided: [String: Attribute] = ["onesided": .int(1)]
    let half = try OperatorRun("DFT", [x, nil, Tensor(int64s: [1]).reshaped([])], oneSided, opset: 20).outputs()[0]
    let full = try OperatorRun("DFT", [x], opset: 20).outputs()[0]
    #expect(half.shape == [3, length / 2 + 1, 2])
    for row in 0..<3 {
      for bin in 0..<(length / 2 + 1) * 2 {
        #expect(half.doubles[row * (length / 2 + 1) * 2 + bin] == full.doubles[row * length * 2 + bin])
      }
    }
    let size = Tensor(int64s: [length]).reshaped([])
    let back = try OperatorRun("DFT", [half, size], ["onesided": .int(1), "inverse": .int(1)], opset: 20).outputs()[0]
    #expect(back.shape == x.shape)
    #expect(back.excess(over: x.doubles, absolute: 1e-6, relative: 0) <= 1)
  }

  @Test func theLengthPadsOrCuts() throws {
    let x = Tensor(shape: [1, 3, 1], [1, 2, 3])
    let padded = try OperatorRun("DFT", [x, Tensor(int64s: [4])]).outputs()[0]
    #expect(padded.excess(over: [6, 0, -2, -2, 2, 0, -2, 2], absolute: 1e-6, relative: 0) <= 1)
    let cut = try OperatorRun("DFT", [x, Tensor(int64s: [2])]).outputs()[0]
    #expect(cut.excess(over: [3, 0, -1, 0], absolute: 1e-6, relative: 0) <= 1)
    for length in [0, -1, Int.max] {
      #expect(throws: ShapeError.self) { try OperatorRun("DFT", [x, Tensor(int64s: [length])]).outputs() }
    }
  }

  @Test(arguments: [false, true], [false, true])
  func shortTimeTransforms(oneSided: Bool, hasWindow: Bool) throws {
    let (frame, step) = (6, 4)
    let x = Tensor.random([2, 21, 1], seed: 9)
    let window = Tensor.random([frame], seed: 10)
    let inputs: [Tensor?] = [
      x, Tensor(int64s: [step]).reshaped([]), hasWindow ? window : nil, hasWindow ? nil : Tensor(int64s: [frame]),
    ]
    let y = try OperatorRun("STFT", inputs, ["onesided": .int(oneSided ? 1 : 0)]).outputs(threads: 2)[0]
    let bins = oneSided ? 4 : 6
    #expect(y.shape == [2, 4, bins, 2])
    var expected: [Double] = []
    for row in 0..<2 {
      for start in stride(from: 0, through: 12, by: step) {
        let values: [Complex] = (0..<frame).map {
          (x.doubles[row * 21 + start + $0] * (hasWindow ? window.doubles[$0] : 1), 0.0)
        }
        for value in transform(values, inverse: false).prefix(bins) { expected += [value.real, value.imaginary] }
      }
    }
    #expect(y.excess(over: expected, absolute: 1e-5, relative: 1e-5) <= 1)
  }

  @Test(arguments: [1, 2, 9, 10], [false, true])
  func windows(size: Int, periodic: Bool) throws {
    let attributes: [String: Attribute] = ["periodic": .int(periodic ? 1 : 0), "output_datatype": .int(11)]
    let period = Double(max(1, periodic ? size : size - 1))
    let cases: [(String, [Double])] = [
      ("HannWindow", [0.5, 0.5, 0]), ("HammingWindow", [25.0 / 46, 21.0 / 46, 0]),
      ("BlackmanWindow", [0.42, 0.5, 0.08]),
    ]
    for (name, weights) in cases {
      let y = try OperatorRun(name, [Tensor(int64s: [size]).reshaped([])], attributes).outputs()[0]
      #expect(y.elementType == .float64)
      for (n, value) in y.elements(as: Double.self).enumerated() {
        let angle = 2 * Double.pi * Double(n) / period
        let first: Double = weights[1] * cos(angle)
        let second: Double = weights[2] * cos(2 * angle)
        #expect(abs(value - (weights[0] - first + second)) < 1e-12)
      }
    }
  }

  @Test func melFiltersAreTriangles() throws {
    let whole = { (value: Int) in Tensor(int64s: [value]).reshaped([]) }
    let inputs: [Tensor?] = [whole(8), whole(128), whole(16_000), .scalar(50), .scalar(7_000)]
    let y = try OperatorRun("MelWeightMatrix", inputs).outputs()[0]
    #expect(y.shape == [65, 8])
    for band in 0..<8 {
      let column = (0..<65).map { y.doubles[$0 * 8 + band] }
      let peak = column.firstIndex(of: 1)!
      #expect(column.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(zip(column[..<peak], column[1...peak]).allSatisfy { $0 <= $1 })
      #expect(zip(column[peak...], column[(peak + 1)...]).allSatisfy { $0 >= $1 })
    }
    // Edges beyond half of the sampling rate.
    #expect(throws: (any Error).self) {
      try OperatorRun("MelWeightMatrix", [whole(8), whole(128), whole(8_000), .scalar(50), .scalar(90_000)]).outputs()
    }
  }
}

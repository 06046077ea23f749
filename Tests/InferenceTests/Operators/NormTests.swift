import Foundation
import Inference
import Testing

/// Norms of windows, planes and lines, and normalisation by them, in double precision.
struct NormTests {
  @Test(arguments: PoolTests.cases, [1, 2, 3])
  func windowsHaveTheirNorm(shape: PoolTests.Case, exponent: Int) throws {
    let x = Tensor.random(shape.input, seed: exponent)
    var attributes: [String: Attribute] = [
      "kernel_shape": .ints(shape.kernel), "strides": .ints(shape.strides), "pads": .ints(shape.pads),
      "ceil_mode": .int(shape.ceils ? 1 : 0), "p": .int(exponent),
    ]
    if let dilations = shape.dilations { attributes["dilations"] = .ints(dilations) }
    let y = try OperatorRun("LpPool", [x], attributes, opset: 18).outputs(threads: 2)[0]
    let expected = PoolTests.windows(shape, output: y.shape).map { window in
      pow(window.inside.reduce(0) { $0 + pow(abs(x.doubles[$1]), Double(exponent)) }, 1 / Double(exponent))
    }
    #expect(y.excess(over: expected, absolute: 1e-6, relative: 1e-6) <= 1)
  }

  @Test(arguments: [[1, 2, 7], [2, 3, 4, 5], [1, 2, 2, 3, 4]], [1, 2, 4])
  func planesHaveTheirNorm(shape: [Int], exponent: Int) throws {
    let x = Tensor.random(shape, seed: 3)
    let y = try OperatorRun("GlobalLpPool", [x], ["p": .int(exponent)]).outputs()[0]
    #expect(y.shape == shape[..<2] + shape[2...].map { _ in 1 })
    let size = shape[2...].reduce(1, *)
    let expected = (0..<shape[0] * shape[1]).map { plane in
      pow((0..<size).reduce(0) { $0 + pow(abs(x.doubles[plane * size + $1]), Double(exponent)) }, 1 / Double(exponent))
    }
    #expect(y.excess(over: expected, absolute: 1e-6, relative: 1e-6) <= 1)
  }

  @Test(arguments: [[5], [3, 4], [2, 3, 5]], [1, 2])
  func linesAreDividedByTheirNorm(shape: [Int], exponent: Int) throws {
    let x = Tensor.random(shape, seed: 4)
    for axis in shape.indices {
      let y = try OperatorRun("LpNormalization", [x], ["axis": .int(axis), "p": .int(exponent)]).outputs()[0]
      let (size, step) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
      let expected = x.doubles.indices.map { index in
        let first = index / (size * step) * size * step + index % step
        let line = (0..<size).map { abs(x.doubles[first + $0 * step]) }
        return x.doubles[index] / (exponent == 1 ? line.reduce(0, +) : line.reduce(0) { $0 + $1 * $1 }.squareRoot())
      }
      #expect(y.excess(over: expected, absolute: 1e-6, relative: 1e-6) <= 1)
    }
    let zeros = Tensor(shape: [2], [0, 0])
    #expect(try OperatorRun("LpNormalization", [zeros], ["p": .int(exponent)]).outputs()[0].doubles == [0, 0])
    #expect(throws: ShapeError.self) { try OperatorRun("LpNormalization", [x], ["p": .int(3)]) }
    #expect(throws: ShapeError.self) { try OperatorRun("LpPool", [x], ["p": .int(0), "kernel_shape": .ints([1])]) }
  }

  @Test(arguments: [[0, 2, 3], [1], [0, 1, 2, 3], [-1, 1]])
  func meanAndVarianceAreTakenOut(axes: [Int]) throws {
    let shape = [3, 2, 4, 5]
    let x = Tensor.random(shape, seed: 6)
    let attributes: [String: Attribute] = axes == [0, 2, 3] ? [:] : ["axes": .ints(axes)]
    let y = try OperatorRun("MeanVarianceNormalization", [x], attributes).outputs(threads: 2)[0]
    let reduced = axes.map { ($0 + 4) % 4 }
    func key(_ index: Int) -> [Int] {
      let position = [index / 40, index / 20 % 2, index / 5 % 4, index % 5]
      return position.indices.map { reduced.contains($0) ? 0 : position[$0] }
    }
    var members: [[Int]: [Double]] = [:]
    for (index, value) in x.doubles.enumerated() { members[key(index), default: []].append(value) }
    let expected = x.doubles.enumerated().map { index, value in
      let group = members[key(index)]!
      let mean = group.reduce(0, +) / Double(group.count)
      let variance = group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(group.count)
      return (value - mean) / variance.squareRoot()
    }
    #expect(y.excess(over: expected, absolute: 1e-5, relative: 1e-5) <= 1)
  }
}

import Foundation
import Inference
import Testing

/// Operators on float64 keep double precision, and products of integers are exact.
struct DoublePrecisionTests {
  private func doubles(_ shape: [Int], seed: Int) -> Tensor {
    Tensor(.float64, shape: shape, elements: Tensor.random(shape, seed: seed).doubles.map { $0 * 1.000000001 })
  }

  private func isClose(_ result: Tensor, _ expected: [Double]) -> Bool {
    result.elementType == .float64
      && zip(result.elements(as: Double.self), expected).allSatisfy { abs($0 - $1) <= 1e-13 * (1 + abs($1)) }
  }

  static let functions: [(String, @Sendable (Double) -> Double)] = [
    ("Relu", { max(0, $0) }), ("Sigmoid", { 1 / (1 + exp(-$0)) }), ("Tanh", { tanh($0) }), ("Exp", { exp($0) }),
    ("Erf", { erf($0) }), ("Softplus", { log(1 + exp($0)) }), ("Softsign", { $0 / (1 + abs($0)) }),
    ("Gelu", { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) }),
    ("HardSwish", { $0 * max(0, min(1, $0 / 6 + 0.5)) }), ("Elu", { $0 > 0 ? $0 : exp($0) - 1 }),
  ]

  @Test(arguments: functions)
  func functionsOfOneNumber(function: (name: String, body: @Sendable (Double) -> Double)) throws {
    let x = doubles([3, 40], seed: 1)
    let result = try OperatorRun(function.name, [x], opset: 20).outputs(threads: 2)[0]
    #expect(isClose(result, x.elements(as: Double.self).map(function.body)))
  }

  @Test func softmax() throws {
    let x = doubles([2, 3, 5], seed: 1)
    let powers = x.elements(as: Double.self).map { exp($0) }
    func total(_ index: Int) -> Double { (0..<3).reduce(0) { $0 + powers[index / 15 * 15 + $1 * 5 + index % 5] } }
    let result = try OperatorRun("Softmax", [x], ["axis": .int(1)]).outputs()[0]
    #expect(isClose(result, powers.indices.map { powers[$0] / total($0) }))
    let logarithm = try OperatorRun("LogSoftmax", [x], ["axis": .int(1)]).outputs()[0]
    #expect(isClose(logarithm, powers.indices.map { log(powers[$0] / total($0)) }))
  }

  @Test(arguments: [false, true], [false, true])
  func products(transposesA: Bool, transposesB: Bool) throws {
    let (m, n, k) = (4, 3, 9)
    let a = doubles(transposesA ? [k, m] : [m, k], seed: 1)
    let b = doubles(transposesB ? [n, k] : [k, n], seed: 2)
    let c = doubles([n], seed: 3)
    let (left, right) = (a.elements(as: Double.self), b.elements(as: Double.self))
    let sums = (0..<m * n).map { index in
      (0..<k).reduce(0.0) { sum, step in
        sum + left[transposesA ? step * m + index / n : index / n * k + step]
          * right[transposesB ? index % n * k + step : step * n + index % n]
      }
    }
    let result = try OperatorRun(
      "Gemm", [a, b, c],
      [
        "transA": .int(transposesA ? 1 : 0), "transB": .int(transposesB ? 1 : 0), "alpha": .float(0.5),
        "beta": .float(2),
      ]
    ).outputs(threads: 2)[0]
    #expect(isClose(result, sums.indices.map { sums[$0] / 2 + 2 * c.elements(as: Double.self)[$0 % n] }))
    if transposesA || transposesB { return }
    #expect(isClose(try OperatorRun("MatMul", [a, b]).outputs()[0], sums))
    let wide = Tensor(.int64, shape: [2, 2], elements: [1 << 40, 2, 3, 4] as [Int64])
    // 2^80 leaves nothing in 64 bits.
    let expected: [Int64] = [6, (1 << 41) + 8, (3 << 40) + 12, 22]
    #expect(try OperatorRun("MatMul", [wide, wide]).outputs()[0].elements(as: Int64.self) == expected)
  }

  @Test func clipTakesEveryNumberType() throws {
    let x = Tensor(.float64, shape: [3], elements: [-2.5, 0.5, 9])
    let limits = [-1.5, 3].map { Tensor(.float64, shape: [], elements: [$0]) }
    #expect(isClose(try OperatorRun("Clip", [x] + limits).outputs()[0], [-1.5, 0.5, 3]))
    let words = Tensor(.uint16, shape: [3], elements: [1, 500, 60000] as [UInt16])
    let bounds = [10, 1000].map { Tensor(.uint16, shape: [], elements: [UInt16($0)]) }
    #expect(try OperatorRun("Clip", [words] + bounds).outputs()[0].integers() == [10, 500, 1000])
  }
}

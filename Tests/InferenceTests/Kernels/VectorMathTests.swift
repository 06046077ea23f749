import Foundation
import Inference
import Testing

struct VectorMathTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: ScalarFunction
    let range: ClosedRange<Float>
    let ulps: Double
    let exact: @Sendable (Double) -> Double
  }

  static let cases = [
    Case(testDescription: "exp", function: .exp, range: -103...88.7, ulps: 2) { Foundation.exp($0) },
    Case(testDescription: "tanh", function: .tanh, range: -12...12, ulps: 2) { Foundation.tanh($0) },
    Case(testDescription: "sigmoid", function: .sigmoid, range: -87...30, ulps: 3) { 1 / (1 + Foundation.exp(-$0)) },
    Case(testDescription: "erf", function: .erf, range: -5...5, ulps: 3) { Foundation.erf($0) },
    Case(testDescription: "softplus", function: .softplus, range: -50...50, ulps: 3) {
      max($0, 0) + log1p(Foundation.exp(-abs($0)))
    },
    Case(testDescription: "elu", function: .elu(alpha: 1, gamma: 1), range: -20...20, ulps: 3) {
      $0 > 0 ? $0 : expm1($0)
    },
  ]

  @Test(arguments: InstructionSet.available, cases)
  func staysWithinTheStatedUlps(on isa: InstructionSet, function: Case) {
    let (low, high) = (function.range.lowerBound, function.range.upperBound)
    var x = (0...40_000).map { low + (high - low) * Float($0) / 40_000 }
    x += (0...2_000).map { Foundation.exp(-Float($0) / 40) }.flatMap { [$0, -$0] }
    var y = x
    Kernels(for: isa).apply(function.function, x, into: &y, count: x.count)
    let worst = zip(x, y).map { x, y in
      let exact = function.exact(Double(x))
      return abs(Double(y) - exact) / Double(max(Float(exact).ulp, .leastNonzeroMagnitude))
    }.max()
    #expect(worst! <= function.ulps)
  }

  @Test(arguments: InstructionSet.available)
  func limitsAndNotANumberComeOut(on isa: InstructionSet) {
    let kernels = Kernels(for: isa)
    func value(_ function: ScalarFunction, _ x: Float) -> Float {
      var (input, output) = (x, Float(7))
      kernels.apply(function, &input, into: &output, count: 1)
      return output
    }
    #expect(value(.exp, .infinity) == .infinity)
    #expect(value(.exp, 89) == .infinity)
    #expect(value(.exp, -.infinity) == 0)
    #expect(value(.tanh, -.infinity) == -1)
    #expect(value(.sigmoid, -.infinity) == 0)
    #expect(value(.erf, .infinity) == 1)
    #expect(value(.relu, -3) == 0)
    #expect(value(.clip(low: -1, high: 2), 5) == 2)
    #expect(value(.hardSwish, -3) == 0)
    #expect(value(.thresholdedRelu(threshold: 1), 1) == 0)
    for function: ScalarFunction in [.exp, .tanh, .sigmoid, .erf, .relu, .leakyRelu(slope: 0.1), .gelu, .silu] {
      #expect(value(function, .nan).isNaN)
    }
  }

  /// An element's bits must not depend on where in a row it is: whole vectors and tails are the same code.
  @Test(
    arguments: InstructionSet.available,
    [
      ScalarFunction.relu, .clip(low: -0.5, high: 0.5), .leakyRelu(slope: 0.1), .sigmoid, .tanh, .hardSwish,
      .hardSigmoid(alpha: 0.2, beta: 0.5), .silu, .exp, .erf, .gelu, .geluTanh, .elu(alpha: 1, gamma: 1), .softsign,
      .affine(scale: 1.1, shift: 0.3), .scaledTanh(alpha: 1.1, beta: 0.7), .softplus,
    ])
  func tailsHaveTheSameBits(on isa: InstructionSet, function: ScalarFunction) {
    let kernels = Kernels(for: isa)
    let x = Tensor.random([67], seed: 3).elements(as: Float.self).map { $0 * 4 }
    var whole = x
    kernels.apply(function, x, into: &whole, count: 67)
    for start in 0..<67 {
      for count in 1...min(19, 67 - start) {
        var part = [Float](repeating: 9, count: count + 1)
        x.withUnsafeBufferPointer { kernels.apply(function, $0.baseAddress! + start, into: &part, count: count) }
        #expect(part[..<count].map(\.bitPattern) == whole[start..<(start + count)].map(\.bitPattern))
        #expect(part[count] == 9)
      }
    }
  }

  @Test(arguments: InstructionSet.available, [0, 1, 7, 16, 33, 100])
  func arithmeticIsExact(on isa: InstructionSet, count: Int) {
    let kernels = Kernels(for: isa)
    let a = Tensor.random([count + 1], seed: 1).elements(as: Float.self)
    let b = Tensor.random([count + 1], seed: 2).elements(as: Float.self)
    let operations: [(VectorOperation, (Float, Float) -> Float)] = [
      (.add, { $0 + $1 }), (.subtract, { $0 - $1 }), (.multiply, { $0 * $1 }), (.divide, { $0 / $1 }),
      (.maximum, { max($0, $1) }), (.minimum, { min($0, $1) }),
    ]
    for (operation, exact) in operations {
      for (aStep, bStep) in [(1, 1), (0, 1), (1, 0)] {
        var y = [Float](repeating: 0, count: count + 1)
        kernels.combine(operation, a, aStep: aStep, b, bStep: bStep, into: &y, count: count)
        #expect(Array(y[..<count]) == (0..<count).map { exact(a[$0 * aStep], b[$0 * bStep]) })
        #expect(y[count] == 0)
      }
    }
  }
}

import Foundation
import Inference
import Testing

/// onnxruntime's quantised operators: dequantise, compute, quantise.
struct QuantizedMicrosoftTests {
  private func microsoft(
    _ name: String, _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:]
  ) throws -> Tensor {
    try OperatorRun(name, domain: "com.microsoft", inputs, attributes).outputs(threads: 2)[0]
  }

  private func standard(
    _ name: String, _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:]
  ) throws -> Tensor { try OperatorRun(name, inputs, attributes).outputs()[0] }

  private func zero(_ type: ElementType, _ value: Int) -> Tensor {
    Tensor(type, shape: [], elements: [UInt8(truncatingIfNeeded: value)])
  }

  private func isWithinOne(_ result: Tensor, _ expected: Tensor) -> Bool {
    result.elementType == expected.elementType && result.shape == expected.shape
      && zip(result.integers()!, expected.integers()!).allSatisfy { abs($0 - $1) <= 1 }
  }

  @Test(arguments: [ElementType.uint8, .int8])
  func functionsOfQuantisedTensors(type: ElementType) throws {
    let scales = [Tensor.scalar(0.1), .scalar(0.04)]
    let zeros = [zero(type, 9), zero(type, 3)]
    func check(
      _ name: String, _ shape: [Int], _ attributes: [String: Attribute] = [:], _ body: (Tensor) throws -> Tensor
    ) throws {
      let x = Tensor.randomBytes(type, shape, seed: 1)
      let result = try microsoft(name, [x, scales[0], zeros[0], scales[1], zeros[1]], attributes)
      let number = try body(try standard("DequantizeLinear", [x, scales[0], zeros[0]]))
      #expect(isWithinOne(result, try standard("QuantizeLinear", [number, scales[1], zeros[1]])), "\(name)")
    }
    try check("QLinearSigmoid", [3, 100]) { try standard("Sigmoid", [$0]) }
    try check("QLinearLeakyRelu", [3, 100], ["alpha": .float(0.3)]) {
      try standard("LeakyRelu", [$0], ["alpha": .float(0.3)])
    }
    try check("QLinearSoftmax", [3, 20], ["axis": .int(-1), "opset": .int(13)]) {
      try OperatorRun("Softmax", [$0], ["axis": .int(-1)]).outputs()[0]
    }
    let window: [String: Attribute] = ["kernel_shape": .ints([3, 2]), "pads": .ints([1, 0, 0, 1])]
    try check("QLinearAveragePool", [2, 3, 6, 7], window) { try standard("AveragePool", [$0], window) }
    try check("QLinearGlobalAveragePool", [2, 3, 6, 7]) { try standard("GlobalAveragePool", [$0]) }
    try check("QLinearAveragePool", [2, 6, 7, 3], window.merging(["channels_last": .int(1)]) { $1 }) {
      let turned = try standard("Transpose", [$0], ["perm": .ints([0, 3, 1, 2])])
      return try standard(
        "Transpose", [try standard("AveragePool", [turned], window)], ["perm": .ints([0, 2, 3, 1])])
    }
  }

  @Test func piecesAreJoinedUnderOneScale() throws {
    let (a, b) = (Tensor.randomBytes(.uint8, [2, 3], seed: 1), Tensor.randomBytes(.uint8, [2, 5], seed: 2))
    let (scale, zeroPoint) = (Tensor.scalar(0.2), zero(.uint8, 7))
    let result = try microsoft(
      "QLinearConcat", [scale, zeroPoint, a, .scalar(0.1), zero(.uint8, 1), b, .scalar(0.3), zero(.uint8, 2)],
      ["axis": .int(1)])
    let joined = try standard(
      "Concat",
      [
        try standard("DequantizeLinear", [a, .scalar(0.1), zero(.uint8, 1)]),
        try standard("DequantizeLinear", [b, .scalar(0.3), zero(.uint8, 2)]),
      ], ["axis": .int(1)])
    #expect(isWithinOne(result, try standard("QuantizeLinear", [joined, scale, zeroPoint])))
  }

  @Test(arguments: [([5, 40], [40, 6]), ([2, 3, 8], [8, 9]), ([1, 7], [7, 1])] as [([Int], [Int])])
  func integerProductsBecomeFloats(shapes: (a: [Int], b: [Int])) throws {
    let n = shapes.b[1]
    let (a, b) = (Tensor.randomBytes(.uint8, shapes.a, seed: 1), Tensor.randomBytes(.int8, shapes.b, seed: 2))
    let scales = Tensor(shape: [n], (0..<n).map { Float($0 + 1) / 100 })
    let zeros = Tensor(.int8, shape: [n], elements: (0..<n).map { Int8($0 - 2) })
    let bias = Tensor.random([n], seed: 3)
    let right = try standard("DequantizeLinear", [b, scales, zeros], ["axis": .int(1)])
    let left = try standard("DequantizeLinear", [a, .scalar(0.05), zero(.uint8, 100)])
    let expected = try standard("Add", [try standard("MatMul", [left, right]), bias])
    let result = try microsoft(
      "MatMulIntegerToFloat", [a, b, .scalar(0.05), scales, zero(.uint8, 100), zeros, bias])
    #expect(result.excess(over: expected.doubles, absolute: 1e-3, relative: 1e-5) <= 1)

    let x = Tensor.random(shapes.a, seed: 4)
    let quantized = try OperatorRun("DynamicQuantizeLinear", [x]).outputs()
    let restored = try standard("DequantizeLinear", [quantized[0], quantized[1], quantized[2]])
    let dynamic = try microsoft("DynamicQuantizeMatMul", [x, b, scales, zeros, bias])
    let wanted = try standard("Add", [try standard("MatMul", [restored, right]), bias])
    #expect(dynamic.excess(over: wanted.doubles, absolute: 1e-3, relative: 1e-5) <= 1)
  }

  @Test(arguments: [false, true], [false, true])
  func generalProducts(transposesA: Bool, transposesB: Bool) throws {
    let (m, n, k) = (4, 3, 9)
    let a = Tensor.randomBytes(.uint8, transposesA ? [k, m] : [m, k], seed: 1)
    let b = Tensor.randomBytes(.uint8, transposesB ? [n, k] : [k, n], seed: 2)
    let c = Tensor(.int32, shape: [n], elements: [-500, 20, 900] as [Int32])
    let attributes: [String: Attribute] = ["transA": .int(transposesA ? 1 : 0), "transB": .int(transposesB ? 1 : 0)]
    let left = try standard("DequantizeLinear", [a, .scalar(0.1), zero(.uint8, 120)])
    let right = try standard("DequantizeLinear", [b, .scalar(0.02), zero(.uint8, 7)])
    let addend = Tensor(shape: [n], c.integers()!.map { Float($0) * 0.1 * 0.02 })
    let expected = try standard("Gemm", [left, right, addend], attributes)
    let operands: [Tensor?] = [a, .scalar(0.1), zero(.uint8, 120), b, .scalar(0.02), zero(.uint8, 7), c]
    let float = try microsoft("QGemm", operands, attributes)
    #expect(float.excess(over: expected.doubles, absolute: 1e-4, relative: 1e-4) <= 1)
    let result = try microsoft("QGemm", operands + [.scalar(0.5), zero(.uint8, 128)], attributes)
    #expect(isWithinOne(result, try standard("QuantizeLinear", [expected, .scalar(0.5), zero(.uint8, 128)])))
  }

  @Test(arguments: [2, 4, 8], [0, 1, 2])
  func weightsInBlocksOfFewBits(bits: Int, zeroKind: Int) throws {
    let (n, k, block) = (5, 40, 16)
    let blocks = 3
    let packed = Tensor.randomBytes(.uint8, [n, blocks, block * bits / 8], seed: 1)
    let scales = Tensor(shape: [n * blocks], (0..<n * blocks).map { Float($0 + 1) / 64 })
    let zeroBytes = (blocks * bits + 7) / 8
    let zeros: Tensor? =
      switch zeroKind {
      case 0: nil
      case 1: .randomBytes(.uint8, [n * zeroBytes], seed: 2)
      default: Tensor(shape: [n * blocks], (0..<n * blocks).map { Float($0) / 3 })
      }
    func code(_ bytes: [Int], _ index: Int) -> Int { bytes[index * bits / 8] >> (index * bits % 8) & ((1 << bits) - 1) }
    let (codes, x, bias) = (packed.integers()!, Tensor.random([2, 3, k], seed: 3), Tensor.random([n], seed: 4))
    var expected: [Double] = []
    for row in 0..<6 {
      for column in 0..<n {
        expected.append(
          (0..<k).reduce(bias.doubles[column]) { sum, index in
            let at = column * blocks + index / block
            let zero: Double =
              switch zeroKind {
              case 0: Double(1 << (bits - 1))
              case 1:
                Double(code(Array(zeros!.integers()![column * zeroBytes..<(column + 1) * zeroBytes]), index / block))
              default: zeros!.doubles[at]
              }
            let weight = (Double(code(codes, column * blocks * block + index)) - zero) * scales.doubles[at]
            return sum + x.doubles[row * k + index] * weight
          })
      }
    }
    let result = try microsoft(
      "MatMulNBits", [x, packed, scales, zeros, nil, bias],
      ["K": .int(k), "N": .int(n), "bits": .int(bits), "block_size": .int(block)])
    #expect(result.shape == [2, 3, n])
    #expect(result.excess(over: expected, absolute: 1e-4, relative: 1e-4) <= 1)
  }
}

import Inference
import Testing

/// Quantised products, sums, maxima and means on every instruction set against their definitions, bit for bit.
struct IntegerKernelTests {
  struct Product: Sendable, CustomTestStringConvertible {
    let m: Int
    let k: Int
    let n: Int
    var type = ElementType.uint8
    var weightType = ElementType.int8
    var weightZero = 0
    var testDescription: String { "\(m)x\(k)x\(n) \(type) \(weightType) \(weightZero)" }
  }

  @Test(
    arguments: InstructionSet.available,
    [
      Product(m: 1, k: 1, n: 1), Product(m: 1, k: 128, n: 100), Product(m: 5, k: 67, n: 70),
      Product(m: 100, k: 32, n: 65, type: .int8), Product(m: 13, k: 20, n: 17, weightType: .uint8, weightZero: 128),
      Product(m: 7, k: 9, n: 130, type: .int8, weightType: .uint8, weightZero: 3), Product(m: 50, k: 300, n: 48),
    ])
  func productsAreExact(on isa: InstructionSet, example: Product) throws {
    let (m, k, n) = (example.m, example.k, example.n)
    let a = Tensor.randomBytes(example.type, [m, k], seed: 1)
    let b = Tensor.randomBytes(example.weightType, [k, n], seed: 2)
    let (aZero, yZero) = (11, -4 + (example.type == .uint8 ? 100 : 0))
    let scales = (0..<n).map { 0.0003 * Float($0 % 5 + 1) }
    func byte(_ value: Int, _ type: ElementType, _ shape: [Int] = []) -> Tensor {
      Tensor(
        type, shape: shape,
        elements: [UInt8](repeating: UInt8(truncatingIfNeeded: value), count: shape.reduce(1, *)))
    }
    let operands = [
      a, .scalar(0.1), byte(aZero, example.type), b, Tensor(shape: [n], scales),
      byte(example.weightZero, example.weightType, [n]),
    ]
    let (x, w) = (a.integers()!, b.integers()!)
    let bias = (0..<n).map { $0 * 30 - 500 }
    func expected(_ bias: [Int]) -> [Int] {
      (0..<m * n).map { index in
        let (row, column) = (index / n, index % n)
        var sum = bias[column]
        for step in 0..<k { sum += (x[row * k + step] - aZero) * (w[step * n + column] - example.weightZero) }
        let rounded = (Float(sum) * (0.1 * scales[column] / 0.7)).rounded(.toNearestOrEven)
        let (least, greatest) = example.type == .int8 ? (-128, 127) : (0, 255)
        return max(least, min(greatest, Int(rounded) + yZero))
      }
    }
    let results: [Tensor?] = [.scalar(0.7), byte(yZero, example.type)]
    for threads in [1, 2] {
      let product = try OperatorRun("QLinearMatMul", operands + results)
      let wanted = expected([Int](repeating: 0, count: n))
      #expect(try product.outputs(on: isa, threads: threads)[0].integers() == wanted)
      #expect(try product.fused(Epilogue(), on: isa, threads: threads).integers() == wanted)
      let addend = Tensor(.int32, shape: [n], elements: bias.map { Int32($0) })
      let gemm = try OperatorRun("QGemm", domain: "com.microsoft", operands + [addend] + results)
      #expect(try gemm.outputs(on: isa, threads: threads)[0].integers() == expected(bias))
      #expect(try gemm.fused(Epilogue(), on: isa, threads: threads).integers() == expected(bias))
    }
  }

  /// All pairs of bytes, so that quotients that lie halfway are among them.
  @Test(arguments: InstructionSet.available, [ElementType.uint8, .int8])
  func additionsRoundAsTheDefinitionDoes(on isa: InstructionSet, type: ElementType) throws {
    let bytes = (0..<65_536).map { UInt8($0 >> 8) }
    let a = Tensor(type, shape: [65_536], elements: bytes)
    let b = Tensor(type, shape: [65_536], elements: (0..<65_536).map { UInt8($0 & 255) })
    func zero(_ value: Int) -> Tensor { Tensor(type, shape: [], elements: [UInt8(truncatingIfNeeded: value)]) }
    for (left, right, scale) in [
      (0.05, 0.02, 0.06), (1, 1, 2), (0.5, 0.25, 0.75), (0.1, 0.3, 0.7), (1e-20, 1e-20, 1e-20), (3, 1e-30, 0.01),
      (0.0235, 0.0183, 0.0291),
    ] as [(Float, Float, Float)] {
      for (name, combine) in [("QLinearAdd", { $0 + $1 }), ("QLinearMul", { $0 * $1 })]
        as [(
          String, (Float, Float) -> Float
        )]
      {
        let run = try OperatorRun(
          name, domain: "com.microsoft",
          [a, .scalar(left), zero(3), b, .scalar(right), zero(100), .scalar(scale), zero(60)])
        let (least, greatest): (Float, Float) = type == .int8 ? (-188, 67) : (-60, 195)
        let expected = zip(a.integers()!, b.integers()!).map { x, y -> Int in
          let real = combine(Float(x - 3) * left, Float(y - 100) * right) / scale
          return Int(max(least, min(greatest, real)).rounded(.toNearestOrEven)) + 60
        }
        #expect(try run.outputs(on: isa, threads: 2)[0].integers() == expected)
        guard name == "QLinearAdd" else { continue }
        let kernel = try OperatorRun(name, domain: "com.microsoft", run.inputs)
        var types = kernel.types
        for index in [0, 3] { types[index] = TensorType(type, [65_536]) }
        let context = ExecutionContext(threads: 2, kernels: Kernels(for: isa))
        let prepared = try #require(
          try kernel.operation.prepare(for: types, outputs: [types[0]], epilogue: Epilogue(), using: context))
        let output = Tensor(zeros: type, shape: [65_536])
        try prepared.run(kernel.inputs, residual: nil, into: [output], using: context)
        #expect(output.integers() == expected, "\(name) \(left) \(right) \(scale)")
      }
    }
  }

  @Test(
    arguments: InstructionSet.available,
    [
      (ElementType.uint8, 64, [3, 3], [2, 2], [1, 1, 1, 1], 0), (.int8, 70, [2, 3], [1, 1], [0, 1, 1, 2], 0),
      (.uint8, 5, [3, 3], [2, 2], [0, 0, 0, 0], 1), (.int8, 130, [5, 5], [3, 3], [2, 2, 2, 2], 1),
    ] as [(ElementType, Int, [Int], [Int], [Int], Int)])
  func maximaAreThoseOfChannelsFirst(
    on isa: InstructionSet, example: (ElementType, Int, [Int], [Int], [Int], Int)
  ) throws {
    let (type, channels, kernel, strides, pads, ceils) = example
    let x = Tensor.randomBytes(type, [2, channels, 9, 8], seed: 4)
    let attributes: [String: Attribute] = [
      "kernel_shape": .ints(kernel), "strides": .ints(strides), "pads": .ints(pads), "ceil_mode": .int(ceils),
    ]
    let expected = try OperatorRun("MaxPool", [x], attributes).outputs()[0]
    let turned = try OperatorRun("Transpose", [x], ["perm": .ints([0, 2, 3, 1])]).outputs()[0]
    let result = try OperatorRun("NhwcMaxPool", domain: "com.microsoft", [turned], attributes)
      .outputs(on: isa, threads: 2)[0]
    let back = try OperatorRun("Transpose", [result], ["perm": .ints([0, 3, 1, 2])]).outputs()[0]
    #expect(back.isIdentical(to: expected))
  }

  @Test(arguments: InstructionSet.available, [ElementType.uint8, .int8])
  func meansAreExactSums(on isa: InstructionSet, type: ElementType) throws {
    for channels in [3, 64, 75] {
      let x = Tensor.randomBytes(type, [2, channels, 7, 5], seed: 5)
      func zero(_ value: Int) -> Tensor { Tensor(type, shape: [], elements: [UInt8(truncatingIfNeeded: value)]) }
      let parameters = [Tensor.scalar(0.03), zero(5), .scalar(0.004), zero(9)]
      let values = x.integers()!
      let (least, greatest): (Float, Float) = type == .int8 ? (-137, 118) : (-9, 246)
      let expected = (0..<2 * channels).map { plane -> Int in
        let sum = values[plane * 35..<(plane + 1) * 35].reduce(0, +) - 35 * 5
        let real = Float(sum) * (0.03 / (35 * 0.004))
        return Int(max(least, min(greatest, real)).rounded(.toNearestOrEven)) + 9
      }
      let name = "QLinearGlobalAveragePool"
      let first = try OperatorRun(name, domain: "com.microsoft", [x] + parameters).outputs(on: isa)[0]
      #expect(first.shape == [2, channels, 1, 1] && first.integers() == expected)
      let turned = try OperatorRun("Transpose", [x], ["perm": .ints([0, 2, 3, 1])]).outputs(on: isa)[0]
      let last = try OperatorRun(
        name, domain: "com.microsoft", [turned] + parameters, ["channels_last": .int(1)]
      ).outputs(on: isa)[0]
      #expect(last.shape == [2, 1, 1, channels] && last.integers() == expected)
    }
  }

  @Test(arguments: InstructionSet.available, [[1, 3, 50], [2, 3, 16], [2, 5, 33], [1, 1, 9], [1, 40, 1]])
  func bytesAreTransposed(on isa: InstructionSet, shape: [Int]) throws {
    let x = Tensor.randomBytes(.uint8, shape, seed: 6)
    let y = try OperatorRun("Transpose", [x], ["perm": .ints([0, 2, 1])]).outputs(on: isa, threads: 2)[0]
    let (values, plane) = (x.integers()!, shape[1] * shape[2])
    let expected = (0..<shape[0]).flatMap { sample in
      (0..<plane).map { values[sample * plane + $0 % shape[1] * shape[2] + $0 / shape[1]] }
    }
    #expect(y.integers() == expected)
  }
}

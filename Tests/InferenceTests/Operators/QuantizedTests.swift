import Inference
import Testing

struct QuantizedTests {
  @Test(arguments: InstructionSet.available)
  func roundsHalvesToEvenAndSaturates(on isa: InstructionSet) throws {
    let x = Tensor(shape: [8], [0.25, 0.75, 1.25, -0.25, 1000, -1000, .nan, 63.9])
    let unsigned = try OperatorRun(
      "QuantizeLinear", [x, .scalar(0.5), Tensor(.uint8, shape: [], elements: [10] as [UInt8])]
    ).outputs(on: isa)[0]
    #expect(unsigned.integers() == [10, 12, 12, 10, 255, 0, 0, 138])
    let signed = try OperatorRun(
      "QuantizeLinear", [x, .scalar(0.5), Tensor(.int8, shape: [], elements: [-3] as [Int8])]
    ).outputs(on: isa)[0]
    #expect(signed.integers() == [-3, -1, -1, -3, 127, -128, -128, 125])
  }

  @Test func scalesRunAlongTheAxis() throws {
    let x = Tensor(shape: [2, 2], [1, 2, 3, 4])
    let scale = Tensor(shape: [2], [1, 0.5])
    let zero = Tensor(.int8, shape: [2], elements: [0, 1] as [Int8])
    let rows = try OperatorRun("QuantizeLinear", [x, scale, zero], ["axis": .int(0)], opset: 13).outputs()[0]
    #expect(rows.integers() == [1, 2, 7, 9])
    let columns = try OperatorRun("QuantizeLinear", [x, scale, zero], opset: 13).outputs()[0]
    #expect(columns.integers() == [1, 5, 3, 9])
    for (quantized, axis) in [(rows, 0), (columns, 1)] {
      let back = try OperatorRun("DequantizeLinear", [quantized, scale, zero], ["axis": .int(axis)], opset: 13)
      #expect(try back.outputs()[0].isIdentical(to: x))
    }
    let wide = Tensor(.int32, shape: [2], elements: [-70000, 3] as [Int32])
    #expect(try OperatorRun("DequantizeLinear", [wide, .scalar(0.5)]).outputs()[0].doubles == [-35000, 1.5])
  }

  struct Case: Sendable {
    let input: [Int]
    let weights: [Int]
    var group = 1
    var isSigned = false
    var isPerChannel = false
    var attributes: [String: Attribute] = [:]
  }

  @Test(
    arguments: InstructionSet.available,
    [
      Case(input: [1, 3, 7, 9], weights: [5, 3, 3, 3], attributes: ["pads": .ints([1, 1, 1, 1])]),
      Case(input: [2, 4, 6, 6], weights: [6, 2, 2, 3], group: 2, isSigned: true, isPerChannel: true),
      Case(input: [1, 5, 8, 8], weights: [5, 1, 3, 3], group: 5, attributes: ["strides": .ints([2, 2])]),
      Case(input: [1, 150, 5, 5], weights: [9, 150, 1, 1], isPerChannel: true),
    ])
  func convolutionIsExact(on isa: InstructionSet, shape: Case) throws {
    let type: ElementType = shape.isSigned ? .int8 : .uint8
    let x = Tensor.randomBytes(type, shape.input, seed: 1)
    let w = Tensor.randomBytes(.int8, shape.weights, seed: 2)
    let channels = shape.weights[0]
    let count = shape.isPerChannel ? channels : 1
    let scales = (0..<count).map { Float(0.01) * Float($0 + 1) }
    let zeros = (0..<count).map { Int8($0 - 1) }
    let (xZero, yZero) = (7, 20)
    func scalar(_ value: Int) -> Tensor { Tensor(type, shape: [], elements: [UInt8(value)]) }
    let bias = Tensor(.int32, shape: [channels], elements: (0..<channels).map { Int32($0 * 100 - 150) })
    var attributes = shape.attributes
    attributes["group"] = .int(shape.group)
    let result = try OperatorRun(
      "QLinearConv",
      [
        x, .scalar(0.05), scalar(xZero), w, Tensor(shape: count == 1 ? [] : [count], scales),
        Tensor(.int8, shape: count == 1 ? [] : [count], elements: zeros), .scalar(0.9), scalar(yZero), bias,
      ], attributes
    ).outputs(on: isa, threads: 2)[0]
    // Small integers are exact in float32, and so is their convolution.
    func floats(_ tensor: Tensor, _ zero: (Int) -> Int) -> Tensor {
      Tensor(shape: tensor.shape, tensor.integers()!.enumerated().map { Float($1 - zero($0)) })
    }
    let perChannel = shape.weights[1...].reduce(1, *)
    let sums = try OperatorRun(
      "Conv",
      [
        floats(x) { _ in xZero }, floats(w) { Int(zeros[count == 1 ? 0 : $0 / perChannel]) },
        Tensor(shape: [channels], (0..<channels).map { Float($0 * 100 - 150) }),
      ], attributes
    ).outputs(on: isa)[0]
    let positions = sums.shape[2...].reduce(1, *)
    let (low, high) = shape.isSigned ? (-128, 127) : (0, 255)
    let expected = sums.elements(as: Float.self).enumerated().map { index, sum in
      let channel = index / positions % channels
      let value = sum * (Float(0.05) * scales[count == 1 ? 0 : channel] / Float(0.9))
      return max(low, min(high, Int(value.rounded(.toNearestOrEven)) + yZero))
    }
    #expect(result.integers() == expected)
  }

  @Test(
    arguments: InstructionSet.available,
    [([3, 5], [5, 20]), ([2, 3, 33], [33, 4]), ([2, 3, 4], [2, 4, 17])] as [([Int], [Int])])
  func matrixProductIsExact(on isa: InstructionSet, shapes: ([Int], [Int])) throws {
    let a = Tensor.randomBytes(.uint8, shapes.0, seed: 1)
    let b = Tensor.randomBytes(.int8, shapes.1, seed: 2)
    let columns = shapes.1.last!
    let scales = (0..<columns).map { Float(0.01) * Float($0 % 3 + 1) }
    let zeros = (0..<columns).map { Int8($0 % 5 - 2) }
    func byte(_ value: UInt8) -> Tensor { Tensor(.uint8, shape: [], elements: [value]) }
    let result = try OperatorRun(
      "QLinearMatMul",
      [
        a, .scalar(0.1), byte(100), b, Tensor(shape: [columns], scales),
        Tensor(.int8, shape: [columns], elements: zeros),
        .scalar(0.7), byte(50),
      ]
    ).outputs(on: isa)[0]
    let sums = try OperatorRun(
      "MatMul",
      [
        Tensor(shape: a.shape, a.integers()!.map { Float($0 - 100) }),
        Tensor(shape: b.shape, b.integers()!.enumerated().map { Float($1 - Int(zeros[$0 % columns])) }),
      ]
    ).outputs(on: isa)[0]
    let expected = sums.elements(as: Float.self).enumerated().map { index, sum in
      let value = sum * (Float(0.1) * scales[index % columns] / Float(0.7))
      return max(0, min(255, Int(value.rounded(.toNearestOrEven)) + 50))
    }
    #expect(result.integers() == expected)
  }

  @Test func sumsAndProductsOfQuantisedTensors() throws {
    let a = Tensor(.uint8, shape: [2, 2], elements: [0, 10, 20, 255] as [UInt8])
    let b = Tensor(.uint8, shape: [2], elements: [5, 7] as [UInt8])
    func byte(_ value: UInt8) -> Tensor { Tensor(.uint8, shape: [], elements: [value]) }
    let operands: [Tensor?] = [a, .scalar(0.5), byte(2), b, .scalar(0.25), byte(3), .scalar(0.5), byte(1)]
    let sum = try OperatorRun("QLinearAdd", domain: "com.microsoft", operands).outputs()[0]
    // (a - 2) / 2 + (b - 3) / 4, over 1 / 2, plus 1
    #expect(sum.integers() == [0, 11, 20, 255])
    let product = try OperatorRun("QLinearMul", domain: "com.microsoft", operands).outputs()[0]
    #expect(product.integers() == [0, 9, 10, 254])
  }
}

import Inference
import Testing

struct BlockQuantizationTests {
  /// Shape, axis, block size; 0 is one scale per index along the axis.
  static let layouts: [(shape: [Int], axis: Int, block: Int)] = [
    ([4, 6], 1, 3), ([4, 7], 1, 3), ([5, 6], 0, 2), ([2, 3, 4], 1, 2), ([2, 6, 4], -2, 4), ([3, 5], -1, 8),
    ([2, 3, 4], 1, 0), ([3, 4], 0, 0), ([3, 20], 1, 0),
  ]
  static let types: [ElementType] = [.int8, .uint8, .int16, .uint16, .int4, .uint4, .int2, .uint2]

  private func range(_ type: ElementType) -> (low: Double, high: Double) {
    let bits = type == .int16 || type == .uint16 ? 16 : type.bitsInFile
    let isSigned = [.int8, .int16, .int4, .int2].contains(type)
    let count = Double(1 << bits)
    return isSigned ? (-count / 2, count / 2 - 1) : (0, count - 1)
  }

  private func cast(_ tensor: Tensor, _ type: ElementType) throws -> Tensor {
    try OperatorRun("Cast", [tensor], ["to": .int(type.rawValue)]).outputs()[0]
  }

  @Test(arguments: layouts, types)
  func quantizesAndBack(layout: (shape: [Int], axis: Int, block: Int), type: ElementType) throws {
    let axis = layout.axis < 0 ? layout.axis + layout.shape.count : layout.axis
    var scaleShape = layout.shape
    if layout.block > 0 {
      scaleShape[axis] = (layout.shape[axis] + layout.block - 1) / layout.block
    } else {
      scaleShape = [layout.shape[axis]]
    }
    let (low, high) = range(type)
    let x = Tensor(shape: layout.shape, Tensor.random(layout.shape, seed: 1).elements(as: Float.self).map { $0 * 9 })
    let count = scaleShape.reduce(1, *)
    let scale = Tensor(shape: scaleShape, (0..<count).map { Float($0 % 3 + 1) / 16 })
    let zeros = (0..<count).map { min(Int32($0 % 3) + Int32((low + high) / 2), Int32(high)) }
    let zero = try cast(Tensor(.int32, shape: scaleShape, elements: zeros), type)
    var attributes: [String: Attribute] = ["axis": .int(layout.axis)]
    if layout.block > 0 { attributes["block_size"] = .int(layout.block) }
    let run = try OperatorRun("QuantizeLinear", [x, scale, zero], attributes, opset: 21)
    let result = try run.outputs(threads: 2)[0]
    let inner = layout.shape[(axis + 1)...].reduce(1, *)
    func scaleIndex(_ index: Int) -> Int {
      let (row, column) = (index / inner, index % inner)
      let (outer, channel) = (row / layout.shape[axis], row % layout.shape[axis])
      return layout.block == 0 ? channel : (outer * scaleShape[axis] + channel / layout.block) * inner + column
    }
    let expected = x.elements(as: Float.self).enumerated().map { index, value in
      let at = scaleIndex(index)
      let quotient = Double((value / scale.elements(as: Float.self)[at]).rounded(.toNearestOrEven))
      return Int(min(high, max(low, quotient + Double(zeros[at]))))
    }
    #expect(result.elementType == type)
    #expect(result.integers() == expected)
    let back = try OperatorRun("DequantizeLinear", [result, scale, zero], attributes, opset: 21).outputs()[0]
    let numbers = expected.enumerated().map { index, value in
      Double(value - Int(zeros[scaleIndex(index)])) * scale.doubles[scaleIndex(index)]
    }
    #expect(back.excess(over: numbers, absolute: 1e-6, relative: 1e-6) <= 1)
  }

  @Test(arguments: [ElementType.float16, .bfloat16])
  func scalesOf16BitsGiveResultsOf16Bits(type: ElementType) throws {
    let x = Tensor(.int8, shape: [4], elements: [-128, -1, 3, 127] as [Int8])
    let scale = try cast(.scalar(0.25), type)
    let result = try OperatorRun("DequantizeLinear", [x, scale], opset: 19).outputs()[0]
    #expect(result.elementType == type)
    #expect(try cast(result, .float32).doubles == [-32, -0.25, 0.75, 31.75])
    let again = try OperatorRun(
      "QuantizeLinear", [result, scale], ["output_dtype": .int(ElementType.int8.rawValue)], opset: 21)
    #expect(try again.outputs()[0].isIdentical(to: x))
  }

  @Test func floatsOf8BitsAreQuantisedTo() throws {
    let x = Tensor(shape: [4], [1, -3, 1000, 0.1])
    let zero = Tensor(.float8e4m3fn, shape: [], elements: [0] as [UInt8])
    let codes = try OperatorRun("QuantizeLinear", [x, .scalar(2), zero], opset: 19).outputs()[0]
    let back = try OperatorRun("DequantizeLinear", [codes, .scalar(2)], opset: 19).outputs()[0]
    #expect(back.elements(as: Float.self) == [1, -3, 896, 0.1015625])
  }

  @Test func scalesThatDoNotFitAreRefused() throws {
    let x = Tensor.random([4, 6], seed: 1)
    for (shape, block) in [([4, 3], 3), ([4, 6], 0), ([5], 0), ([2, 4], 2)] {
      let run = try OperatorRun(
        "QuantizeLinear", [x, .random(shape, seed: 2)], ["block_size": .int(block)], opset: 21)
      #expect(throws: ShapeError.self) { try run.operation.outputs(for: run.types) }
    }
  }

  @Test func dynamicRangesContainZero() throws {
    let cases: [([Float], Float, UInt8)] = [
      ([0, 2, -3, -2.5, 1.34, 0.5], 5 / 255, 153), ([-1, -2.1, -1.3, -2.5, -3.34, -4], 4 / 255, 255),
      ([1, 2.1, 1.3, 2.5, 3.34, 4, 1.5], 4 / 255, 0), ([0, 0], 1, 0),
    ]
    for (values, scale, zero) in cases {
      let x = Tensor(shape: [values.count], values)
      let outputs = try OperatorRun("DynamicQuantizeLinear", [x]).outputs()
      #expect(abs(outputs[1].elements(as: Float.self)[0] - scale) < 1e-7)
      #expect(outputs[2].integers() == [Int(zero)])
      let expected = values.map { max(0, min(255, Int(($0 / scale).rounded(.toNearestOrEven)) + Int(zero))) }
      #expect(outputs[0].integers() == expected)
    }
  }
}

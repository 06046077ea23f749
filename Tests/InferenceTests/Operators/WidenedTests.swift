import Inference
import Testing

/// Operators on 16-bit floats are the float32 operators on widened operands, rounded once.
struct WidenedTests {
  private func cast(_ tensor: Tensor, _ type: ElementType) throws -> Tensor {
    try OperatorRun("Cast", [tensor], ["to": .int(type.rawValue)]).outputs()[0]
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let shapes: [[Int]]
    var attributes: [String: Attribute] = [:]
    var opset = 17
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "Add", shapes: [[3, 4], [4]]), Case(name: "MatMul", shapes: [[3, 40], [40, 5]]),
    Case(name: "Conv", shapes: [[1, 3, 6, 6], [4, 3, 3, 3], [4]]), Case(name: "Relu", shapes: [[5]]),
    Case(name: "Softmax", shapes: [[3, 7]]), Case(name: "ReduceMean", shapes: [[3, 7]]),
    Case(name: "Gemm", shapes: [[3, 5], [5, 4], [4]], attributes: ["alpha": .float(0.5)]),
    Case(name: "MaxPool", shapes: [[1, 2, 5, 5]], attributes: ["kernel_shape": .ints([2, 2])]),
    Case(name: "Transpose", shapes: [[2, 3, 4]]), Case(name: "Greater", shapes: [[6], [6]]),
    Case(name: "Attention", shapes: [[1, 2, 3, 4], [1, 2, 5, 4], [1, 2, 5, 4]], opset: 23),
    Case(name: "Einsum", shapes: [[3, 4], [4, 2]], attributes: ["equation": .string("ij,jk->ik")]),
    Case(name: "Sqrt", shapes: [[4]]), Case(name: "Flatten", shapes: [[2, 3]]),
  ]

  @Test(arguments: [ElementType.float16, .bfloat16], cases)
  func computesInSingleAndRoundsOnce(type: ElementType, example: Case) throws {
    let halves = try example.shapes.enumerated().map { try cast(.random($1, seed: $0 + 1), type) }
    let singles = try halves.map { try cast($0, .float32) }
    let exact = try apply(example.name, singles, example.attributes, opset: example.opset)[0]
    let expected = exact.elementType == .float32 ? try cast(exact, type) : exact
    for constant in [[], Set(1..<max(1, halves.count))] {
      let result = try apply(
        example.name, halves, example.attributes, opset: example.opset, constant: constant)[0]
      #expect(result.isIdentical(to: expected), "\(example.name) with constants \(constant)")
    }
  }

  @Test func statisticsStaySingle() throws {
    let x = try cast(.random([2, 8], seed: 1), .float16)
    let scale = try cast(.random([8], seed: 2), .float16)
    let outputs = try apply("LayerNormalization", [x, scale], outputs: 3)
    #expect(outputs.map(\.elementType) == [.float16, .float32, .float32])
  }

  /// Moving elements needs no arithmetic, adding them does.
  @Test(arguments: ["none", "add"])
  func scattersWithAndWithoutArithmetic(reduction: String) throws {
    let data = try cast(.random([4, 2], seed: 1), .float16)
    let updates = try cast(.random([1, 2], seed: 2), .float16)
    let inputs = [data, Tensor(int64s: [3]).reshaped([1, 1]), updates]
    let result = try apply("ScatterND", inputs, ["reduction": .string(reduction)], opset: 18)[0]
    let singles = [try cast(data, .float32), inputs[1], try cast(updates, .float32)]
    let expected = try apply("ScatterND", singles, ["reduction": .string(reduction)], opset: 18)[0]
    #expect(result.isIdentical(to: try cast(expected, .float16)))
  }

  @Test func countsAsTheSingleOperatorDoes() throws {
    var builder = GraphBuilder(name: "half")
    let input = builder.input("x", .float16, [1, 3, 8, 8])
    let weights = builder.constant("w", try cast(.random([4, 3, 3, 3], seed: 1), .float16))
    let output = try #require(try builder.node("conv", "Conv", [input, weights])[0])
    builder.output(output)
    let graph = builder.build()
    let layer = graph.layers(fused: true)[0]
    #expect(layer.macs == 4 * 36 * 27)
    #expect(layer.costClass == .convolution)
    #expect(layer.outputBytes == 4 * 36 * 2)
    #expect(graph.nodes[0].operatorName == "Conv")
  }

  @Test func shapesThatDependOnDataAreComputedInSingle() throws {
    var builder = GraphBuilder(name: "half")
    let input = builder.input("x", .float16, [6])
    let size = builder.input("size", .int64, [2])
    let reshaped = try #require(try builder.node("reshape", "Reshape", [input, size])[0])
    let doubled = try #require(try builder.node("add", "Add", [reshaped, reshaped])[0])
    builder.output(doubled)
    let x = try cast(.random([6], seed: 1), .float16)
    let result = try Executor(builder.build()).run([x, Tensor(int64s: [2, 3])])[0]
    let expected = x.elements(as: UInt16.self).map { Float16(bitPattern: $0) * 2 }
    #expect(result.shape == [2, 3])
    #expect(result.elements(as: UInt16.self).map { Float16(bitPattern: $0) } == expected)
  }

  @Test func mistakesAreStillReported() throws {
    var builder = GraphBuilder(name: "half")
    let (a, b) = (builder.input("a", .float16, [2, 3]), builder.input("b", .float16, [4, 5]))
    #expect(throws: ShapeError.self) { try builder.node("product", "MatMul", [a, b]) }
    #expect(throws: ShapeError.self) { try builder.node("mixed", "Add", [a, builder.input("c", .float64, [3])]) }
  }
}

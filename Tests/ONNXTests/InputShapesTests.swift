import Inference
import ONNX
import Testing

struct InputShapesTests {
  static func shapes(_ inputs: [ProtobufBytes], _ given: [String: [Int]] = [:]) throws -> [[Int]?] {
    let graph = try graph(.model(.graph([.node("Relu", ["x"], ["y"])], inputs: inputs)), inputShapes: given)
    return graph.inputs.map { graph[$0].type?.shape }
  }

  @Test func openBatchIsOne() throws {
    #expect(try Self.shapes([.value("x", ["N", 3, 8])]) == [[1, 3, 8]])
    #expect(try Self.shapes([.value("x", ["", 3])]) == [[1, 3]])
    #expect(try Self.shapes([.value("x", [-1, 3])]) == [[1, 3]])
    #expect(try Self.shapes([.value("x", [5, "batch_size"])]) == [[5, 1]])
    #expect(try Self.shapes([.value("x", [])]) == [[]])
    #expect(try Self.shapes([.value("x", [2, 0])]) == [[2, 0]])
  }

  @Test func givenShapesDecide() throws {
    #expect(try Self.shapes([.value("x", ["N", "length"])], ["x": [2, 7]]) == [[2, 7]])
    #expect(try Self.shapes([.value("x", nil)], ["x": [2, 7]]) == [[2, 7]])
    let two: [ProtobufBytes] = [.value("x", ["N", "length"]), .value("z", ["length", "N"])]
    #expect(try Self.shapes(two, ["x": [2, 7]]) == [[2, 7], [7, 2]])
  }

  @Test func whatStaysOpenIsNamed() {
    func refuse(
      _ parts: String..., inputs: [ProtobufBytes], given: [String: [Int]] = [:],
      at location: SourceLocation = #_sourceLocation
    ) {
      for part in parts { expectRefusal(part, at: location) { _ = try Self.shapes(inputs, given) } }
    }
    refuse(
      "dimension 1 ('length') of input 'x'", "dimension 2 of input 'x'", "the shape of input 'z'", "--input",
      inputs: [.value("x", ["N", "length", ""]), .value("z", nil)])
    refuse("has 2 dimensions [N, 3], but [1] is given", inputs: [.value("x", ["N", 3])], given: ["x": [1]])
    refuse("has the shape [N, 3], but [1, 4] is given", inputs: [.value("x", ["N", 3])], given: ["x": [1, 4]])
    refuse(
      "'N' is 2 in input 'x' but 3 in 'z'", inputs: [.value("x", ["N"]), .value("z", ["N"])],
      given: ["x": [2], "z": [3]])
    refuse("no input 'q'", "'x'", inputs: [.value("x", [1])], given: ["q": [1]])
    refuse("too large", inputs: [.value("x", [1 << 60, 1 << 60])])
    refuse("too large", inputs: [.value("x", [1 << 40])])
  }

  @Test func declaredInputsAreTold() throws {
    let model = try ONNXModel(
      ProtobufBytes.model(.graph([.node("Relu", ["x"], ["y"])], inputs: [.value("x", type: 6, ["N", 3, ""])])).bytes,
      name: "test.onnx")
    #expect(model.inputs.map(\.name) == ["x"])
    #expect(model.inputs.map(\.elementType) == [.int32])
    #expect(model.inputs.first?.dimensions == [.symbol("N"), .fixed(3), .unknown])
    #expect(model.outputNames == ["y"])
    #expect(model.irVersion == 8)
  }
}

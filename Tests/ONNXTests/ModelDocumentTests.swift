import Foundation
import Inference
import ONNX
import Testing

/// Files written again, whole and in two halves.
struct ModelDocumentTests {
  /// Two branches and a shape computed from a constant: `y = Relu(x · W)`, `z = Reshape(y + Neg(y), Neg(s))`.
  static func branched(
    input: [Any] = [2, 4], initializers more: [ProtobufBytes] = [], nodes extra: [ProtobufBytes] = []
  ) -> ProtobufBytes {
    .model(
      .graph(
        [
          .node("MatMul", ["x", "W"], ["p"], name: "block.product"),
          .node("Relu", ["p"], ["y"], name: "block.relu"),
          .node("Neg", ["s"], ["shape"], name: "shape"),
          .node("Neg", ["y"], ["n"], name: "negate"),
          .node("Add", ["y", "n"], ["sum"], name: "sum"),
          .node("Reshape", ["sum", "shape"], ["z"], name: "reshape"),
        ] + extra,
        initializers: [
          .floats([4, 4], (0..<16).map { Float($0) - 8 }, name: "W"),
          .tensor(7, [1], name: "s").bytes(9, ProtobufBytes.littleEndian(Int64(1))),
        ] + more, inputs: [.value("x", input)], outputs: [.value("z", nil)]
      ).string(10, "documentation of the graph")
    ).string(6, "documentation of the model")
      .message(14, ProtobufBytes().string(1, "author").string(2, "nobody"))
  }

  static func document(_ model: ProtobufBytes) throws -> ModelDocument {
    try ModelDocument(model.bytes, name: "test.onnx")
  }

  static func split(_ model: ProtobufBytes, _ cuts: String...) throws -> ModelSplit {
    try ModelSplit(try document(model), after: cuts)
  }

  static func graph(_ part: ModelSplit.Part) throws -> Graph {
    try ONNXModel(part.model.message.serialized(), name: "half.onnx").graph()
  }

  /// The fields of a message by number, with their bytes.
  static func fields(_ bytes: [UInt8]) throws -> [Int: [[UInt8]]] {
    var fields: [Int: [[UInt8]]] = [:]
    var position = 0
    func varint() -> UInt64 {
      var (value, shift): (UInt64, UInt64) = (0, 0)
      while true {
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { return value }
      }
    }
    while position < bytes.count {
      let key = varint()
      if key & 7 == 0 {
        fields[Int(key >> 3), default: []].append(ProtobufBytes.varint(varint()))
      } else {
        let length = Int(varint())
        fields[Int(key >> 3), default: []].append(Array(bytes[position..<position + length]))
        position += length
      }
    }
    return fields
  }

  @Test func whatIsReadIsWritten() throws {
    let original = Self.branched(input: ["batch", 4])
    let copy = try Self.document(original).written().message.serialized()
    var (before, after) = (try Self.fields(original.bytes), try Self.fields(copy))
    var graphs = (
      try Self.fields(before.removeValue(forKey: 7)?.first ?? []),
      try Self.fields(after.removeValue(forKey: 7)?.first ?? [])
    )
    #expect(before == after)
    let weights = (graphs.0.removeValue(forKey: 5) ?? [], graphs.1.removeValue(forKey: 5) ?? [])
    #expect(graphs.0 == graphs.1)
    #expect(weights.0.count == weights.1.count)
    for (left, right) in zip(weights.0, weights.1) {
      var (left, right) = (try Self.fields(left), try Self.fields(right))
      // Spaces for documentation put the elements at a multiple of 64.
      left[12] = nil
      right[12] = nil
      #expect(left == right)
    }
    // Written once more, nothing changes.
    #expect(try ModelDocument(copy, name: "copy").written().message.serialized() == copy)
  }

  @Test func halvesComputeWhatTheWholeDoes() throws {
    let model = Self.branched()
    let x = Tensor(shape: [2, 4], [1, -2, 3, -4, 5, 6, -7, 8])
    let whole = try Executor(ONNXTests.graph(model)).run([x])
    for (cut, crossing) in [("block.product", ["p"]), ("block", ["y"]), ("negate", ["y", "n"]), ("sum", ["sum"])] {
      let split = try Self.split(model, cut)
      #expect(split.crossings.map(\.name) == crossing, "\(cut)")
      #expect(split.crossings.map(\.byteCount) == crossing.map { _ in 32 })
      #expect(split.head.outputs == crossing && split.tail.inputs == crossing && split.tail.outputs == ["z"])
      let between = try Executor(Self.graph(split.head)).run([x])
      let result = try Executor(Self.graph(split.tail)).run(between)
      #expect(result.count == 1 && result[0].isIdentical(to: whole[0]))
    }
  }

  @Test func constantsGoIntoEachHalfThatReadsThem() throws {
    let split = try Self.split(Self.branched(), "block.product")
    #expect(split.head.nodeCount == 1)
    // Among them the shape, which comes from a constant alone.
    #expect(split.tail.nodeCount == 5)
    let bytes = split.head.model.message.serialized()
    #expect(try Self.fields(try #require(Self.fields(bytes)[7]?.first))[5]?.count == 1)
  }

  @Test func severalCutsMakeOneHead() throws {
    let second = [ProtobufBytes.node("Abs", ["x"], ["a"], name: "abs"), .node("Mul", ["a", "y"], ["w"], name: "mul")]
    let model = Self.branched(nodes: second)
    let document = try Self.document(model)
    // Nothing needs what 'abs' computes but 'mul', which no output needs: both are in no half.
    expectRefusal("nothing crosses") { _ = try ModelSplit(document, after: ["abs"]) }
    let split = try ModelSplit(document, after: ["negate", "block.relu"])
    #expect(split.crossings.map(\.name) == ["y", "n"])
    #expect(split.head.nodeCount + split.tail.nodeCount == 6)
  }

  @Test func openSizesStayOpen() throws {
    let split = try Self.split(Self.branched(input: ["batch", 4]), "block.relu")
    #expect(split.crossings.map(\.dimensions) == [[.symbol("batch"), .fixed(4)]])
    #expect(split.crossings.map(\.byteCount) == [16])
    let head = try ONNXModel(split.head.model.message.serialized(), name: "head")
    #expect(head.inputs.map(\.dimensions) == [[.symbol("batch"), .fixed(4)]])
    let tail = try ONNXModel(split.tail.model.message.serialized(), name: "tail")
    #expect(tail.inputs.map(\.dimensions) == [[.symbol("batch"), .fixed(4)]])
    #expect(
      try Executor(tail.graph(inputShapes: ["y": [3, 4]])).run([Tensor(zeros: .float32, shape: [3, 4])]).count == 1)
  }

  /// Where the end of a slice is an input, its shape is known only when it runs: its type comes from a run.
  @Test func shapesThatDependOnDataCross() throws {
    let model = ProtobufBytes.model(
      .graph(
        [
          .node("Slice", ["x", "begin", "end"], ["part"], name: "slice"), .node("Neg", ["part"], ["y"], name: "negate"),
        ],
        initializers: [.tensor(7, [1], name: "begin").bytes(9, ProtobufBytes.littleEndian(Int64(0)))],
        inputs: [.value("x", [4, 2]), .value("end", type: 7, [1])]))
    let split = try Self.split(model, "slice")
    #expect(split.crossings.map(\.elementType) == [.float32])
    #expect(split.crossings.map(\.dimensions) == [[.unknown, .unknown]])
    #expect(split.crossings.map(\.byteCount) == [nil])
  }

  /// What a sub-graph reads from around it counts as read by its node.
  @Test func subgraphsReadTheirSurroundings() throws {
    let branch = ProtobufBytes.graph(
      [.node("Abs", ["inner"], ["local"]), .node("Add", ["local", "p"], ["r"])],
      initializers: [.floats([1], [1], name: "inner")], inputs: [], outputs: [.value("r", nil)])
    let attribute = ProtobufBytes().string(1, "then_branch").message(6, branch).int(20, 5)
    let node = ProtobufBytes.node("If", ["c"], ["z"], name: "choose", attributes: [attribute])
    let model = ProtobufBytes.model(
      .graph(
        [.node("Relu", ["x"], ["p"], name: "relu"), .node("Abs", ["x"], ["q"], name: "abs"), node],
        inputs: [.value("x", [4]), .value("c", type: 9, [])], outputs: [.value("z", [4]), .value("q", [4])]
      ).message(13, .value("p", [4])))
    let split = try Self.split(model, "relu")
    #expect(split.crossings.map(\.name) == ["p"])
    #expect(split.tail.inputs == ["p", "x", "c"])
    #expect(split.tail.outputs == ["z", "q"])
    #expect(split.tail.model.message.serialized().firstRange(of: node.bytes) != nil)
  }

  @Test func cutsThroughWhichNothingPassesAreRefused() {
    for cut in ["reshape", "z"] {
      expectRefusal("test.onnx", "nothing crosses", "'\(cut)'") { _ = try Self.split(Self.branched(), cut) }
    }
    expectRefusal("'shape'", "constants alone") { _ = try Self.split(Self.branched(), "shape") }
    expectRefusal("'x' is an input") { _ = try Self.split(Self.branched(), "x") }
    #expect {
      try Self.split(Self.branched(), "negat")
    } throws: {
      ($0 as? UnknownName)?.candidates.first == "negate"
    }
  }

  /// Without a declared type, and with an operator that the engine does not have, nobody knows what crosses.
  @Test func unknownOperatorsNeedDeclaredTypes() throws {
    func model(declares: Bool) -> ProtobufBytes {
      let graph = ProtobufBytes.graph([
        .node("Frobnicate", ["x"], ["p"], name: "f"), .node("Relu", ["p"], ["y"], name: "g"),
      ])
      return .model(declares ? graph.message(13, .value("p", [1, 4])) : graph)
    }
    expectRefusal("'p'", "Frobnicate") { _ = try Self.split(model(declares: false), "f") }
    #expect(try Self.split(model(declares: true), "f").crossings.map(\.byteCount) == [16])
  }

  @Test func weightsCanStandBesideTheModel() throws {
    let folder = TemporaryFolder()
    let values = (0..<1024).map { Float($0) }
    let model = ProtobufBytes.model(
      .graph(
        [.node("Add", ["x", "w"], ["s"], name: "a"), .node("Neg", ["s"], ["y"], name: "b")],
        initializers: [.floats([1024], values, name: "w")], inputs: [.value("x", [1024])]))
    let path = "\(folder.path)/m.onnx"
    let written = try Self.document(model).written(externalData: "m.onnx.data")
    for file in try written.stage(at: path) { try file.publish(replacing: false) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["m.onnx", "m.onnx.data"])
    let graph = try ONNXModel.load(path)
    let weight = try #require(graph.values.first { $0.name == "w" }?.type?.constant)
    #expect(weight.elements(as: Float.self) == values)
    // And back into one file.
    let again = try ModelDocument(path).written().message.serialized()
    #expect(again == (try Self.document(model).written().message.serialized()))
    // Nothing is replaced unasked, and nothing is left behind.
    for file in try written.stage(at: path) {
      expectRefusal("exists already") { try file.publish(replacing: false) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == names)
  }

  @Test(.disabled(if: SharedModels.areMissing, "no models in ../shared/models"), arguments: SharedModels.names)
  func realModelsAreWrittenAsTheyAre(name: String) throws {
    let document = try ModelDocument("\(SharedModels.folder)/\(name)/model.onnx")
    let written = try document.written().message.serialized()
    let (before, after) = (
      try ONNXModel.load("\(SharedModels.folder)/\(name)/model.onnx"), try ONNXModel(written, name: name).graph()
    )
    #expect(before.nodes.map(\.name) == after.nodes.map(\.name) && before.opsets == after.opsets)
    for (left, right) in zip(before.values, after.values) {
      #expect(left.name == right.name && left.type?.shape == right.type?.shape)
      if let a = left.type?.constant, let b = right.type?.constant { #expect(a.isIdentical(to: b)) }
    }
  }
}

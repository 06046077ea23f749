import Foundation
import Inference
import ONNX
import Testing

struct ONNXWriterTests {
  static func sample() throws -> Graph {
    var builder = GraphBuilder(name: "sample", opsets: ["": 17])
    let x = builder.input("image", .float32, [1, 2, 4, 4])
    let w = builder.constant("w", Tensor(shape: [3, 2, 3, 3], (0..<54).map { Float($0) / 54 }))
    let b = builder.constant("b", Tensor(shape: [3], [1, 2, 3]))
    let conv = try builder.node("conv", "Conv", [x, w, b], ["pads": .ints([1, 1, 1, 1])])
    let relu = try builder.node("relu", "LeakyRelu", conv, ["alpha": .float(0.25)])
    let clip = try builder.node(
      "clip", "Clip", [relu[0], nil, builder.constant("w", Tensor(shape: [], [6]))], outputNames: ["relu"])
    let flat = try builder.node("flat", "Flatten", clip, ["axis": .int(1)])
    builder.output(flat[0]!)
    return builder.build()
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let graph = try Self.sample()
    let folder = TemporaryFolder()
    let path = folder.path + "/sample.onnx"
    try ONNXWriter.write(graph, to: path)
    let copy = try ONNXModel.load(path)
    #expect(copy.name == graph.name && copy.opsets == graph.opsets)
    #expect(copy.nodes.map(\.name) == graph.nodes.map(\.name))
    #expect(copy.nodes.map(\.operatorName) == graph.nodes.map(\.operatorName))
    #expect(copy.inputs.map { copy[$0].name } == ["image"])
    #expect(copy.outputs.map { copy[$0].type?.shape } == [[1, 48]])
    for (left, right) in zip(graph.nodes, copy.nodes) {
      #expect("\(left.attributes.sorted { $0.key < $1.key })" == "\(right.attributes.sorted { $0.key < $1.key })")
      #expect(graph.outputTypes(of: left).map { $0?.shape } == copy.outputTypes(of: right).map { $0?.shape })
      for (a, b) in zip(graph.inputTypes(of: left), copy.inputTypes(of: right)) {
        #expect((a?.constant == nil) == (b?.constant == nil))
        if let a = a?.constant, let b = b?.constant { #expect(a.isIdentical(to: b)) }
      }
    }
    // Written again, the file is the same to the byte.
    #expect(try ONNXWriter.encode(copy) == ONNXWriter.encode(ONNXModel.load(path)))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["sample.onnx"])
  }

  /// Weights start at multiples of 64, so that reading them again copies nothing.
  @Test func writtenWeightsAreUsedInTheFile() throws {
    let folder = TemporaryFolder()
    try ONNXWriter.write(try Self.sample(), to: folder.path + "/sample.onnx")
    let (graph, mapped, copied) = try ONNXModel(folder.path + "/sample.onnx").assembled()
    #expect(mapped == (54 + 3 + 1) * 4)
    #expect(copied == 0)
    for case let tensor? in graph.values.map({ $0.type?.constant }) {
      #expect(UInt(bitPattern: tensor.bytes) % 64 == 0)
    }
  }

  @Test func namesBecomeUnique() throws {
    let graph = try Self.sample()
    let copy = try ONNXModel(ONNXWriter.encode(graph), name: "copy").graph()
    #expect(Set(copy.values.map(\.name)).count == copy.values.count)
    #expect(copy.outputs.map { copy[$0].name } == graph.outputs.map { graph[$0].name })
  }

  @Test func aFailureLeavesNothingBehind() throws {
    let folder = TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/taken.onnx", withIntermediateDirectories: true)
    let graph = try Self.sample()
    expectRefusal("taken.onnx", "cannot be written") { try ONNXWriter.write(graph, to: folder.path + "/taken.onnx") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken.onnx"])
  }
}

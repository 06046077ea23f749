import Foundation
import Inference
import ONNX
import Testing

/// Real networks with and without each pass.
///
/// Source: ../shared/models/README.md.
@Suite(.disabled(if: SharedModels.areMissing, "no models in ../shared/models"))
struct GoldenModelPassTests {
  @Test(arguments: SharedModels.names)
  func everyPassKeepsTheOutputs(name: String) throws {
    let folder = "\(SharedModels.folder)/\(name)"
    let inputs = try GoldenModelTests.tensors(folder, "input")
    let model = try ONNXModel("\(folder)/model.onnx")
    let shapes = Dictionary(uniqueKeysWithValues: zip(model.inputs.map(\.name), inputs.map(\.shape)))
    let graph = try model.graph(inputShapes: shapes)
    let expected = try Executor(graph, fuse: false).run(inputs)
    for pass in PassPipeline.all {
      try check(graph.optimized(try PassSelection(type(of: pass).name)), inputs, expected, type(of: pass).exactness)
    }
    let exactness: PassExactness = name.contains("qdq") ? .quantizationStep : .rounding
    try check(graph.optimized(.standard), inputs, expected, exactness)
    try check(graph.optimized(.all), inputs, expected, exactness)
  }

  private func check(_ graph: Graph, _ inputs: [Tensor], _ expected: [Tensor], _ exactness: PassExactness) throws {
    let outputs = try Executor(graph).run(inputs)
    #expect(outputs.count == expected.count)
    for (output, expected) in zip(outputs, expected) {
      #expect(output.elementType == expected.elementType && output.shape == expected.shape)
      if exactness == .identical || output.elementType != .float32 {
        #expect(output.isIdentical(to: expected))
        continue
      }
      let (got, want) = (output.elements(as: Float.self), expected.elements(as: Float.self))
      let scale = want.map(abs).max() ?? 0
      let tolerance: Float = exactness == .rounding ? 1e-4 : 0.03
      let worst = zip(got, want).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= tolerance * scale, "off by \(worst) where the largest is \(scale)")
    }
  }
}

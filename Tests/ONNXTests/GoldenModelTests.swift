import Foundation
import Inference
import ONNX
import Testing

/// Real networks with inputs and outputs computed by others.
///
/// Source: ../shared/models/README.md.
@Suite(.disabled(if: SharedModels.areMissing, "no models in ../shared/models"))
struct GoldenModelTests {
  @Test(arguments: SharedModels.names)
  func outputsAreTheGoldenOnes(name: String) throws {
    let folder = "\(SharedModels.folder)/\(name)"
    let inputs = try Self.tensors(folder, "input")
    let expected = try Self.tensors(folder, "output")
    let model = try ONNXModel("\(folder)/model.onnx")
    let shapes = Dictionary(uniqueKeysWithValues: zip(model.inputs.map(\.name), inputs.map(\.shape)))
    let outputs = try Executor(try model.graph(inputShapes: shapes), threads: 1).run(inputs)
    #expect(outputs.count == expected.count)
    for (index, (output, golden)) in zip(outputs, expected).enumerated() {
      #expect(output.elementType == golden.elementType && output.shape == golden.shape)
      let (got, want) = (output.elements(as: Float.self), golden.elements(as: Float.self))
      let scale = want.map(abs).max() ?? 0
      // Written so that a NaN counts as wrong.
      let wrong = zip(got, want).filter { got, want in
        !(abs(got - want) <= (name.contains("int8") ? 0.03 * scale : 1e-3 * abs(want) + 1e-4 * scale))
      }
      #expect(got.count == want.count)
      #expect(wrong.isEmpty, "output \(index): \(wrong.count) of \(want.count), first \(wrong[0])")
    }
  }

  static func tensors(_ folder: String, _ kind: String) throws -> [Tensor] {
    var tensors: [Tensor] = []
    while FileManager.default.fileExists(atPath: "\(folder)/\(kind)_\(tensors.count).pb") {
      tensors.append(try TensorFile.read("\(folder)/\(kind)_\(tensors.count).pb").tensor)
    }
    return tensors
  }
}

import Foundation
import Testing

struct InferTests {
  @Test(arguments: ["layer1.0.bn1", "layer2", "maxpool"])
  func aCutNetworkWritesTheWholeNetworksOutput(cut: String) throws {
    let folder = try TemporaryFolder()
    for name in ["whole", "split"] {
      try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: false)
    }
    let whole = try Program.run(["infer", "resnet18", "--output-dir", folder.file("whole").path])
    let split = try Program.run([
      "infer", "resnet18", "--cut", cut, "--threads", "2", "--output-dir", folder.file("split").path,
    ])
    #expect(whole.status == 0 && split.status == 0, "\(whole.errors)\(split.errors)")
    let outputs = try ["whole", "split"].map { try Data(contentsOf: folder.file("\($0)/output_0.pb")) }
    #expect(outputs[0].count > 4000)
    #expect(outputs[0] == outputs[1])
  }

  /// The node is inside a Gelu that a pass recognises; the network then goes without that pass.
  @Test func aCutInsideWhatAPassTakesInLeavesThePassOut() throws {
    let folder = try TemporaryFolder()
    for name in ["whole", "split"] {
      try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: false)
    }
    let whole = try Program.run([
      "infer", "bert_mini", "--passes", "-gelu", "--output-dir", folder.file("whole").path,
    ])
    let split = try Program.run([
      "infer", "bert_mini", "--cut", "encoder.layer.1.intermediate.intermediate_act_fn.erf", "--output-dir",
      folder.file("split").path,
    ])
    #expect(whole.status == 0 && split.status == 0, "\(whole.errors)\(split.errors)")
    #expect(split.errors.contains("goes without the passes that take in a node where it is cut: gelu"))
    let outputs = try ["whole", "split"].map { try Data(contentsOf: folder.file("\($0)/output_0.pb")) }
    #expect(outputs[0] == outputs[1])
  }

  @Test func aTruncatedFileIsBadInput() throws {
    let folder = try TemporaryFolder()
    let model = try Data(contentsOf: Program.root.appendingPathComponent("Scenarios/models/ds_cnn.onnx"))
    try model.prefix(5000).write(to: folder.file("half.onnx"))
    let result = try Program.run(["infer", folder.file("half.onnx").path])
    #expect(result.status == 2)
    #expect(result.errors.contains("half.onnx"))
  }
}

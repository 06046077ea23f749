import Foundation
import Testing

struct ExportTests {
  private static func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func halvesOfAZooNetworkComputeItsOutput() throws {
    let folder = try TemporaryFolder()
    let halves = folder.file("halves").path
    let manifest = try Program.json(["export", "ds_cnn", "--cut", "blocks.1", "-o", halves, "--format", "json"])
    #expect(try Self.names(folder.file("halves")) == ["head.onnx", "split.json", "tail.onnx"])
    let written =
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: folder.file("halves/split.json"))) as? [String: Any]
    #expect(manifest as NSDictionary == written.map { $0 as NSDictionary })
    let crossing = try #require((manifest["crossing"] as? [[String: Any]])?.first)
    let shape = try #require(crossing["shape"] as? [Int])
    #expect(crossing["bytes"] as? Int == shape.reduce(4, *))

    for name in ["whole", "between", "end"] {
      try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
    }
    #expect(try Program.run(["export", "ds_cnn", "-o", folder.url.path]).status == 0)
    let input = try Self.input(shape: [1, 1, 49, 10], named: "input")
    try Data(input).write(to: folder.file("input.pb"))
    func infer(_ model: String, _ input: String, _ output: String) throws {
      let result = try Program.run(
        ["infer", model, "--input", input, "--output-dir", output], in: folder.url)
      #expect(result.status == 0, "\(result.errors)")
    }
    try infer("ds_cnn.onnx", "input.pb", "whole")
    try infer("halves/head.onnx", "input.pb", "between")
    try infer("halves/tail.onnx", "between/output_0.pb", "end")
    #expect(try Data(contentsOf: folder.file("whole/output_0.pb")) == Data(contentsOf: folder.file("end/output_0.pb")))
  }

  /// A `TensorProto` of float32 elements that count up.
  private static func input(shape: [Int], named name: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for size in shape { bytes += [1 << 3, UInt8(size)] }
    bytes += [2 << 3, 1]
    var elements: [UInt8] = []
    for index in 0..<shape.reduce(1, *) {
      let value = Float(index % 17) / 8 - 1
      withUnsafeBytes(of: value.bitPattern.littleEndian) { elements += $0 }
    }
    let length = [UInt8(elements.count & 0x7F | 0x80), UInt8(elements.count >> 7)]
    return bytes + [9 << 3 | 2] + length + elements
  }

  @Test func nothingIsReplacedUnasked() throws {
    let folder = try TemporaryFolder()
    let arguments = ["export", "lenet5", "--cut", "conv1", "-o", folder.url.path]
    try Data("mine".utf8).write(to: folder.file("tail.onnx"))
    let refused = try Program.run(arguments)
    #expect(refused.status == 2 && refused.errors.contains("tail.onnx' exists already; --force replaces it"))
    #expect(try Self.names(folder.url) == ["tail.onnx"])
    #expect(try Data(contentsOf: folder.file("tail.onnx")) == Data("mine".utf8))
    #expect(try Program.run(arguments + ["--force"]).status == 0)
    #expect(try Self.names(folder.url) == ["head.onnx", "split.json", "tail.onnx"])
  }

  @Test(arguments: [
    (["export", "lenet5", "--cut", "konv1"], "did you mean"), (["export", "lenet5", "--cut", "input"], "is an input"),
    (["export", "lenet6"], "did you mean 'lenet5'"), (["export", "no/such.onnx"], "no/such.onnx"),
    (["export", "Package.swift/x.onnx"], "Package.swift/x.onnx"), (["export", "lenet5", "--cut", ""], "no layer ''"),
  ])
  func mistakesAreExplained(arguments: [String], message: String) throws {
    let folder = try TemporaryFolder()
    let result = try Program.run(arguments + ["-o", folder.url.path])
    #expect(result.status == 2 && result.errors.contains(message), "\(result.errors)")
    #expect(try Self.names(folder.url).isEmpty)
  }

  @Test func theSampleNetworkIsCurrent() throws {
    let folder = try TemporaryFolder()
    #expect(try Program.run(["export", "ds_cnn", "-o", folder.url.path]).status == 0)
    let committed = try Data(contentsOf: Program.root.appendingPathComponent("Scenarios/models/ds_cnn.onnx"))
    #expect(try Data(contentsOf: folder.file("ds_cnn.onnx")) == committed, "make generate")
  }
}

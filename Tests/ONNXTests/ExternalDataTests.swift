import Foundation
import Inference
import ONNX
import Testing

struct ExternalDataTests {
  /// A model whose initialiser `w` of four floats lies in another file.
  static func model(_ entries: [(String, String)]) -> [UInt8] {
    var tensor = ProtobufBytes.tensor([4], name: "w").int(14, 1)
    for (key, value) in entries { tensor = tensor.message(13, ProtobufBytes().string(1, key).string(2, value)) }
    return ProtobufBytes.model(.graph([.node("Add", ["x", "w"], ["y"])], initializers: [tensor])).bytes
  }

  static let weights: [UInt8] = [1, 2, 3, 4].flatMap { ProtobufBytes.littleEndian(Float($0).bitPattern) }

  @Test(arguments: [0, 1, 64])
  func weightsComeFromTheFileBeside(offset: Int) throws {
    let folder = TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/sub", withIntermediateDirectories: true)
    try folder.write([UInt8](repeating: 9, count: offset) + Self.weights, "sub/w.bin")
    let path = try folder.write(
      Self.model([("location", "sub/w.bin"), ("offset", "\(offset)"), ("length", "16")]), "m.onnx")
    let graph = try ONNXModel.load(path)
    #expect(graph.values.first { $0.name == "w" }?.type?.constant?.elements(as: Float.self) == [1, 2, 3, 4])
  }

  @Test func nothingOutsideTheFolderIsRead() throws {
    let outside = TemporaryFolder()
    let secret = try outside.write(Self.weights, "secret.bin")
    let folder = TemporaryFolder()
    try folder.write(Self.weights, "w.bin")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/link.bin", withDestinationPath: secret)
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/linked", withDestinationPath: outside.path)
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/inside.bin", withDestinationPath: "w.bin")
    func load(_ entries: (String, String)...) throws {
      _ = try ONNXModel.load(folder.write(Self.model(entries), "m.onnx"))
    }
    try load(("location", "w.bin"))
    try load(("location", "./w.bin"))
    try load(("location", "inside.bin"))
    expectRefusal("m.onnx", "'w'", "outside the model's folder") { try load(("location", secret)) }
    expectRefusal("outside the model's folder") { try load(("location", "../" + secret)) }
    expectRefusal("outside the model's folder") { try load(("location", "sub/../../w.bin")) }
    expectRefusal("leads outside") { try load(("location", "link.bin")) }
    expectRefusal("leads outside") { try load(("location", "linked/secret.bin")) }
    expectRefusal("missing") { try load(("location", "gone\n.bin")) }
    expectRefusal("leads outside") { try load(("location", ".")) }
    expectRefusal("without a location") { try load() }
    expectRefusal("without a location") { try load(("location", "")) }
    expectRefusal("has 16 bytes") { try load(("location", "w.bin"), ("offset", "1")) }
    expectRefusal("has 16 bytes") { try load(("location", "w.bin"), ("offset", "\(Int.max)")) }
    expectRefusal("offset '-1'") { try load(("location", "w.bin"), ("offset", "-1")) }
    expectRefusal("17 bytes of external data, where 16") { try load(("location", "w.bin"), ("length", "17")) }
    expectRefusal("length 'many'") { try load(("location", "w.bin"), ("length", "many")) }
    expectRefusal("two values of 'location'") { try load(("location", "w.bin"), ("location", "link.bin")) }
  }
}

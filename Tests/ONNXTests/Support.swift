import Foundation
import Inference
import ONNX
import Testing

/// The graph of a model made by hand.
func graph(_ model: ProtobufBytes, inputShapes: [String: [Int]] = [:]) throws -> Graph {
  try ONNXModel(model.bytes, name: "test.onnx").graph(inputShapes: inputShapes)
}

/// Checks that reading fails with a message of one line that names the file and has all the given parts.
func expectRefusal(
  _ parts: String..., at location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("was accepted", sourceLocation: location)
  } catch {
    let text = "\(error)"
    for part in parts {
      #expect(text.contains(part), "\(text)", sourceLocation: location)
    }
    #expect(
      error is ModelError || error is UnsupportedOperators || error is ModelErrors, "\(type(of: error))",
      sourceLocation: location)
    #expect(text.contains(": error: "), "\(text)", sourceLocation: location)
    let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 32 || $0 == "\n" }
    #expect(isPrintable && (!(error is ModelError) || !text.contains("\n")), sourceLocation: location)
  }
}

/// A folder that is removed when the test ends.
final class TemporaryFolder {
  let path: String

  init() {
    path = FileManager.default.temporaryDirectory.path + "/onnx-\(UUID().uuidString)"
    do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
      Issue.record("no temporary folder: \(error)")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }
}

/// The models with golden tensors beside the repository, if they are there.
enum SharedModels {
  static let folder: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.appendingPathComponent("shared/models").path
  }()

  static let names: [String] = {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return entries.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/model.onnx") }.sorted()
  }()

  static let areMissing = names.isEmpty
}

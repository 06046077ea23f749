import Foundation
import Testing

/// Model files that are no good, as a user meets them: exit code 2 and a message, soon.
struct HostileModelTests {
  /// The fields of a protobuf message.
  private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    var (length, bytes) = (content.count, [number << 3 | 2])
    while length >= 0x80 {
      bytes.append(UInt8(length & 0x7F | 0x80))
      length >>= 7
    }
    return bytes + [UInt8(length)] + content
  }

  private static func text(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  private static func node(_ name: String, _ input: String, _ output: String) -> [UInt8] {
    field(1, text(1, input) + text(2, output) + text(4, name))
  }

  /// A model of these nodes from `x` (float32 [1, 4]) to `y`.
  private static func model(_ nodes: [UInt8], opset: UInt8 = 17) -> [UInt8] {
    let shape = field(2, field(1, [8, 1]) + field(1, [8, 4]))
    let x = field(11, text(1, "x") + field(2, field(1, [8, 1] + shape)))
    let graph = nodes + text(2, "g") + x + field(12, text(1, "y"))
    return [8, 8] + field(7, graph) + field(8, [16, opset])
  }

  @Test(arguments: ["models", "infer"])
  func allThatIsWrongIsListedAtOnce(command: String) throws {
    let folder = try TemporaryFolder()
    let bytes = Self.model(
      Self.node("Frobnicate", "x", "a") + Self.node("Gizmo", "a", "b") + Self.node("Frobnicate", "b", "y"), opset: 77)
    try Data(bytes).write(to: folder.file("m.onnx"))
    let result = try Program.run([command, "m.onnx"], in: folder.url)
    #expect(result.status == 2 && result.output.isEmpty)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 3 && lines.allSatisfy { $0.contains("m.onnx") }, "\(result.errors)")
    for part in ["opset 77", "Frobnicate", "'Frobnicate_0', 'Frobnicate_2'", "Gizmo"] {
      #expect(result.errors.contains(part), "\(result.errors)")
    }
  }

  @Test func whatIsSupportedIsListed() throws {
    let json = try Program.json(["models", "--operators", "--format", "json"])
    let operators = try #require((json["operators"] as? [String: Any])?["ai.onnx"] as? [String])
    #expect(operators.contains("Conv") && operators == operators.sorted())
    #expect((json["element_types"] as? [String])?.contains("float32") == true)
    #expect(try Program.run(["models", "--operators"]).output.contains("\nai.onnx.Conv\n"))
  }

  @Test func aHundredThousandNodesTakeSeconds() throws {
    let folder = try TemporaryFolder()
    let count = 100_000
    let nodes = (0..<count).flatMap {
      Self.node("Relu", $0 == 0 ? "x" : "v\($0)", $0 == count - 1 ? "y" : "v\($0 + 1)")
    }
    try Data(Self.model(nodes)).write(to: folder.file("m.onnx"))
    let started = Date()
    #expect(try Program.run(["infer", "m.onnx"], in: folder.url).status == 0)
    #expect(try Program.run(["models", "m.onnx"], in: folder.url).status == 0)
    #expect(Date().timeIntervalSince(started) < 60)
  }

  /// A value that every node reads, and values that all live until the end.
  @Test func manyLivingValuesTakeSeconds() throws {
    let folder = try TemporaryFolder()
    let count = 50_000
    let nodes = (0..<count).flatMap { Self.node("Relu", "x", "v\($0)") }
    let sum = Self.field(1, (0..<count).flatMap { Self.text(1, "v\($0)") } + Self.text(2, "y") + Self.text(4, "Sum"))
    try Data(Self.model(nodes + sum)).write(to: folder.file("m.onnx"))
    let started = Date()
    #expect(try Program.run(["infer", "m.onnx"], in: folder.url).status == 0)
    #expect(Date().timeIntervalSince(started) < 60)
  }

  @Test func noFileIsTooOdd() throws {
    let folder = try TemporaryFolder()
    let files: [String: [UInt8]] = [
      "empty": [], "zeros": [UInt8](repeating: 0, count: 4096), "ones": [UInt8](repeating: 0xFF, count: 4096),
      "text": Array("not a model".utf8), "half": Array(Self.model(Self.node("Relu", "x", "y")).dropLast(9)),
    ]
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      try Data(bytes).write(to: folder.file("\(name).onnx"))
      for command in [["models"], ["infer"], ["export", "-o", "out"]] {
        let result = try Program.run([command[0], "\(name).onnx"] + command.dropFirst(), in: folder.url)
        #expect(result.status == 2 && result.errors.contains("\(name).onnx"), "\(name) \(command) \(result.errors)")
      }
    }
  }
}

import Inference
import ONNX
import Testing

/// A file that has several mistakes has all of them said at once.
struct ProblemTests {
  /// The lines of what reading throws.
  static func lines(_ model: ProtobufBytes) -> [String] {
    do {
      _ = try graph(model)
      return []
    } catch { return "\(error)".split(separator: "\n").map(String.init) }
  }

  @Test func everyMistakeIsNamed() throws {
    let model = ProtobufBytes.model(
      .graph(
        [
          .node("Frobnicate", ["x"], ["a"], name: "first"),
          .node("Conv", ["a", "w"], ["b"], name: "second", attributes: [.attribute("colour", int: 3)]),
          .node("Relu", ["b"], ["c"], name: "third", attributes: [.attribute("slope", int: 1)]),
          .node("Gizmo", ["c", "words"], ["y"], name: "fourth", domain: "com.example"),
        ],
        initializers: [.floats([1, 4, 1, 1], [1, 2, 3, 4], name: "w"), .tensor(8, [1], name: "words").string(6, "a")]),
      opset: 99)
    let lines = Self.lines(model)
    for parts in [
      ["opset 99", "only 6 to"], ["'words'", "element type string", "float32"],
      ["node 'fourth' uses Gizmo of domain 'com.example'", "opset_import"],
      ["second", "unknown attribute 'colour' of Conv", "it has auto_pad"],
      ["third", "unknown attribute 'slope' of Relu", "it has none"],
      ["operator Frobnicate (opset 99) is not supported: node 'first'", "models --operators"],
    ] {
      #expect(lines.contains { line in parts.allSatisfy { line.contains($0) } }, "\(parts) in \(lines)")
    }
    #expect(lines.count == 6 && lines.allSatisfy { $0.hasPrefix("test.onnx: error: ") }, "\(lines)")
  }

  /// A value that cannot be made makes no mistakes of the nodes that read it.
  @Test func oneMistakeStaysOne() {
    let lines = Self.lines(
      .model(
        .graph([
          .node("Conv", ["x"], ["a"], name: "bad"), .node("Relu", ["a"], ["b"], name: "good"),
          .node("Add", ["b", "x"], ["y"], name: "fine"),
        ])))
    #expect(lines.count == 1 && lines[0].contains("bad"), "\(lines)")
  }

  @Test func inputsOfOtherTypesAreNamedWithTheRest() {
    let lines = Self.lines(
      .model(
        .graph(
          [.node("Shrug", ["x", "s"], ["y"], name: "n")],
          inputs: [.value("x", type: 8, [1]), .value("s", type: 20, [1])])))
    #expect(lines.count == 3, "\(lines)")
    #expect(lines.contains { $0.contains("input 'x'") && $0.contains("string") })
  }

  /// However much is wrong, what is said about it stays readable.
  @Test func messagesAreBounded() {
    let nodes = (0..<5_000).map { ProtobufBytes.node("Op\($0)", ["x"], [$0 == 0 ? "y" : "v\($0)"]) }
    let wrong = (0..<5_000).map {
      ProtobufBytes.node("Relu", ["x"], ["w\($0)"], attributes: [.attribute("a\($0)", int: 1)])
    }
    #expect(Self.lines(.model(.graph(nodes))).count == 101)
    #expect(Self.lines(.model(.graph([.node("Neg", ["x"], ["y"])] + wrong))).count == 100)
  }
}

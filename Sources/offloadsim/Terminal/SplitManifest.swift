import ONNX
import StrictJSON

/// What `export` says about a split: the two files, and the tensors between them.
struct SplitManifest {
  private let split: ModelSplit
  private let model: String
  private let cuts: [String]

  init(_ split: ModelSplit, model: String, cuts: [String]) {
    self.split = split
    self.model = model
    self.cuts = cuts
  }

  /// `{"model", "cut", "head": {"file", "nodes", "inputs", "outputs"}, "tail": {...}, "crossing": [{"name", "type",
  /// "shape", "bytes"}]}`.
  ///
  /// A size that the file leaves open is its name, or null; type, shape and bytes are null where only a run can tell.
  var json: JSONValue {
    .object([
      .init("model", .string(model)), .init("cut", .array(cuts.map { .string($0) })),
      .init("head", Self.part(split.head, file: "head.onnx")), .init("tail", Self.part(split.tail, file: "tail.onnx")),
      .init("crossing", .array(split.crossings.map(Self.crossing))),
    ])
  }

  func printText(folder: OutputFolder, colored: Bool) {
    var table = TextTable(["crosses", "type", "shape", "bytes"])
    for crossing in split.crossings {
      table.add([
        .text(crossing.name), .text(crossing.elementType?.description ?? "at run time"),
        .text(crossing.dimensions.map { $0.map(Self.text).joined(separator: "×") } ?? "at run time"),
        crossing.byteCount.map { .count($0) } ?? .missing,
      ])
    }
    Console.print(table.rendered(.text, colored: colored))
    for (name, part) in [("head.onnx", split.head), ("tail.onnx", split.tail)] {
      Console.print("\(folder.path(of: name)): \(part.nodeCount) nodes, \(part.model.message.byteCount) bytes")
    }
  }

  private static func part(_ part: ModelSplit.Part, file: String) -> JSONValue {
    .object([
      .init("file", .string(file)), .init("nodes", .number(part.nodeCount)),
      .init("inputs", .array(part.inputs.map { .string($0) })),
      .init("outputs", .array(part.outputs.map { .string($0) })),
    ])
  }

  private static func crossing(_ crossing: ModelSplit.Crossing) -> JSONValue {
    .object([
      .init("name", .string(crossing.name)),
      .init("type", crossing.elementType.map { .string($0.description) } ?? .null),
      .init("shape", crossing.dimensions.map { .array($0.map(json)) } ?? .null),
      .init("bytes", crossing.byteCount.map { .number($0) } ?? .null),
    ])
  }

  private static func json(_ dimension: ONNXModel.Dimension) -> JSONValue {
    switch dimension {
    case .fixed(let size): .number(size)
    case .symbol(let name): .string(name)
    case .unknown: .null
    }
  }

  private static func text(_ dimension: ONNXModel.Dimension) -> String {
    switch dimension {
    case .fixed(let size): String(size)
    case .symbol(let name): name
    case .unknown: "?"
    }
  }
}

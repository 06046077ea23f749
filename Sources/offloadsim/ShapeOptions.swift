import ArgumentParser

/// `--shape`: sizes for what an ONNX file leaves open.
struct ShapeOptions: ParsableArguments {
  @Option(
    name: .customLong("shape"), parsing: .singleValue,
    help: ArgumentHelp(
      "The shape of an input of an ONNX file; repeat it for several. Without it, an open first size (the batch) is 1.",
      valueName: "name=1,3,224,224"))
  var shapes: [String] = []

  var isEmpty: Bool { shapes.isEmpty }

  /// The shapes by the names of the inputs, of which `validate` has made sure that they can be read.
  func byName() -> [String: [Int]] {
    Dictionary(shapes.compactMap(Self.parsed).map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
  }

  func validate() throws {
    var names: Set<String> = []
    for text in shapes {
      guard let (name, _) = Self.parsed(text) else {
        throw ValidationError("--shape \(text): write NAME=SIZES, such as image=1,3,224,224 (a scalar: NAME=)")
      }
      guard names.insert(name).inserted else { throw ValidationError("--shape names '\(name)' twice") }
    }
  }

  private static func parsed(_ text: String) -> (name: String, shape: [Int])? {
    // Names may hold '=' themselves, sizes do not.
    guard let sign = text.lastIndex(of: "="), sign > text.startIndex else { return nil }
    let sizes = text[text.index(after: sign)...]
    if sizes.isEmpty { return (String(text[..<sign]), []) }
    let shape = sizes.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard shape.allSatisfy({ $0.map { $0 >= 0 } ?? false }) else { return nil }
    return (String(text[..<sign]), shape.compactMap { $0 })
  }
}

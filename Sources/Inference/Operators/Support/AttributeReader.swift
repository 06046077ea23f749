/// The value of an operator's attribute, as in ONNX's `AttributeProto`.
public enum Attribute: Sendable {
  case int(Int)
  case float(Float)
  case string(String)
  case tensor(Tensor)
  case ints([Int])
  case floats([Float])
  case strings([String])
  /// A sub-graph of If, Loop or Scan.
  case graph(Graph)
}

/// Hands an operator its attributes by name and type, and remembers which ones nobody asked for.
public struct AttributeReader: Sendable {
  /// The opset version that the model imports for the operator's domain.
  public let opset: Int
  /// How many inputs and outputs the node lists, for operators whose meaning depends on it.
  public let inputCount: Int
  public let outputCount: Int
  /// How many further inputs are values that only the sub-graphs of the node read.
  public let captureCount: Int
  private let attributes: [String: Attribute]
  private var asked: Set<String> = []

  public init(
    _ attributes: [String: Attribute], opset: Int = 23, inputCount: Int = 0, outputCount: Int = 1,
    captureCount: Int = 0
  ) {
    self.attributes = attributes
    self.opset = opset
    self.inputCount = inputCount
    self.outputCount = outputCount
    self.captureCount = captureCount
  }

  /// The attributes that are present but were never asked for, sorted.
  public var unread: [String] { attributes.keys.filter { !asked.contains($0) }.sorted() }

  /// The attributes that were asked for, sorted.
  public var known: [String] { asked.sorted() }

  public mutating func int(_ name: String, default value: Int) throws -> Int { try intIfPresent(name) ?? value }
  public mutating func flag(_ name: String, default value: Bool) throws -> Bool {
    try intIfPresent(name).map { $0 != 0 } ?? value
  }
  public mutating func float(_ name: String, default value: Float) throws -> Float {
    try floatIfPresent(name) ?? value
  }
  public mutating func string(_ name: String, default value: String) throws -> String {
    try stringIfPresent(name) ?? value
  }

  public mutating func intIfPresent(_ name: String) throws -> Int? {
    switch take(name) {
    case nil: nil
    case .int(let value): value
    case let other?: throw Self.wrongType(name, "an integer", other)
    }
  }

  public mutating func floatIfPresent(_ name: String) throws -> Float? {
    switch take(name) {
    case nil: nil
    case .float(let value): value
    case let other?: throw Self.wrongType(name, "a float", other)
    }
  }

  public mutating func stringIfPresent(_ name: String) throws -> String? {
    switch take(name) {
    case nil: nil
    case .string(let value): value
    case let other?: throw Self.wrongType(name, "a string", other)
    }
  }

  public mutating func intsIfPresent(_ name: String) throws -> [Int]? {
    switch take(name) {
    case nil: nil
    case .ints(let values): values
    case let other?: throw Self.wrongType(name, "a list of integers", other)
    }
  }

  public mutating func floatsIfPresent(_ name: String) throws -> [Float]? {
    switch take(name) {
    case nil: nil
    case .floats(let values): values
    case let other?: throw Self.wrongType(name, "a list of floats", other)
    }
  }

  public mutating func stringsIfPresent(_ name: String) throws -> [String]? {
    switch take(name) {
    case nil: nil
    case .strings(let values): values
    case let other?: throw Self.wrongType(name, "a list of strings", other)
    }
  }

  public mutating func tensorIfPresent(_ name: String) throws -> Tensor? {
    switch take(name) {
    case nil: nil
    case .tensor(let value): value
    case let other?: throw Self.wrongType(name, "a tensor", other)
    }
  }

  public mutating func graphIfPresent(_ name: String) throws -> Graph? {
    switch take(name) {
    case nil: nil
    case .graph(let value): value
    case let other?: throw Self.wrongType(name, "a graph", other)
    }
  }

  private mutating func take(_ name: String) -> Attribute? {
    asked.insert(name)
    return attributes[name]
  }

  private static func wrongType(_ name: String, _ wanted: String, _ attribute: Attribute) -> ShapeError {
    ShapeError("attribute '\(name)' must be \(wanted), not \(attribute)")
  }
}

/// A `ModelProto`.
struct ModelMessage: Sendable {
  /// The IR versions whose meaning is known.
  ///
  /// Source: onnx.proto, onnx 1.23 writes 14.
  static let irVersions = 3...14
  /// The versions of the standard operators; from 7 on they broadcast as NumPy does.
  ///
  /// Source: ONNX Versioning, 1.23.
  static let opsetVersions = 6...28

  var irVersion = 0
  var producerName = ""
  var producerVersion = ""
  var opsets: [String: Int] = [:]
  var metadata: [String: String] = [:]
  var graph: GraphMessage
  /// What is not supported, though the graph can be read.
  private(set) var problems: [ModelError] = []

  init(_ source: ByteSource) throws {
    var reader = WireReader(source.all)
    var graph: ByteSlice?
    while let field = try reader.next() {
      switch field.number {
      case 1: irVersion = try field.int()
      case 2: producerName = try field.string()
      case 3: producerVersion = try field.string()
      case 7:
        try field.onlyOnce(graph != nil)
        graph = try field.bytes()
      case 8:
        let (domain, version) = try Self.opset(try field.bytes())
        guard opsets.updateValue(version, forKey: domain) ?? version == version else {
          throw field.failure("two opset versions of domain \(domain.quoted)")
        }
      case 14:
        let entry = try StringEntryMessage(try field.bytes())
        metadata[entry.key] = entry.value
      case 20: throw field.unsupported("training information is not supported; export the model for inference")
      case 25 where problems.isEmpty:
        problems.append(field.unsupported("model-local functions are not supported; inline them (onnx.inliner)"))
      default: break
      }
    }
    func failure(_ what: String) -> ModelError { ModelError(file: source.name, what) }
    guard irVersion != 0 || graph != nil else {
      throw failure("is not an ONNX model: it has neither version nor graph")
    }
    if !Self.irVersions.contains(irVersion) {
      problems.append(
        failure(
          "IR version \(irVersion) is not supported, only \(Self.irVersions.lowerBound) to "
            + "\(Self.irVersions.upperBound); convert the model with onnx.version_converter"))
    }
    guard let graph else { throw failure("the model has no graph") }
    guard let opset = opsets[""] ?? (opsets.isEmpty ? nil : Self.opsetVersions.upperBound) else {
      throw failure("the model does not say which version of the operators it uses (opset_import)")
    }
    if !Self.opsetVersions.contains(opset) {
      problems.append(
        failure(
          "opset \(opset) is not supported, only \(Self.opsetVersions.lowerBound) to \(Self.opsetVersions.upperBound);"
            + " convert the model with onnx.version_converter"))
    }
    self.graph = try GraphMessage(graph)
  }

  private static func opset(_ body: ByteSlice) throws -> (domain: String, version: Int) {
    var (domain, version) = ("", 0)
    var reader = WireReader(body)
    while let field = try reader.next() {
      switch field.number {
      case 1: domain = normalised(domain: try field.string())
      case 2: version = try field.int()
      default: break
      }
    }
    guard version > 0 else {
      throw ModelError(file: body.source.name, "opset version \(version) of domain \(domain.quoted)")
    }
    return (domain, version)
  }
}

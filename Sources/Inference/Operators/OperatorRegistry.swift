/// Every operator the engine knows.
///
/// To add one, write its file and a line here.
public enum OperatorRegistry {
  /// Every operator type.
  public static let all: [any Operator.Type] = standard + microsoft

  private static let byName: [String: any Operator.Type] = Dictionary(
    all.map { (key($0.domain, $0.onnxName), $0) }, uniquingKeysWith: { first, _ in first })

  /// The operator of that domain (`""` or `ai.onnx` for the standard ones) and name, or `nil`.
  public static func find(domain: String, name: String) -> (any Operator.Type)? {
    byName[key(domain == "ai.onnx" ? "" : domain, name)]
  }

  private static func key(_ domain: String, _ name: String) -> String { "\(domain)::\(name)" }
}

import Inference
import ONNX
import StrictJSON

/// What `models --operators` prints: which ONNX networks can be read.
enum SupportedOperators {
  static func print(asJSON: Bool) {
    var byDomain: [String: [String]] = [:]
    for type in OperatorRegistry.all {
      byDomain[type.domain.isEmpty ? "ai.onnx" : type.domain, default: []].append(type.onnxName)
    }
    let domains = byDomain.map { (name: $0, operators: $1.sorted()) }.sorted { $0.name < $1.name }
    let opsets = ONNXModel.opsetVersions
    let types = ElementType.allCases.map(\.description)
    guard !asJSON else {
      let json = JSONValue.object([
        .init("opsets", .array([.number(opsets.lowerBound), .number(opsets.upperBound)])),
        .init("element_types", .array(types.map { .string($0) })),
        .init(
          "operators",
          .object(domains.map { .init($0.name, .array($0.operators.map { .string($0) })) })),
      ])
      return Console.print(json.pretty)
    }
    for domain in domains { for name in domain.operators { Console.print("\(domain.name).\(name)") } }
    Console.print("opsets of ai.onnx: \(opsets.lowerBound) to \(opsets.upperBound)")
    Console.print("element types: \(types.joined(separator: ", "))")
  }
}

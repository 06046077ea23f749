import Partitioning
import StrictJSON

extension Scenario {
  /// A policy to compare, and what results call it.
  public struct Policy: Sendable {
    /// The label, or the SPEC as written.
    public let label: String
    public let position: SourcePosition?
    public internal(set) var policy: any PartitionPolicy
    /// The policy with its parameters, as a SPEC.
    public let spec: String
    /// What a decision costs the device, in microseconds of each request.
    public let decisionMicroseconds: Double

    /// Every kind of policy, with a label besides.
    static var alternative: Alternative<Policy> {
      .kinds(
        "policy",
        PolicyRegistry.kinds.map { kind in
          Kind(kind.name, kind.help) { fields in
            let label = fields.nameIfPresent("label", "what results call it; the SPEC as written where missing")
            if label == nil { fields.fill("label", .string(fields.spec())) }
            let decision = PolicyRegistry.decisionMicroseconds(from: &fields)
            return Policy(
              label: label ?? fields.spec(), position: fields.position(of: "label"), policy: kind.read(&fields),
              spec: fields.spec(without: ["label"]), decisionMicroseconds: decision)
          }
        })
    }
  }
}

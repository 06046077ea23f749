import StrictJSON

/// All policies by the names that scenarios and the command line use.
public enum PolicyRegistry {
  public static let all: [any PartitionPolicy.Type] = [
    Local.self, Edge.self, Cloud.self, Fixed.self, RandomCut.self, Neurosurgeon.self, MinimumCut.self, Oracle.self,
    // These decide for each request by what they see.
    UCB1.self, EpsilonGreedy.self, LinUCB.self, HillClimb.self, Lyapunov.self, RadioAware.self, ContentionAware.self,
    Social.self, DeadlineAware.self, External.self,
  ]

  /// The policies as kinds that a `FieldReader` chooses from.
  public static let kinds: [Kind<any PartitionPolicy>] = all.map { type in
    Kind(type.kind, type.summary) { type.init(from: &$0) }
  }

  /// Reads a SPEC such as `fixed,cut=features.18`; throws `InputError` where it names no policy or a wrong parameter.
  public static func policy(spec: String) throws(InputError) -> any PartitionPolicy {
    try FieldReader.read(
      spec: spec, "policy",
      kinds.map { kind in
        Kind(kind.name, kind.help) { fields in
          _ = decisionMicroseconds(from: &fields)
          return kind.read(&fields)
        }
      })
  }

  /// What a decision of any policy costs the device, in microseconds; 0 unless given.
  ///
  /// A plan leaves it out.
  public static func decisionMicroseconds(from fields: inout FieldReader) -> Double {
    fields.doubleIfPresent(
      "decision_us", in: .nonNegative(upTo: 1e9),
      "processor time that each decision costs the device, in time and energy; none where missing") ?? 0
  }
}

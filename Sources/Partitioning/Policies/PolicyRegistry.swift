import StrictJSON

/// All policies by the names that scenarios and the command line use.
public enum PolicyRegistry {
  public static let all: [any PartitionPolicy.Type] = planning + online

  private static let planning: [any PartitionPolicy.Type] = [
    Local.self, Edge.self, Cloud.self, Fixed.self, RandomCut.self, Neurosurgeon.self, MinimumCut.self, Oracle.self,
  ]

  /// The policies as kinds that a `FieldReader` chooses from.
  public static let kinds: [Kind<any PartitionPolicy>] = all.map { type in
    Kind(type.kind, type.summary) { type.init(from: &$0) }
  }

  /// Reads a SPEC such as `fixed,cut=features.18`; throws `InputError` where it names no policy or a wrong parameter.
  public static func policy(spec: String) throws(InputError) -> any PartitionPolicy {
    try FieldReader.read(spec: spec, "policy", kinds)
  }
}

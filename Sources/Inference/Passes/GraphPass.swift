/// A rewriting of a network into one that computes the same with less work.
///
/// A pass is a value without state, registered in `PassPipeline.all`. It looks at every node a bounded number of times,
/// so that loading stays linear in the size of the network. Whatever it does not recognise it leaves alone.
public protocol GraphPass: Sendable {
  /// What `--passes` and reports call it, in lower case with dashes.
  static var name: String { get }
  /// One sentence for help texts, without a full stop.
  static var summary: String { get }
  /// How far a rewritten network's results may be from the original's.
  static var exactness: PassExactness { get }
  /// Whether it runs where nobody chose passes.
  static var isStandard: Bool { get }

  /// Rewrites the network in place.
  func run(on graph: inout GraphEditor)
}

extension GraphPass {
  public static var isStandard: Bool { true }
}

/// How far the results of a rewritten network may be from those of the original.
public enum PassExactness: Sendable, Hashable {
  /// Not one bit.
  case identical
  /// The rounding of float32: the same numbers computed in another order.
  case rounding
  /// One step of the quantised results.
  case quantizationStep
}

extension OperatorRegistry {
  /// Operators that run sub-graphs.
  static let controlFlow: [any Operator.Type] = [If.self, Loop.self, Scan.self]
}

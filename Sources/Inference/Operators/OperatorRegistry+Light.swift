extension OperatorRegistry {
  /// Operators that move data or work on single elements, in alphabetical order.
  static let light: [any Operator.Type] = []
}

extension OperatorRegistry {
  static let light: [any Operator.Type] = []
}

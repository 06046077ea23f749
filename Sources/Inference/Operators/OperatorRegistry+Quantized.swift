extension OperatorRegistry {
  /// Operators that the integer kernels pass makes besides the standard ones.
  static let quantized: [any Operator.Type] = [QGemm.self]
}

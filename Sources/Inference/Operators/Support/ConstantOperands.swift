extension Array where Element == TensorType? {
  /// The constant operands of an operator whose first one comes with each run: in that one's place a tensor of its type
  /// without need of its elements; `nil` unless all others are constant.
  func constantsAfterFirst() -> [Tensor?]? {
    guard let first = optional(0), dropFirst().allSatisfy({ $0 == nil || $0?.constant != nil }) else { return nil }
    return [Tensor(zeros: first.elementType, shape: first.shape)] + dropFirst().map { $0?.constant }
  }
}

/// What a name stands for while a network runs: ONNX's tensors, sequences of tensors, and empty optionals.
public enum ExecutionValue: Sendable {
  case tensor(Tensor)
  case sequence([Tensor])
  /// An optional that holds nothing.
  case absent

  /// The tensor; throws `ExecutionError` where it is something else.
  func tensor(_ what: @autoclosure () -> String) throws -> Tensor {
    guard case .tensor(let tensor) = self else { throw ExecutionError("\(what()) is \(kind), not a tensor") }
    return tensor
  }

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .tensor: "a tensor"
    case .sequence: "a sequence"
    case .absent: "an empty optional"
    }
  }

  /// The type of a tensor.
  public var type: TensorType? {
    if case .tensor(let tensor) = self { TensorType(tensor.elementType, tensor.shape) } else { nil }
  }

  /// The same with memory of its own.
  func copied() -> ExecutionValue {
    switch self {
    case .tensor(let tensor): .tensor(tensor.copied())
    case .sequence(let tensors): .sequence(tensors.map { $0.copied() })
    case .absent: .absent
    }
  }
}

extension Tensor {
  /// The same elements in memory of their own.
  func copied() -> Tensor {
    let copy = Tensor(zeros: elementType, shape: shape)
    withExtendedLifetime(storage) { copyElements(of: self, to: copy) }
    return copy
  }
}

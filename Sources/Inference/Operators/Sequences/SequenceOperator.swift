/// An operator on sequences of tensors, whose kernel is itself.
protocol SequenceOperator: RunTimeOperator, RunTimeKernel {}

extension SequenceOperator {
  func outputTypes(for inputs: [TensorType?], isPresent: [Bool]) throws -> [TensorType?] { [nil] }

  func runTimeKernel(for inputs: [TensorType?], settings: ExecutionSettings) throws -> any RunTimeKernel { self }
}

extension Array where Element == ExecutionValue? {
  /// The sequence at `index`.
  func sequence(_ index: Int) throws -> [Tensor] {
    guard index < count, let value = self[index] else { throw ExecutionError("input \(index) is missing") }
    guard case .sequence(let tensors) = value else {
      throw ExecutionError("input \(index) is \(value.kind), not a sequence")
    }
    return tensors
  }

  /// The tensor at `index`, which must be there.
  func requiredTensor(_ index: Int) throws -> Tensor {
    guard let tensor = try tensor(index, "\(index)") else { throw ExecutionError("input \(index) is missing") }
    return tensor
  }

  /// The position in a sequence that the tensor at `index` holds, counted from the end where negative; `nil` where it is
  /// left out.
  func position(_ index: Int, size: Int) throws -> Int? {
    guard let tensor = try tensor(index, "position") else { return nil }
    guard tensor.elementCount == 1, let position = tensor.integers()?.first else {
      throw ExecutionError("a position in a sequence is one integer, not \(tensor.elementType)\(tensor.shape)")
    }
    return try checkedIndex(position, size: size)
  }
}

extension Tensor {
  /// `count` places of an axis from `start` on, which must be there.
  func part(from start: Int, count: Int, axis: Int) -> Tensor {
    var shape = shape
    shape[axis] = count
    let result = Tensor(zeros: elementType, shape: shape)
    let inner = self.shape[(axis + 1)...].reduce(elementType.byteCount, *)
    withExtendedLifetime(storage) {
      for outer in 0..<shape[..<axis].reduce(1, *) {
        (result.bytes + outer * count * inner).copyMemory(
          from: bytes + (outer * self.shape[axis] + start) * inner, byteCount: count * inner)
      }
    }
    return result
  }
}

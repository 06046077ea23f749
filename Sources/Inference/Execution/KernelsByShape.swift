/// The kernels prepared for a node whose shapes are known only at run time, so that weights are not packed in every run.
///
/// Used by one run at a time, under the executor's lock.
final class KernelsByShape: @unchecked Sendable {
  /// Kernels kept, those used last: networks repeat a few shapes, or no shape at all.
  static let limit = 4

  private let constants: [Tensor?]
  private var kernels: [(shapes: [[Int]?], kernel: any PreparedKernel)] = []

  /// `nil` unless some input is a constant tensor of some size, such as weights.
  init?(constants types: [TensorType?]) {
    constants = types.map { $0?.constant }
    guard constants.contains(where: { ($0?.elementCount ?? 0) >= 64 }) else { return nil }
  }

  /// The kernel for those inputs, or `nil` where the operator prepares none.
  func kernel(
    of operation: any Operator, for inputs: [Tensor?], outputs: [TensorType], using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    let shapes = inputs.map { $0?.shape }
    if let index = kernels.firstIndex(where: { $0.shapes == shapes }) {
      if index > 0 { kernels.insert(kernels.remove(at: index), at: 0) }
      return kernels[0].kernel
    }
    // Only what is constant from run to run may be packed.
    let types = inputs.enumerated().map { index, tensor in
      tensor.map { TensorType($0.elementType, $0.shape, constant: constants[index] == nil ? nil : $0) }
    }
    guard let kernel = try operation.prepare(for: types, outputs: outputs, epilogue: Epilogue(), using: context) else {
      return nil
    }
    if kernels.count == Self.limit { kernels.removeLast() }
    kernels.insert((shapes, kernel), at: 0)
    return kernel
  }
}

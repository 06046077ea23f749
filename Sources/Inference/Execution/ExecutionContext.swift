/// What a kernel needs besides its tensors: the instruction set and the threads.
public struct ExecutionContext: Sendable {
  /// How many threads a kernel may use; results do not depend on it.
  public let threads: Int
  /// The kernels of the instruction set in use.
  public let kernels: Kernels
  /// What kernels have packed so far, while kernels are prepared; `nil` while they run, when a tensor's memory may hold
  /// other elements each time.
  let packed: PackedWeights?

  public init(threads: Int = 1, kernels: Kernels = .current) {
    self.init(threads: threads, kernels: kernels, packed: nil)
  }

  package init(threads: Int, kernels: Kernels, packed: PackedWeights?) {
    self.threads = threads
    self.kernels = kernels
    self.packed = packed
  }
}

/// A kernel prepared once for one node: packed weights, chosen blocking, fused epilogue.
public protocol PreparedKernel: Sendable {
  /// Computes the outputs; `residual` is the second operand of a fused addition.
  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws
}

/// A kernel that may be given the memory of an input as its output, where its operator's `aliasing` says so.
protocol InPlaceKernel: PreparedKernel {}

/// What follows a convolution or matrix product in the same layer and is applied while storing, in this order.
///
/// Every step rounds exactly as the separate operator does, so that fusing never changes a bit of the result.
public struct Epilogue: Sendable {
  /// BatchNormalization as a scale and a shift per channel.
  public var scale: [Float]?
  public var shift: [Float]?
  /// Whether a second tensor is added before the activation.
  public var addsResidual = false
  public var activation: Activation?

  public init() {}
  public var isEmpty: Bool { scale == nil && !addsResidual && activation == nil }
}

/// An element-wise function that can be applied while storing.
public enum Activation: Sendable, Hashable {
  case relu
  case clip(low: Float, high: Float)
  case leakyRelu(slope: Float)
  case sigmoid
  case tanh
  case hardSwish
  case hardSigmoid(alpha: Float, beta: Float)
  case silu
}

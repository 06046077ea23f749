import CKernels

/// A function of one float with its parameters, as the kernels know it.
public struct ScalarFunction: Sendable {
  let code: ck_function
  let first: Float
  let second: Float

  private init(_ code: ck_function, _ first: Float = 0, _ second: Float = 0) {
    self.code = code
    self.first = first
    self.second = second
  }

  public static let identity = ScalarFunction(CK_IDENTITY)
  public static let relu = ScalarFunction(CK_RELU)
  public static let sigmoid = ScalarFunction(CK_SIGMOID)
  public static let tanh = ScalarFunction(CK_TANH)
  public static let hardSwish = ScalarFunction(CK_HARD_SWISH)
  public static let silu = ScalarFunction(CK_SILU)
  public static let exp = ScalarFunction(CK_EXP)
  public static let erf = ScalarFunction(CK_ERF)
  public static let gelu = ScalarFunction(CK_GELU)
  public static let geluTanh = ScalarFunction(CK_GELU_TANH)
  public static let softsign = ScalarFunction(CK_SOFTSIGN)
  public static let softplus = ScalarFunction(CK_SOFTPLUS)
  /// `min(high, max(low, x))`.
  public static func clip(low: Float, high: Float) -> Self { .init(CK_CLIP, low, high) }
  /// `x < 0 ? slope · x : x`.
  public static func leakyRelu(slope: Float) -> Self { .init(CK_LEAKY_RELU, slope) }
  /// `max(0, min(1, alpha · x + beta))`.
  public static func hardSigmoid(alpha: Float, beta: Float) -> Self { .init(CK_HARD_SIGMOID, alpha, beta) }
  /// `gamma · (x > 0 ? x : alpha · (exp(x) - 1))`.
  public static func elu(alpha: Float, gamma: Float) -> Self { .init(CK_ELU, alpha, gamma) }
  /// `fma(x, scale, shift)`.
  public static func affine(scale: Float, shift: Float) -> Self { .init(CK_AFFINE, scale, shift) }
  /// `x > threshold ? x : 0`.
  public static func thresholdedRelu(threshold: Float) -> Self { .init(CK_THRESHOLDED_RELU, threshold) }
  /// `alpha · tanh(beta · x)`.
  public static func scaledTanh(alpha: Float, beta: Float) -> Self { .init(CK_SCALED_TANH, alpha, beta) }

  /// The function that an activation stands for.
  public init(_ activation: Activation?) {
    self =
      switch activation {
      case nil: .identity
      case .relu: .relu
      case .clip(let low, let high): .clip(low: low, high: high)
      case .leakyRelu(let slope): .leakyRelu(slope: slope)
      case .sigmoid: .sigmoid
      case .tanh: .tanh
      case .hardSwish: .hardSwish
      case .hardSigmoid(let alpha, let beta): .hardSigmoid(alpha: alpha, beta: beta)
      case .silu: .silu
      }
  }

  /// Applies the function to every element of a float32 tensor; input and output may be the same.
  public func apply(_ input: Tensor, into output: Tensor, using context: ExecutionContext) {
    let count = input.elementCount
    let grain = 1 << 14
    context.parallel((count + grain - 1) / grain) { block in
      let start = block * grain
      context.kernels.apply(
        self, input.floats + start, into: output.floats + start, count: min(grain, count - start))
    }
  }
}

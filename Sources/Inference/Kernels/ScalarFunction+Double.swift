import CKernels
import Foundation

extension ScalarFunction {
  /// The function of a double-precision number; the parameters keep their single precision.
  func callAsFunction(_ x: Double) -> Double {
    let (p, q) = (Double(first), Double(second))
    switch code {
    case CK_RELU: return x > 0 || x.isNaN ? x : 0
    case CK_CLIP: return Swift.min(q, Swift.max(p, x))
    case CK_LEAKY_RELU: return x < 0 ? p * x : x
    case CK_SIGMOID: return 1 / (1 + Foundation.exp(-x))
    case CK_TANH: return Foundation.tanh(x)
    case CK_HARD_SWISH: return x * Swift.max(0, Swift.min(1, x / 6 + 0.5))
    case CK_HARD_SIGMOID: return Swift.max(0, Swift.min(1, p * x + q))
    case CK_SILU: return x / (1 + Foundation.exp(-x))
    case CK_EXP: return Foundation.exp(x)
    case CK_ERF: return Foundation.erf(x)
    case CK_GELU: return 0.5 * x * (1 + Foundation.erf(x / 2.0.squareRoot()))
    case CK_GELU_TANH:
      return 0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case CK_ELU: return x > 0 ? q * x : q * p * Foundation.expm1(x)
    case CK_SOFTSIGN: return x / (1 + abs(x))
    case CK_AFFINE: return x * p + q
    case CK_THRESHOLDED_RELU: return x > p ? x : 0
    case CK_SCALED_TANH: return p * Foundation.tanh(q * x)
    case CK_SOFTPLUS: return Swift.max(x, 0) + Foundation.log1p(Foundation.exp(-abs(x)))
    default: return x
    }
  }
}

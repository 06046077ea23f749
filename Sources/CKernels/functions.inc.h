// Element-wise functions of one vector. Polynomials are weighted least-squares fits close to minimax; the error of
// each function is bounded in the tests.
INLINE V v_load(const float *p) {
  V v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE void v_store(float *p, V v) { memcpy(p, &v, sizeof v); }
INLINE V v_set(float x) { return (V)x; }
// Where b is not a number, so is the result; max(a, b) and min(a, b) are one instruction each.
INLINE V v_max(V a, V b) { return a > b ? a : b; }
INLINE V v_min(V a, V b) { return a < b ? a : b; }
INLINE V v_abs(V x) { return (V)((VI)x & 0x7fffffff); }
INLINE V v_with_sign(V x, V sign) { return (V)(((VI)x & 0x7fffffff) | ((VI)sign & (int32_t)0x80000000)); }

/// exp: 2^n e^r with |r| <= ln 2 / 2; gradual underflow and overflow to infinity through two powers of two.
INLINE V v_exp(V x) {
  const V magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer in the low bits
  x = v_max(v_set(-104.0f), x);
  x = v_min(v_set(89.0f), x);
  V shifted = v_fma(x, v_set(1.44269504f), magic);
  V n = shifted - magic;
  V r = v_fma(n, v_set(-0.693145751953125f), x);
  r = v_fma(n, v_set(-1.428606765330187e-06f), r);
  V p = 0.0001991790340980515f;
  p = v_fma(p, r, v_set(0.0013946191174909472f));
  p = v_fma(p, r, v_set(0.008333264850080013f));
  p = v_fma(p, r, v_set(0.041666269302368164f));
  p = v_fma(p, r, v_set(0.1666666716337204f));
  p = v_fma(p, r, v_set(0.5f));
  p = v_fma(p, r * r, r) + 1.0f;
  VI exponent = (VI)shifted - (VI)magic;
  VI half = exponent >> 1;
  return p * (V)((half + 127) << 23) * (V)((exponent - half + 127) << 23);
}

INLINE V v_sigmoid(V x) {
  V e = v_exp(-v_abs(x));
  V r = 1.0f / (1.0f + e);
  return x < 0.0f ? e * r : r;
}

INLINE V v_tanh(V x) {
  V a = v_abs(x);
  V z = x * x;
  V p = -0.005528624169528484f;
  p = v_fma(p, z, v_set(0.02048330567777157f));
  p = v_fma(p, z, v_set(-0.05369296297430992f));
  p = v_fma(p, z, v_set(0.1333089917898178f));
  p = v_fma(p, z, v_set(-0.3333326280117035f));
  V small = v_with_sign(v_fma(x * z, p, x), x);
  V large = v_with_sign(1.0f - 2.0f / (v_exp(a + a) + 1.0f), x);
  return a < 0.65f ? small : large;
}

/// erf: an odd polynomial below 1, above it 1 - exp(a polynomial that approximates log erfc).
INLINE V v_erf(V x) {
  V a = v_abs(x);
  V z = x * x;
  V p = 7.889119297033176e-05f;
  p = v_fma(p, z, v_set(-0.0008020841050893068f));
  p = v_fma(p, z, v_set(0.005189535208046436f));
  p = v_fma(p, z, v_set(-0.026854444295167923f));
  p = v_fma(p, z, v_set(0.11283600330352783f));
  p = v_fma(p, z, v_set(-0.3761262595653534f));
  p = v_fma(p, z, v_set(1.1283791065216064f));
  V small = p * x;
  a = v_min(v_set(4.0f), a);
  V q = -2.1445597667479888e-05f;
  q = v_fma(q, a, v_set(0.00043853025999851525f));
  q = v_fma(q, a, v_set(-0.00419085705652833f));
  q = v_fma(q, a, v_set(0.025171812623739243f));
  q = v_fma(q, a, v_set(-0.10836155712604523f));
  q = v_fma(q, a, v_set(-0.6332724094390869f));
  q = v_fma(q, a, v_set(-1.1295520067214966f));
  q = v_fma(q, a, v_set(0.00018246057152282447f));
  V large = v_with_sign(1.0f - v_exp(q), x);
  return a < 1.0f ? small : large;
}

/// log(1 + u) for 0 <= u <= 1, as 2 artanh(u / (2 + u)).
INLINE V v_log1p_unit(V u) {
  V s = u / (2.0f + u);
  V z = s * s;
  V p = 0.12154162675142288f;
  p = v_fma(p, z, v_set(0.10712925344705582f));
  p = v_fma(p, z, v_set(0.14308518171310425f));
  p = v_fma(p, z, v_set(0.19999437034130096f));
  p = v_fma(p, z, v_set(0.3333333730697632f));
  V t = s + s;
  return v_fma(t * z, p, t);
}

INLINE V v_hard_sigmoid(V x, V alpha, V beta) {
  return v_min(v_set(1.0f), v_max(v_set(0.0f), v_fma(x, alpha, beta)));
}

INLINE V v_gelu_tanh(V x) {
  V inner = 0.7978845608f * v_fma(x * x * x, v_set(0.044715f), x);
  return 0.5f * x * (1.0f + v_tanh(inner));
}

/// exp(x) - 1 for x <= 0, through tanh near zero where the difference would cancel.
INLINE V v_expm1(V x) {
  V t = v_tanh(0.5f * x);
  V near = 2.0f * t / (1.0f - t);
  return x > -1.0f ? near : v_exp(x) - 1.0f;
}

INLINE V v_apply(const ck_function function, V x, V p0, V p1) {
  switch (function) {
  case CK_IDENTITY: return x;
  case CK_RELU: return v_max(v_set(0.0f), x);
  case CK_CLIP: return v_min(p1, v_max(p0, x));
  case CK_LEAKY_RELU: return x < 0.0f ? x * p0 : x;
  case CK_SIGMOID: return v_sigmoid(x);
  case CK_TANH: return v_tanh(x);
  case CK_HARD_SWISH: return x * v_hard_sigmoid(x, v_set(1.0f / 6), v_set(0.5f));
  case CK_HARD_SIGMOID: return v_hard_sigmoid(x, p0, p1);
  case CK_SILU: return x * v_sigmoid(x);
  case CK_EXP: return v_exp(x);
  case CK_ERF: return v_erf(x);
  case CK_GELU: return 0.5f * x * (1.0f + v_erf(x * 0.70710678f));
  case CK_GELU_TANH: return v_gelu_tanh(x);
  case CK_ELU: return p1 * (x > 0.0f ? x : p0 * v_expm1(x));
  case CK_SOFTSIGN: return x / (1.0f + v_abs(x));
  case CK_AFFINE: return v_fma(x, p0, p1);
  case CK_THRESHOLDED_RELU: return x > p0 ? x : v_set(0.0f);
  case CK_SCALED_TANH: return p0 * v_tanh(p1 * x);
  case CK_SOFTPLUS: return v_max(v_set(0.0f), x) + v_log1p_unit(v_exp(-v_abs(x)));
  }
  return x;
}

/// Runs STATEMENT with FUNCTION a constant, so that the switch above disappears.
#define FOR_FUNCTION(function, STATEMENT)                                                                       \
  switch (function) {                                                                                           \
    FUNCTION_CASE(CK_IDENTITY, STATEMENT) FUNCTION_CASE(CK_RELU, STATEMENT) FUNCTION_CASE(CK_CLIP, STATEMENT)   \
    FUNCTION_CASE(CK_LEAKY_RELU, STATEMENT) FUNCTION_CASE(CK_SIGMOID, STATEMENT)                                \
    FUNCTION_CASE(CK_TANH, STATEMENT) FUNCTION_CASE(CK_HARD_SWISH, STATEMENT)                                   \
    FUNCTION_CASE(CK_HARD_SIGMOID, STATEMENT) FUNCTION_CASE(CK_SILU, STATEMENT)                                 \
    FUNCTION_CASE(CK_EXP, STATEMENT) FUNCTION_CASE(CK_ERF, STATEMENT) FUNCTION_CASE(CK_GELU, STATEMENT)         \
    FUNCTION_CASE(CK_GELU_TANH, STATEMENT) FUNCTION_CASE(CK_ELU, STATEMENT)                                     \
    FUNCTION_CASE(CK_SOFTSIGN, STATEMENT) FUNCTION_CASE(CK_AFFINE, STATEMENT)                                   \
    FUNCTION_CASE(CK_THRESHOLDED_RELU, STATEMENT) FUNCTION_CASE(CK_SCALED_TANH, STATEMENT)                      \
    FUNCTION_CASE(CK_SOFTPLUS, STATEMENT)                                                                       \
  }
#define FUNCTION_CASE(name, STATEMENT) \
  case name: {                         \
    const ck_function FUNCTION = name; \
    STATEMENT;                         \
    break;                             \
  }

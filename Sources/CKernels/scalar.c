// The portable row of the table: vectors of four floats that every compiler target lowers to what it has.
#include "vector_math.h"

#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#define KERNELS_NAME "scalar"
#define KERNELS_TABLE ck_scalar

typedef float V __attribute__((ext_vector_type(4)));
typedef int32_t VI __attribute__((ext_vector_type(4)));

#if defined(__ARM_FEATURE_FMA) || defined(__FMA__)
static inline V v_fma(V a, V b, V c) { return __builtin_elementwise_fma(a, b, c); }
#else
// Without the instruction a fused step would be a library call per element: round twice, everywhere alike.
static inline V v_fma(V a, V b, V c) { return a * b + c; }
#endif

static inline V v_load_even(const float *p) { return (V){p[0], p[2], p[4], p[6]}; }
/// Elements 0, 2, ... and 1, 3, ... of the next 2 * LANES.
static inline void v_load_pairs(const float *p, V *even, V *odd) {
  *even = (V){p[0], p[2], p[4], p[6]};
  *odd = (V){p[1], p[3], p[5], p[7]};
}
static inline V v_load_first(const float *p, ptrdiff_t n) {
  // Weights in a file may begin at any byte.
  V v = 0.0f;
  if (n > 0) memcpy(&v, p, (size_t)n * sizeof *p);
  return v;
}
static inline void v_store_first(float *p, V v, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i++) p[i] = v[i];
}
static inline VI v_multiply_pairs(VI a, VI b) {
  VI low = ((a << 16) >> 16) * ((b << 16) >> 16);
  return low + (a >> 16) * (b >> 16);
}

#include "kernels.inc.h"

#define PANEL_VECTORS 2
#define PANEL_ROWS 4
#define PANEL_ROWS_NARROW 4
#define INTEGERS_NAME "scalar"
#define INTEGERS_TABLE ck_integers_scalar
#include "integers.inc.h"

// AVX-512: sixteen lanes, thirty-two registers.
#if defined(__x86_64__)
#include <immintrin.h>

#include "vector_math.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))), apply_to = function)

#define LANES 16
#define TILE_ROWS 8
#define TILE_VECTORS 3
#define KERNELS_NAME "avx512"
#define KERNELS_TABLE ck_avx512
#define HAS_MASKED_LOADS 1

typedef float V __attribute__((ext_vector_type(16)));
typedef int32_t VI __attribute__((ext_vector_type(16)));

static inline V v_fma(V a, V b, V c) { return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
static inline __m512i even_lanes(void) {
  return _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
static inline V v_load_even(const float *p) {
  return (V)_mm512_permutex2var_ps(_mm512_loadu_ps(p), even_lanes(), _mm512_loadu_ps(p + 16));
}
/// Elements 0, 2, ... and 1, 3, ... of the next 2 * LANES.
static inline void v_load_pairs(const float *p, V *even, V *odd) {
  const __m512 low = _mm512_loadu_ps(p), high = _mm512_loadu_ps(p + 16);
  *even = (V)_mm512_permutex2var_ps(low, even_lanes(), high);
  *odd = (V)_mm512_permutex2var_ps(low, _mm512_add_epi32(even_lanes(), _mm512_set1_epi32(1)), high);
}
static inline __mmask16 first_lanes(ptrdiff_t n) { return (__mmask16)((1u << n) - 1); }
static inline V v_load_first(const float *p, ptrdiff_t n) { return (V)_mm512_maskz_loadu_ps(first_lanes(n), p); }
static inline void v_store_first(float *p, V v, ptrdiff_t n) {
  _mm512_mask_storeu_ps(p, first_lanes(n), (__m512)v);
}
static inline VI v_multiply_pairs(VI a, VI b) { return (VI)_mm512_madd_epi16((__m512i)a, (__m512i)b); }

#include "kernels.inc.h"

#define INTEGERS_NAME "avx512"
#define INTEGERS_TABLE ck_integers_avx512
#include "CIntegers.h"
#include "byte_packs512.inc.h"
#define HAS_FMA 1
#include "integers.inc.h"

#pragma clang attribute pop
#endif

// AVX2 with FMA: eight lanes, sixteen registers.
#if defined(__x86_64__)
#include <immintrin.h>

#include "vector_math.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define KERNELS_NAME "avx2"
#define KERNELS_TABLE ck_avx2

typedef float V __attribute__((ext_vector_type(8)));
typedef int32_t VI __attribute__((ext_vector_type(8)));

static inline V v_fma(V a, V b, V c) { return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
static inline V v_load_even(const float *p) {
  __m256 pairs = _mm256_shuffle_ps(_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8), _MM_SHUFFLE(2, 0, 2, 0));
  return (V)_mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(pairs), _MM_SHUFFLE(3, 1, 2, 0)));
}
/// Elements 0, 2, ... and 1, 3, ... of the next 2 * LANES.
static inline void v_load_pairs(const float *p, V *even, V *odd) {
  const __m256 low = _mm256_loadu_ps(p), high = _mm256_loadu_ps(p + 8);
  const __m256d evens = _mm256_castps_pd(_mm256_shuffle_ps(low, high, _MM_SHUFFLE(2, 0, 2, 0)));
  const __m256d odds = _mm256_castps_pd(_mm256_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1)));
  *even = (V)_mm256_castpd_ps(_mm256_permute4x64_pd(evens, _MM_SHUFFLE(3, 1, 2, 0)));
  *odd = (V)_mm256_castpd_ps(_mm256_permute4x64_pd(odds, _MM_SHUFFLE(3, 1, 2, 0)));
}
static inline __m256i first_lanes(ptrdiff_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline V v_load_first(const float *p, ptrdiff_t n) { return (V)_mm256_maskload_ps(p, first_lanes(n)); }
static inline void v_store_first(float *p, V v, ptrdiff_t n) { _mm256_maskstore_ps(p, first_lanes(n), (__m256)v); }
static inline VI v_multiply_pairs(VI a, VI b) { return (VI)_mm256_madd_epi16((__m256i)a, (__m256i)b); }

#include "kernels.inc.h"

#define PANEL_VECTORS 2
#define PANEL_ROWS 4
#define PANEL_ROWS_NARROW 4
#define INTEGERS_NAME "avx2"
#define INTEGERS_TABLE ck_integers_avx2
#define HAS_FMA 1
#include "integers.inc.h"

#pragma clang attribute pop
#endif

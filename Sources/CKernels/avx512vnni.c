// AVX-512 with VNNI: products of four bytes at a time. Everything but the integer kernels is that of AVX-512.
#if defined(__x86_64__)
#include <immintrin.h>

#include "CIntegers.h"
#include "vector_math.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma"))), apply_to = function)

#define LANES 16
#define INTEGERS_NAME "avx512vnni"
#define INTEGERS_TABLE ck_integers_avx512vnni
#define HAS_BYTE_DOTS 1

typedef float V __attribute__((ext_vector_type(16)));
typedef int32_t VI __attribute__((ext_vector_type(16)));

static inline V v_fma(V a, V b, V c) { return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
static inline VI v_multiply_pairs(VI a, VI b) { return (VI)_mm512_madd_epi16((__m512i)a, (__m512i)b); }
/// Bytes without a sign times bytes with one, four of them added to each lane without saturation.
static inline VI v_dot_bytes(VI total, VI x, VI w) {
  return (VI)_mm512_dpbusd_epi32((__m512i)total, (__m512i)x, (__m512i)w);
}

#include "byte_packs512.inc.h"
#define HAS_FMA 1
#include "integers.inc.h"

#pragma clang attribute pop
#endif

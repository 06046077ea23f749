// Up to four vectors of sums packed to bytes: of v vectors, vector j holds in each group i of four lanes the channels
// from 4vi + 4j on, so that packing inside groups leaves them in order.
#define HAS_BYTE_PACKS 1
#define PANEL_VECTORS 4
#define PANEL_ROWS 6
#define PANEL_ROWS_NARROW 8

/// Whole numbers as bytes, after the zero point is added; what is beyond either end saturates.
static inline __attribute__((always_inline)) __m512i v_bytes(const int vectors, const __m512i *whole, __m512i zero,
                                                             const int is_signed) {
  const __m512i none = _mm512_setzero_si512();
  const __m512i low = _mm512_adds_epi16(_mm512_packs_epi32(whole[0], vectors > 1 ? whole[1] : none), zero);
  const __m512i rest =
      vectors > 2 ? _mm512_adds_epi16(_mm512_packs_epi32(whole[2], vectors > 3 ? whole[3] : none), zero) : none;
  return is_signed ? _mm512_packs_epi16(low, rest) : _mm512_packus_epi16(low, rest);
}

static inline __attribute__((always_inline)) __m512i v_packed(const int vectors, const VI *total,
                                                              const float *factors, const ck_requantization *r) {
  // What is not below 2^31 becomes the least int32, and so does what is not a number, which `min` hands on: too small a
  // number saturates as it must, and too great a one is brought down first.
  __m512i whole[4];
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++) {
    __m512 x = _mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)total[j]), _mm512_loadu_ps(factors + 16 * j));
    if (!r->is_small) x = _mm512_min_ps(_mm512_set1_ps(512.0f), x);
    whole[j] = _mm512_cvtps_epi32(x);
  }
  return v_bytes(vectors, whole, _mm512_set1_epi16((short)r->zero_point), r->is_signed);
}

/// The first `count` bytes, or all.
static inline __attribute__((always_inline)) void v_store_packed(const int vectors, uint8_t *to, const VI *total,
                                                                 const float *factors, const ck_requantization *r,
                                                                 ptrdiff_t count) {
  __m512i bytes = v_packed(vectors, total, factors, r);
  if (vectors < 4) {
    // Each group of four lanes holds `vectors` times four bytes.
    const __m512i groups =
        vectors == 1   ? _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        : vectors == 2 ? _mm512_setr_epi32(0, 1, 4, 5, 8, 9, 12, 13, 0, 0, 0, 0, 0, 0, 0, 0)
                       : _mm512_setr_epi32(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);
    bytes = _mm512_permutexvar_epi32(groups, bytes);
  }
  if (count < 16 * vectors) {
    _mm512_mask_storeu_epi8(to, ((__mmask64)1 << count) - 1, bytes);
  } else if (vectors == 4) {
    _mm512_storeu_si512(to, bytes);
  } else if (vectors == 1) {
    _mm_storeu_si128((__m128i *)to, _mm512_castsi512_si128(bytes));
  } else {
    _mm256_storeu_si256((__m256i *)to, _mm512_castsi512_si256(bytes));
    if (vectors == 3) _mm_storeu_si128((__m128i *)(to + 32), _mm512_extracti32x4_epi32(bytes, 2));
  }
}

// Four vectors of sums packed to 64 bytes: vector j holds, in each group i of four lanes, channels 16i + 4j on.
#define HAS_BYTE_PACKS 1
#define PANEL_VECTORS 4
#define PANEL_ROWS 6
#define PANEL_ROWS_NARROW 8

static inline __m512i v_packed(const VI *total, const float *factors, const ck_requantization *r) {
  // Beyond the greatest int32 a conversion gives the least; below the least it does too, as wanted, and so for what is
  // not a number, which `min` hands on.
  const __m512 high = _mm512_set1_ps(512.0f);
  __m512i whole[4];
#pragma clang loop unroll(full)
  for (int j = 0; j < 4; j++) {
    const __m512 x = _mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)total[j]), _mm512_loadu_ps(factors + 16 * j));
    whole[j] = _mm512_cvtps_epi32(_mm512_min_ps(high, x));
  }
  const __m512i zero = _mm512_set1_epi16((short)r->zero_point);
  const __m512i low = _mm512_adds_epi16(_mm512_packs_epi32(whole[0], whole[1]), zero);
  const __m512i rest = _mm512_adds_epi16(_mm512_packs_epi32(whole[2], whole[3]), zero);
  return r->is_signed ? _mm512_packs_epi16(low, rest) : _mm512_packus_epi16(low, rest);
}
static inline void v_store_packed(uint8_t *to, const VI *total, const float *factors, const ck_requantization *r) {
  _mm512_storeu_si512(to, v_packed(total, factors, r));
}

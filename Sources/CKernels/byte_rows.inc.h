// Rows of bytes: copies, element-wise sums, maxima, sums of rows, transposition.
static void stage_bytes(const uint8_t *x, int flip, uint8_t *y, ptrdiff_t count) {
  if (!flip) {
    memcpy(y, x, (size_t)count);
    return;
  }
  const uint8_t bits = (uint8_t)flip;
  for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] ^ bits;
}

static void stage_words(const void *x, int is_signed, int zero, int16_t *y, ptrdiff_t count) {
  const int16_t z = (int16_t)zero;
  if (is_signed) {
    const int8_t *from = x;
    for (ptrdiff_t i = 0; i < count; i++) y[i] = (int16_t)(from[i] - z);
  } else {
    const uint8_t *from = x;
    for (ptrdiff_t i = 0; i < count; i++) y[i] = (int16_t)(from[i] - z);
  }
}

typedef int8_t VS8 __attribute__((ext_vector_type(LANES)));
typedef uint8_t VU8 __attribute__((ext_vector_type(LANES)));

INLINE VI vi_widened(const int is_signed, const uint8_t *x) {
  if (is_signed) {
    VS8 v;
    memcpy(&v, x, sizeof v);
    return __builtin_convertvector(v, VI);
  }
  VU8 v;
  memcpy(&v, x, sizeof v);
  return __builtin_convertvector(v, VI);
}

/// The quotient as a division rounds it. With the nearest number to the reciprocal, one step brings the quotient next
/// to the right one and a second makes it that. Source: Markstein, "Computation of elementary functions on the IBM
/// RISC System/6000 processor", 1990.
INLINE V quotient(const int divides, V x, V divisor, V reciprocal) {
#ifdef HAS_FMA
  if (!divides) {
    V q = x * reciprocal;
    q = v_fma(v_fma(-q, divisor, x), reciprocal, q);
    return v_fma(v_fma(-q, divisor, x), reciprocal, q);
  }
#endif
  return x / divisor;
}

/// Whether nothing that `quotient` computes leaves the normal numbers.
INLINE int is_moderate(float x) { return x > 0x1p-40f && x < 0x1p40f; }

/// Divides as QuantizeLinear does.
INLINE VI combined(const int is_signed, const int multiplies, const int divides, const ck_byte_pair *p,
                   const uint8_t *a, const uint8_t *b, byte_limits limits) {
  const V left = __builtin_convertvector(vi_widened(is_signed, a) - p->a_zero, V) * p->a_scale;
  const V right = __builtin_convertvector(vi_widened(is_signed, b) - p->b_zero, V) * p->b_scale;
  V x = quotient(divides, multiplies ? left * right : left + right, (V)p->scale, (V)(1.0f / p->scale));
  x = x > (V)limits.low ? x : (V)limits.low;
  x = x < (V)limits.high ? x : (V)limits.high;
  return (VI)(x + 12582912.0f) + limits.offset;
}

INLINE void combine_rows_of_bytes(const int is_signed, const int multiplies, const int divides,
                                  const ck_byte_pair *p, uint8_t *y, ptrdiff_t count) {
  const ck_requantization result = {.zero_point = p->zero_point, .is_signed = is_signed};
  const byte_limits limits = limits_of(&result);
  const uint8_t *a = p->a, *b = p->b;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES)
    store_low_bytes(y + i, combined(is_signed, multiplies, divides, p, a + i, b + i, limits), LANES);
  if (i == count) return;
  uint8_t rest[2][LANES] = {{0}};
  memcpy(rest[0], a + i, (size_t)(count - i));
  memcpy(rest[1], b + i, (size_t)(count - i));
  store_low_bytes(y + i, combined(is_signed, multiplies, divides, p, rest[0], rest[1], limits), count - i);
}

#ifdef HAS_BYTE_PACKS
/// A vector of 64 bytes in four of their numbers less a zero point, in the order in which `v_bytes` packs them.
INLINE void v_unpacked(__m512i bytes, int zero, __m512 *x) {
  // A byte below the upper half of 2^23 is the float 2^23 + byte.
  const __m512i none = _mm512_setzero_si512(), upper = _mm512_set1_epi16(0x4b00);
  const __m512 least = _mm512_set1_ps((float)(8388608 + zero));
  const __m512i low = _mm512_unpacklo_epi8(bytes, none), high = _mm512_unpackhi_epi8(bytes, none);
  x[0] = _mm512_sub_ps(_mm512_castsi512_ps(_mm512_unpacklo_epi16(low, upper)), least);
  x[1] = _mm512_sub_ps(_mm512_castsi512_ps(_mm512_unpackhi_epi16(low, upper)), least);
  x[2] = _mm512_sub_ps(_mm512_castsi512_ps(_mm512_unpacklo_epi16(high, upper)), least);
  x[3] = _mm512_sub_ps(_mm512_castsi512_ps(_mm512_unpackhi_epi16(high, upper)), least);
}

/// Sums by the reciprocal of the scale, 64 at a time; returns how many.
INLINE ptrdiff_t add_packed(const int is_bounded, const ck_byte_pair *p, uint8_t *y, ptrdiff_t count) {
  const __m512i flip = _mm512_set1_epi8(p->is_signed ? (char)0x80 : 0), zero = _mm512_set1_epi16((short)p->zero_point);
  const int shift = p->is_signed ? 128 : 0, is_signed = p->is_signed;
  const int a_zero = p->a_zero + shift, b_zero = p->b_zero + shift;
  const __m512 a_scale = _mm512_set1_ps(p->a_scale), b_scale = _mm512_set1_ps(p->b_scale);
  const __m512 reciprocal = _mm512_set1_ps(1.0f / p->scale), high = _mm512_set1_ps(512.0f);
  const uint8_t *a = p->a, *b = p->b;
  ptrdiff_t i = 0;
  for (; i + 64 <= count; i += 64) {
    __m512 left[4], right[4];
    __m512i whole[4];
    v_unpacked(_mm512_xor_si512(_mm512_loadu_si512(a + i), flip), a_zero, left);
    v_unpacked(_mm512_xor_si512(_mm512_loadu_si512(b + i), flip), b_zero, right);
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) {
      const __m512 sum = _mm512_add_ps(_mm512_mul_ps(left[j], a_scale), _mm512_mul_ps(right[j], b_scale));
      const __m512 quotient = _mm512_mul_ps(sum, reciprocal);
      whole[j] = _mm512_cvtps_epi32(is_bounded ? quotient : _mm512_min_ps(high, quotient));
    }
    _mm512_storeu_si512(y + i, v_bytes(4, whole, zero, is_signed));
  }
  return i;
}
#endif

static void combine_bytes(const ck_byte_pair *p, int multiplies, void *y, ptrdiff_t count) {
  const int divides = !is_moderate(p->a_scale) || !is_moderate(p->b_scale) || !is_moderate(p->scale);
  if (multiplies || divides) {
    if (p->is_signed) {
      combine_rows_of_bytes(1, multiplies, 1, p, y, count);
    } else {
      combine_rows_of_bytes(0, multiplies, 1, p, y, count);
    }
    return;
  }
  ck_byte_pair rest = *p;
  uint8_t *to = y;
#ifdef HAS_BYTE_PACKS
  if (p->by_reciprocal) {
    // Then no quotient leaves the range of 32 bits.
    const int is_bounded = p->a_scale < 1e6f * p->scale && p->b_scale < 1e6f * p->scale;
    const ptrdiff_t done = is_bounded ? add_packed(1, p, y, count) : add_packed(0, p, y, count);
    rest.a = (const uint8_t *)p->a + done, rest.b = (const uint8_t *)p->b + done;
    to += done, count -= done;
  }
#endif
  if (p->is_signed) {
    combine_rows_of_bytes(1, 0, 0, &rest, to, count);
  } else {
    combine_rows_of_bytes(0, 0, 0, &rest, to, count);
  }
}

typedef uint8_t VWIDE __attribute__((ext_vector_type(4 * LANES)));
typedef int8_t VWIDES __attribute__((ext_vector_type(4 * LANES)));

INLINE void maximum_of(const int is_signed, const uint8_t *const *taps, ptrdiff_t count, uint8_t *y,
                       ptrdiff_t channels) {
  ptrdiff_t c = 0;
  for (; c + 4 * LANES <= channels; c += 4 * LANES) {
    VWIDE best;
    memcpy(&best, taps[0] + c, sizeof best);
    for (ptrdiff_t tap = 1; tap < count; tap++) {
      VWIDE x;
      memcpy(&x, taps[tap] + c, sizeof x);
      if (is_signed) {
        best = (VWIDE)__builtin_elementwise_max((VWIDES)best, (VWIDES)x);
      } else {
        best = __builtin_elementwise_max(best, x);
      }
    }
    memcpy(y + c, &best, sizeof best);
  }
  for (; c < channels; c++) {
    int best = is_signed ? (int8_t)taps[0][c] : taps[0][c];
    for (ptrdiff_t tap = 1; tap < count; tap++) {
      const int x = is_signed ? (int8_t)taps[tap][c] : taps[tap][c];
      best = x > best ? x : best;
    }
    y[c] = (uint8_t)best;
  }
}

static void maximum_bytes(const ck_byte_maximum *m, ptrdiff_t from, ptrdiff_t to) {
  const ck_window *w = &m->window;
  const ptrdiff_t count = w->kernel_height * w->kernel_width;
  const uint8_t *taps[MOST_TAPS];
  for (ptrdiff_t y = from; y < to; y++)
    for (ptrdiff_t x = 0; x < w->out_width; x++) {
      find_taps(w, m->x, m->outside, m->channels, y, x, taps);
      uint8_t *out = m->out + (y * w->out_width + x) * m->channels;
      if (m->is_signed) {
        maximum_of(1, taps, count, out, m->channels);
      } else {
        maximum_of(0, taps, count, out, m->channels);
      }
    }
}

static void sum_rows(const void *x, int is_signed, ptrdiff_t rows, ptrdiff_t channels, int32_t *sums) {
  for (ptrdiff_t row = 0; row < rows; row++) {
    if (is_signed) {
      const int8_t *from = (const int8_t *)x + row * channels;
      for (ptrdiff_t c = 0; c < channels; c++) sums[c] += from[c];
    } else {
      const uint8_t *from = (const uint8_t *)x + row * channels;
      for (ptrdiff_t c = 0; c < channels; c++) sums[c] += from[c];
    }
  }
}

typedef uint8_t VB16 __attribute__((ext_vector_type(16)));

INLINE VB16 vb_load(const uint8_t *p) {
  VB16 v;
  memcpy(&v, p, sizeof v);
  return v;
}

/// Three rows side by side, as pictures have them: sixteen columns at a time.
static void interleave3(const uint8_t *x, ptrdiff_t columns, uint8_t *y) {
  const uint8_t *a = x, *b = x + columns, *c = b + columns;
  ptrdiff_t i = 0;
  for (; i + 16 <= columns; i += 16, y += 48) {
    const VB16 p = vb_load(a + i), q = vb_load(b + i), r = vb_load(c + i);
    const VB16 first = __builtin_shufflevector(p, q, 0, 16, 0, 1, 17, 1, 2, 18, 2, 3, 19, 3, 4, 20, 4, 5);
    const VB16 second = __builtin_shufflevector(p, q, 21, 5, 6, 22, 6, 7, 23, 7, 8, 24, 8, 9, 25, 9, 10, 26);
    const VB16 third = __builtin_shufflevector(p, q, 10, 11, 27, 11, 12, 28, 12, 13, 29, 13, 14, 30, 14, 15, 31, 15);
    const VB16 out[3] = {
        __builtin_shufflevector(first, r, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15),
        __builtin_shufflevector(second, r, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15),
        __builtin_shufflevector(third, r, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31)};
    memcpy(y, out, sizeof out);
  }
  for (; i < columns; i++, y += 3) y[0] = a[i], y[1] = b[i], y[2] = c[i];
}

#define TRANSPOSE_EDGE 16

#define TRANSPOSE(name, type)                                                                                  \
  static void name(const type *x, ptrdiff_t rows, ptrdiff_t columns, type *y) {                                \
    for (ptrdiff_t row = 0; row < rows; row += TRANSPOSE_EDGE) {                                               \
      const ptrdiff_t row_end = row + TRANSPOSE_EDGE < rows ? row + TRANSPOSE_EDGE : rows;                     \
      for (ptrdiff_t column = 0; column < columns; column += TRANSPOSE_EDGE) {                                 \
        const ptrdiff_t end = column + TRANSPOSE_EDGE < columns ? column + TRANSPOSE_EDGE : columns;           \
        for (ptrdiff_t c = column; c < end; c++)                                                               \
          for (ptrdiff_t r = row; r < row_end; r++) y[c * rows + r] = x[r * columns + c];                      \
      }                                                                                                        \
    }                                                                                                          \
  }

TRANSPOSE(transpose_any_bytes, uint8_t)
TRANSPOSE(transpose_sums, int32_t)

static void transpose_bytes(const uint8_t *x, ptrdiff_t rows, ptrdiff_t columns, uint8_t *y) {
  if (rows == 1 || columns == 1) {
    memcpy(y, x, (size_t)(rows * columns));
  } else if (rows == 3) {
    interleave3(x, columns, y);
  } else {
    transpose_any_bytes(x, rows, columns, y);
  }
}

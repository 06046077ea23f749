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

/// Divides as QuantizeLinear does.
INLINE VI combined(const int is_signed, const int multiplies, const ck_byte_pair *p, const uint8_t *a,
                   const uint8_t *b, byte_limits limits) {
  const V left = __builtin_convertvector(vi_widened(is_signed, a) - p->a_zero, V) * p->a_scale;
  const V right = __builtin_convertvector(vi_widened(is_signed, b) - p->b_zero, V) * p->b_scale;
  V x = (multiplies ? left * right : left + right) / p->scale;
  x = x > (V)limits.low ? x : (V)limits.low;
  x = x < (V)limits.high ? x : (V)limits.high;
  return (VI)(x + 12582912.0f) + limits.offset;
}

INLINE void combine_rows_of_bytes(const int is_signed, const int multiplies, const ck_byte_pair *p, uint8_t *y,
                                  ptrdiff_t count) {
  const ck_requantization result = {.zero_point = p->zero_point, .is_signed = is_signed};
  const byte_limits limits = limits_of(&result);
  const uint8_t *a = p->a, *b = p->b;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES)
    store_low_bytes(y + i, combined(is_signed, multiplies, p, a + i, b + i, limits), LANES);
  if (i == count) return;
  uint8_t rest[2][LANES] = {{0}};
  memcpy(rest[0], a + i, (size_t)(count - i));
  memcpy(rest[1], b + i, (size_t)(count - i));
  store_low_bytes(y + i, combined(is_signed, multiplies, p, rest[0], rest[1], limits), count - i);
}

static void combine_bytes(const ck_byte_pair *p, int multiplies, void *y, ptrdiff_t count) {
  if (p->is_signed) {
    if (multiplies) {
      combine_rows_of_bytes(1, 1, p, y, count);
    } else {
      combine_rows_of_bytes(1, 0, p, y, count);
    }
  } else if (multiplies) {
    combine_rows_of_bytes(0, 1, p, y, count);
  } else {
    combine_rows_of_bytes(0, 0, p, y, count);
  }
}

static void maximum_bytes(const uint8_t *const *x, ptrdiff_t taps, int is_signed, uint8_t *y, ptrdiff_t count) {
  memcpy(y, x[0], (size_t)count);
  for (ptrdiff_t tap = 1; tap < taps; tap++) {
    if (is_signed) {
      const int8_t *from = (const int8_t *)x[tap];
      int8_t *to = (int8_t *)y;
      for (ptrdiff_t i = 0; i < count; i++) to[i] = from[i] > to[i] ? from[i] : to[i];
    } else {
      const uint8_t *from = x[tap];
      for (ptrdiff_t i = 0; i < count; i++) y[i] = from[i] > y[i] ? from[i] : y[i];
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

TRANSPOSE(transpose_bytes, uint8_t)
TRANSPOSE(transpose_sums, int32_t)

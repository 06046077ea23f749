// Integer kernels: products of 16-bit values, two of k at a time, added exactly in 32 bits.
INLINE VI load_pairs(const int16_t *p) {
  VI v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE void multiply_int16_rows(const int rows, const int16_t *a, ptrdiff_t a_stride, const int16_t *b,
                                ptrdiff_t pairs, ptrdiff_t columns, int32_t *c, ptrdiff_t c_stride) {
  ptrdiff_t j = 0;
  for (; j + LANES <= columns; j += LANES) {
    VI total[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) total[i] = 0;
    for (ptrdiff_t k = 0; k < pairs; k++) {
      const VI right = load_pairs(b + (k * columns + j) * 2);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        int32_t pair;
        memcpy(&pair, a + i * a_stride + 2 * k, sizeof pair);
        total[i] += v_multiply_pairs((VI)pair, right);
      }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) memcpy(c + i * c_stride + j, &total[i], sizeof total[i]);
  }
  for (; j < columns; j++)
    for (int i = 0; i < rows; i++) {
      int32_t total = 0;
      for (ptrdiff_t k = 0; k < pairs; k++)
        total += a[i * a_stride + 2 * k] * b[(k * columns + j) * 2] +
                 a[i * a_stride + 2 * k + 1] * b[(k * columns + j) * 2 + 1];
      c[i * c_stride + j] = total;
    }
}

static void multiply_int16(const int16_t *a, ptrdiff_t a_stride, const int16_t *b, ptrdiff_t pairs, ptrdiff_t rows,
                           ptrdiff_t columns, int32_t *c, ptrdiff_t c_stride) {
  ptrdiff_t row = 0;
  for (; row + 4 <= rows; row += 4)
    multiply_int16_rows(4, a + row * a_stride, a_stride, b, pairs, columns, c + row * c_stride, c_stride);
  for (; row < rows; row++)
    multiply_int16_rows(1, a + row * a_stride, a_stride, b, pairs, columns, c + row * c_stride, c_stride);
}

/// The nearest integer, halves to even, of a value between the limits, which are small integers; not a number gives
/// the lower limit.
INLINE int rounded_within(float x, float low, float high) {
  x = x > low ? x : low;
  x = x < high ? x : high;
  const float magic = 12582912.0f;
  return (int)((x + magic) - magic);
}

static void quantize(const float *x, float scale, int zero_point, int is_signed, void *y, ptrdiff_t count) {
  const int least = is_signed ? -128 : 0;
  const float low = (float)(least - zero_point), high = (float)(least + 255 - zero_point);
  uint8_t *to = y;  // two's complement: the low byte is the same for either type
  for (ptrdiff_t i = 0; i < count; i++) to[i] = (uint8_t)(rounded_within(x[i] / scale, low, high) + zero_point);
}

static void requantize(const int32_t *x, int32_t bias, float scale, int zero_point, int is_signed, void *y,
                       ptrdiff_t count) {
  const int least = is_signed ? -128 : 0;
  const float low = (float)(least - zero_point), high = (float)(least + 255 - zero_point);
  uint8_t *to = y;
  for (ptrdiff_t i = 0; i < count; i++) {
    const int32_t total = (int32_t)((uint32_t)x[i] + (uint32_t)bias);
    to[i] = (uint8_t)(rounded_within((float)total * scale, low, high) + zero_point);
  }
}

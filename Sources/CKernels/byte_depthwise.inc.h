// Depthwise convolutions of bytes with channels last; a tap outside the input reads a row of zero points.
#define MOST_TAPS 1024

/// Where the taps of an output lie.
INLINE void find_taps(const ck_window *w, const uint8_t *input, const uint8_t *outside, ptrdiff_t channels,
                      ptrdiff_t y, ptrdiff_t x, const uint8_t **taps) {
  for (ptrdiff_t ky = 0; ky < w->kernel_height; ky++) {
    const ptrdiff_t row = y * w->stride_y + ky * w->dilation_y - w->pad_top;
    const int is_inside = row >= 0 && row < w->in_height;
    const uint8_t *line = input + row * w->in_width * channels;
    ptrdiff_t column = x * w->stride_x - w->pad_left;
    for (ptrdiff_t kx = 0; kx < w->kernel_width; kx++, column += w->dilation_x)
      *taps++ = is_inside && column >= 0 && column < w->in_width ? line + column * channels : outside;
  }
}

INLINE void add_tap_words(const int is_signed, const uint8_t *x, const int16_t *weights, int32_t *sums, ptrdiff_t n) {
  const int8_t *s = (const int8_t *)x;
  for (ptrdiff_t c = 0; c < n; c++) sums[c] += (is_signed ? s[c] : x[c]) * weights[c];
}

static void requantize_sums(const int32_t *sums, const ck_requantization *r, void *y, ptrdiff_t count) {
  const byte_limits limits = limits_of(r);
  uint8_t *to = y;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES)
    store_low_bytes(to + i, vi_requantized(vi_load(sums + i), vf_load(r->factors + i), limits), LANES);
  if (i == count) return;
  int32_t rest[LANES] = {0};
  float factors[LANES] = {0};
  memcpy(rest, sums + i, (size_t)(count - i) * sizeof *sums);
  memcpy(factors, r->factors + i, (size_t)(count - i) * sizeof *factors);
  store_low_bytes(to + i, vi_requantized(vi_load(rest), vf_load(factors), limits), count - i);
}

#define SUMS_AT_ONCE 64

static void depthwise_words(const ck_byte_depthwise *d, ptrdiff_t from, ptrdiff_t to) {
  const ck_window *w = &d->window;
  const ptrdiff_t taps = w->kernel_height * w->kernel_width;
  const uint8_t *places[MOST_TAPS];
  int32_t sums[SUMS_AT_ONCE];
  for (ptrdiff_t y = from; y < to; y++)
    for (ptrdiff_t x = 0; x < w->out_width; x++) {
      find_taps(w, d->x, d->outside, d->channels, y, x, places);
      const ptrdiff_t place = (y * w->out_width + x) * d->channels;
      for (ptrdiff_t c = 0; c < d->channels; c += SUMS_AT_ONCE) {
        const ptrdiff_t n = d->channels - c < SUMS_AT_ONCE ? d->channels - c : SUMS_AT_ONCE;
        memcpy(sums, d->bias + c, (size_t)n * sizeof *sums);
        for (ptrdiff_t tap = 0; tap < taps; tap++) {
          const int16_t *weights = (const int16_t *)d->weights + tap * d->channels + c;
          if (d->is_signed) {
            add_tap_words(1, places[tap] + c, weights, sums, n);
          } else {
            add_tap_words(0, places[tap] + c, weights, sums, n);
          }
        }
        if (d->result.factors) {
          ck_requantization result = d->result;
          result.factors += c;
          requantize_sums(sums, &result, (uint8_t *)d->out + place + c, n);
        } else {
          memcpy((int32_t *)d->out + place + c, sums, (size_t)n * sizeof *sums);
        }
      }
    }
}

#ifdef HAS_BYTE_DOTS
/// The sums of 64 channels: four bytes of each channel side by side, in the order in which sums are packed to bytes.
INLINE void depthwise_block(const ptrdiff_t quads, const uint8_t *const *taps, const ck_byte_depthwise *d,
                            ptrdiff_t channel, const uint8_t *weights, uint8_t *to) {
  const ptrdiff_t count = d->channels - channel;
  const __mmask64 mask = count >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << count) - 1;
  VI total[4];
#pragma clang loop unroll(full)
  for (int j = 0; j < 4; j++) total[j] = vi_load(d->bias + channel + j * LANES);
  for (ptrdiff_t quad = 0; quad < quads; quad++, taps += 4, weights += 4 * sizeof(VI)) {
    const __m512i x0 = _mm512_maskz_loadu_epi8(mask, taps[0] + channel);
    const __m512i x1 = _mm512_maskz_loadu_epi8(mask, taps[1] + channel);
    const __m512i x2 = _mm512_maskz_loadu_epi8(mask, taps[2] + channel);
    const __m512i x3 = _mm512_maskz_loadu_epi8(mask, taps[3] + channel);
    const __m512i low01 = _mm512_unpacklo_epi8(x0, x1), high01 = _mm512_unpackhi_epi8(x0, x1);
    const __m512i low23 = _mm512_unpacklo_epi8(x2, x3), high23 = _mm512_unpackhi_epi8(x2, x3);
    total[0] = v_dot_bytes(total[0], (VI)_mm512_unpacklo_epi16(low01, low23), vi_load(weights));
    total[1] = v_dot_bytes(total[1], (VI)_mm512_unpackhi_epi16(low01, low23), vi_load(weights + sizeof(VI)));
    total[2] = v_dot_bytes(total[2], (VI)_mm512_unpacklo_epi16(high01, high23), vi_load(weights + 2 * sizeof(VI)));
    total[3] = v_dot_bytes(total[3], (VI)_mm512_unpackhi_epi16(high01, high23), vi_load(weights + 3 * sizeof(VI)));
  }
  _mm512_mask_storeu_epi8(to, mask, v_packed(4, total, d->result.factors + channel, &d->result));
}

INLINE void depthwise_rows(const ptrdiff_t quads, const ck_byte_depthwise *d, ptrdiff_t from, ptrdiff_t to) {
  const ck_window *w = &d->window;
  const uint8_t *taps[MOST_TAPS + 4];
  for (ptrdiff_t tap = 0; tap < 4 * quads; tap++) taps[tap] = d->outside;
  uint8_t *out = (uint8_t *)d->out + from * w->out_width * d->channels;
  for (ptrdiff_t y = from; y < to; y++)
    for (ptrdiff_t x = 0; x < w->out_width; x++, out += d->channels) {
      find_taps(w, d->x, d->outside, d->channels, y, x, taps);
      for (ptrdiff_t c = 0; c < d->channels; c += 64)
        depthwise_block(quads, taps, d, c, (const uint8_t *)d->weights + c * 4 * quads, out + c);
    }
}

/// One output of a 3x3 window at a border; the weights of each row are made up to four.
INLINE void depthwise_border(const ck_byte_depthwise *d, ptrdiff_t y, ptrdiff_t x, uint8_t *out) {
  const uint8_t *found[9];
  find_taps(&d->window, d->x, d->outside, d->channels, y, x, found);
  const uint8_t *taps[12] = {found[0], found[1], found[2], d->outside, found[3], found[4],
                             found[5], d->outside, found[6], found[7], found[8], d->outside};
  for (ptrdiff_t c = 0; c < d->channels; c += 64)
    depthwise_block(3, taps, d, c, (const uint8_t *)d->weights + c * 12, out + c);
}

/// Outputs of 3x3 windows that do not leave the row, one or two at a time: two of stride 1 share what they read. A row
/// of the input that is outside has a step of 0.
INLINE void depthwise_inside(const int at_once, const ptrdiff_t stride, const ck_byte_depthwise *d, ptrdiff_t channel,
                             const uint8_t *const *rows, const ptrdiff_t *steps, uint8_t *out, ptrdiff_t count) {
  const ptrdiff_t left = d->channels - channel;
  const __mmask64 mask = left >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << left) - 1;
  const uint8_t *weights = (const uint8_t *)d->weights + channel * 12;
  VI w[2][3][4];
#pragma clang loop unroll(full)
  for (int ky = 0; ky < 3; ky++)
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) {
      w[0][ky][j] = vi_load(weights + (4 * ky + j) * sizeof(VI));
      w[1][ky][j] = w[0][ky][j] << 8;
    }
  const uint8_t *p[3] = {rows[0] + channel, rows[1] + channel, rows[2] + channel};
  for (ptrdiff_t i = 0; i < count; i++, out += at_once * d->channels) {
    VI total[2][4];
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) total[0][j] = total[1][j] = vi_load(d->bias + channel + j * LANES);
#pragma clang loop unroll(full)
    for (int ky = 0; ky < 3; ky++) {
      const ptrdiff_t s = steps[ky];
      const __m512i x0 = _mm512_maskz_loadu_epi8(mask, p[ky]), x1 = _mm512_maskz_loadu_epi8(mask, p[ky] + s);
      const __m512i x2 = _mm512_maskz_loadu_epi8(mask, p[ky] + 2 * s);
      const __m512i x3 = at_once == 2 ? _mm512_maskz_loadu_epi8(mask, p[ky] + 3 * s) : _mm512_setzero_si512();
      const __m512i low01 = _mm512_unpacklo_epi8(x0, x1), high01 = _mm512_unpackhi_epi8(x0, x1);
      const __m512i low23 = _mm512_unpacklo_epi8(x2, x3), high23 = _mm512_unpackhi_epi8(x2, x3);
      const VI quads[4] = {(VI)_mm512_unpacklo_epi16(low01, low23), (VI)_mm512_unpackhi_epi16(low01, low23),
                           (VI)_mm512_unpacklo_epi16(high01, high23), (VI)_mm512_unpackhi_epi16(high01, high23)};
#pragma clang loop unroll(full)
      for (int j = 0; j < 4; j++) {
        total[0][j] = v_dot_bytes(total[0][j], quads[j], w[0][ky][j]);
        if (at_once == 2) total[1][j] = v_dot_bytes(total[1][j], quads[j], w[1][ky][j]);
      }
      p[ky] += at_once * stride * s;
    }
    _mm512_mask_storeu_epi8(out, mask, v_packed(4, total[0], d->result.factors + channel, &d->result));
    if (at_once == 2)
      _mm512_mask_storeu_epi8(out + d->channels, mask, v_packed(4, total[1], d->result.factors + channel, &d->result));
  }
}

INLINE void depthwise_3x3(const ck_byte_depthwise *d, ptrdiff_t from, ptrdiff_t to) {
  const ck_window *w = &d->window;
  const ptrdiff_t c = d->channels, stride = w->stride_x;
  // The outputs whose windows lie between the left and the right end.
  ptrdiff_t first = (w->pad_left + stride - 1) / stride, room = w->in_width - 3 + w->pad_left;
  ptrdiff_t last = room < 0 ? 0 : room / stride + 1;
  if (last > w->out_width) last = w->out_width;
  if (first > last) first = last;
  for (ptrdiff_t y = from; y < to; y++) {
    uint8_t *out = (uint8_t *)d->out + y * w->out_width * c;
    for (ptrdiff_t x = 0; x < first; x++) depthwise_border(d, y, x, out + x * c);
    const uint8_t *rows[3], *rest[3];
    ptrdiff_t steps[3];
    const ptrdiff_t pairs = stride == 1 ? (last - first) / 2 : 0;
    for (int ky = 0; ky < 3; ky++) {
      const ptrdiff_t row = y * w->stride_y + ky * w->dilation_y - w->pad_top;
      const int is_inside = row >= 0 && row < w->in_height;
      steps[ky] = is_inside ? c : 0;
      rows[ky] = is_inside ? d->x + (row * w->in_width + first * stride - w->pad_left) * c : d->outside;
      rest[ky] = rows[ky] + 2 * pairs * steps[ky];
    }
    for (ptrdiff_t channel = 0; channel < c; channel += 64) {
      if (pairs > 0) depthwise_inside(2, 1, d, channel, rows, steps, out + first * c + channel, pairs);
      depthwise_inside(1, stride, d, channel, rest, steps, out + (first + 2 * pairs) * c + channel,
                       last - first - 2 * pairs);
    }
    for (ptrdiff_t x = last; x < w->out_width; x++) depthwise_border(d, y, x, out + x * c);
  }
}

static void depthwise_bytes(const ck_byte_depthwise *d, ptrdiff_t from, ptrdiff_t to) {
  const ck_window *w = &d->window;
  if (w->kernel_height == 3 && w->kernel_width == 3 && w->dilation_x == 1) {
    depthwise_3x3(d, from, to);
  } else {
    depthwise_rows((w->kernel_height * w->kernel_width + 3) / 4, d, from, to);
  }
}
#endif

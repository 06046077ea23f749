// Sums of products of small integers: a tile of output positions times a panel of channels, read where they lie.
INLINE VI vi_load(const void *p) {
  VI v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE VI vi_repeat(const uint8_t *p) {
  int32_t quad;
  memcpy(&quad, p, sizeof quad);
  return (VI)quad;
}
INLINE V vf_load(const float *p) {
  V v;
  memcpy(&v, p, sizeof v);
  return v;
}

/// The limits of a result before its zero point is added, and how it is rounded: adding 1.5 * 2^23 leaves the nearest
/// integer, halves to even, in the low bits.
typedef struct {
  float low, high;
  int32_t offset;
} byte_limits;

INLINE byte_limits limits_of(const ck_requantization *r) {
  const int least = r->is_signed ? -128 : 0;
  return (byte_limits){(float)(least - r->zero_point), (float)(least + 255 - r->zero_point),
                       r->zero_point - 0x4b400000};
}
INLINE VI vi_requantized(VI sum, V factor, byte_limits limits) {
  V x = __builtin_convertvector(sum, V) * factor;
  // Not a number gives the lower limit.
  x = x > (V)limits.low ? x : (V)limits.low;
  x = x < (V)limits.high ? x : (V)limits.high;
  return (VI)(x + 12582912.0f) + limits.offset;
}
INLINE void store_low_bytes(uint8_t *to, VI v, ptrdiff_t count) {
  typedef uint8_t VB __attribute__((ext_vector_type(LANES)));
  const VB bytes = __builtin_convertvector(v, VB);
  if (count >= LANES) {
    memcpy(to, &bytes, sizeof bytes);
  } else {
    for (ptrdiff_t i = 0; i < count; i++) to[i] = bytes[i];
  }
}

INLINE VI vi_dot(const int bytes, VI total, VI x, VI w) {
#ifdef HAS_BYTE_DOTS
  if (bytes) return v_dot_bytes(total, x, w);
#endif
  return total + v_multiply_pairs(x, w);
}

INLINE void store_sums(const int vectors, const VI *total, const ck_dots *d, ptrdiff_t position, ptrdiff_t channel) {
  const ptrdiff_t count = d->channels - channel;
  if (!d->result.factors) {
    int32_t *to = (int32_t *)d->out + position * d->out_step + channel;
    int32_t sums[PANEL_VECTORS * LANES];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) memcpy(sums + j * LANES, &total[j], sizeof(VI));
#ifdef HAS_BYTE_PACKS
    for (int i = 0; i < 4; i++)
      for (int j = 0; j < vectors; j++) {
        const ptrdiff_t at = 4 * (vectors * i + j), n = count - at;
        if (n > 0) memcpy(to + at, sums + 16 * j + 4 * i, (size_t)(n < 4 ? n : 4) * sizeof(int32_t));
      }
#else
    memcpy(to, sums, (size_t)(count < vectors * LANES ? count : vectors * LANES) * sizeof(int32_t));
#endif
    return;
  }
  uint8_t *to = (uint8_t *)d->out + position * d->out_step + channel;
  const float *factors = d->result.factors + channel;
#ifdef HAS_BYTE_PACKS
  v_store_packed(vectors, to, total, factors, &d->result, count);
#else
  const byte_limits limits = limits_of(&d->result);
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++)
    store_low_bytes(to + j * LANES, vi_requantized(total[j], vf_load(factors + j * LANES), limits),
                    count - j * LANES);
#endif
}

INLINE void dot_tile(const int bytes, const int rows, const int vectors, const ck_dots *d,
                     const uint8_t *const *windows, const uint8_t *b, ptrdiff_t position, ptrdiff_t channel) {
  VI total[PANEL_ROWS_NARROW][PANEL_VECTORS];
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++) {
    const VI bias = vi_load(d->bias + channel + j * LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) total[i][j] = bias;
  }
  const ptrdiff_t length = d->run_bytes, runs = d->run_count;
  for (ptrdiff_t run = 0; run < runs; run++) {
    const ptrdiff_t start = d->runs[run];
    const uint8_t *a[PANEL_ROWS_NARROW];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) a[i] = windows[i] + start;
    for (ptrdiff_t k = 0; k < length; k += 4, b += vectors * sizeof(VI)) {
      VI w[PANEL_VECTORS];
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) w[j] = vi_load(b + j * sizeof(VI));
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        const VI x = vi_repeat(a[i] + k);
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) total[i][j] = vi_dot(bytes, total[i][j], x, w[j]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) store_sums(vectors, total[i], d, position + i, channel);
}

#define DOT_TILE(bytes, rows, vectors)                                                                              \
  static void dot_tile_##bytes##_##rows##_##vectors(const ck_dots *d, const uint8_t *const *windows,                \
                                                    const uint8_t *b, ptrdiff_t position, ptrdiff_t channel) {      \
    dot_tile(bytes, rows, vectors, d, windows, b, position, channel);                                               \
  }
#define DOT_TILES(bytes, vectors)                                                                       \
  DOT_TILE(bytes, 1, vectors) DOT_TILE(bytes, 2, vectors) DOT_TILE(bytes, 3, vectors) DOT_TILE(bytes, 4, vectors)
#define DOT_TILE_NAMES(bytes, vectors) \
  dot_tile_##bytes##_1_##vectors, dot_tile_##bytes##_2_##vectors, dot_tile_##bytes##_3_##vectors, \
      dot_tile_##bytes##_4_##vectors

typedef void dot_function(const ck_dots *d, const uint8_t *const *windows, const uint8_t *b, ptrdiff_t position,
                          ptrdiff_t channel);

#if PANEL_ROWS_NARROW > 4
#define DOT_MORE_TILES(bytes, vectors) \
  DOT_TILE(bytes, 5, vectors) DOT_TILE(bytes, 6, vectors) DOT_TILE(bytes, 7, vectors) DOT_TILE(bytes, 8, vectors)
#define DOT_ROW(bytes, vectors)                                                                      \
  {DOT_TILE_NAMES(bytes, vectors), dot_tile_##bytes##_5_##vectors, dot_tile_##bytes##_6_##vectors,   \
   dot_tile_##bytes##_7_##vectors, dot_tile_##bytes##_8_##vectors}
#define DOT_FAMILY(bytes)                                                                       \
  DOT_TILES(bytes, 1) DOT_MORE_TILES(bytes, 1) DOT_TILES(bytes, 2) DOT_MORE_TILES(bytes, 2)     \
  DOT_TILES(bytes, 3) DOT_MORE_TILES(bytes, 3) DOT_TILES(bytes, 4)                              \
  DOT_TILE(bytes, 5, 4) DOT_TILE(bytes, 6, 4)                                                   \
  static dot_function *const dot_tiles_##bytes[PANEL_VECTORS][PANEL_ROWS_NARROW] = {            \
      DOT_ROW(bytes, 1), DOT_ROW(bytes, 2), DOT_ROW(bytes, 3),                                  \
      {DOT_TILE_NAMES(bytes, 4), dot_tile_##bytes##_5_4, dot_tile_##bytes##_6_4}};
#else
#define DOT_FAMILY(bytes)                                                               \
  DOT_TILES(bytes, 1) DOT_TILES(bytes, 2)                                               \
  static dot_function *const dot_tiles_##bytes[PANEL_VECTORS][PANEL_ROWS_NARROW] = {    \
      {DOT_TILE_NAMES(bytes, 1)}, {DOT_TILE_NAMES(bytes, 2)}};
#endif

DOT_FAMILY(0)

INLINE void dots_over(dot_function *const (*tiles)[PANEL_ROWS_NARROW], const ck_dots *d, ptrdiff_t first,
                      ptrdiff_t last, ptrdiff_t first_panel, ptrdiff_t last_panel) {
  const ptrdiff_t width = PANEL_VECTORS * LANES, count = last - first, depth = d->run_count * d->run_bytes;
  for (ptrdiff_t panel = first_panel; panel < last_panel; panel++) {
    const ptrdiff_t channel = panel * width, left = (d->channels - channel + LANES - 1) / LANES;
    const ptrdiff_t vectors = left < PANEL_VECTORS ? left : PANEL_VECTORS;
    const uint8_t *b = (const uint8_t *)d->panels + panel * width * depth;
    const ptrdiff_t most = vectors == PANEL_VECTORS ? PANEL_ROWS : PANEL_ROWS_NARROW;
    const ptrdiff_t tile_count = (count + most - 1) / most;
    ptrdiff_t position = first, line = first / d->line_length, column = first % d->line_length;
    for (ptrdiff_t tile = 0; tile < tile_count; tile++) {
      const ptrdiff_t rows = count / tile_count + (tile < count % tile_count);
      const uint8_t *windows[PANEL_ROWS_NARROW];
      for (ptrdiff_t i = 0; i < rows; i++) {
        windows[i] = d->a + d->lines[line] + column * d->column_step;
        if (++column == d->line_length) column = 0, line++;
      }
      tiles[vectors - 1][rows - 1](d, windows, b, position, channel);
      position += rows;
    }
  }
}

static void dots_words(const ck_dots *d, ptrdiff_t first, ptrdiff_t last, ptrdiff_t first_panel,
                       ptrdiff_t last_panel) {
  dots_over(dot_tiles_0, d, first, last, first_panel, last_panel);
}

/// Four bytes of a slot after another, `step` elements in each, panel by panel; adds up what each slot holds.
INLINE void pack_panels(const int bytes, const ck_integer_weights *w, uint8_t *to, int32_t *sums) {
  const ptrdiff_t width = PANEL_VECTORS * LANES, step = bytes ? 4 : 2;
  for (ptrdiff_t first = 0; first < w->slot_count; first += width) {
    const ptrdiff_t count = w->slot_count - first < width ? w->slot_count - first : width;
    for (ptrdiff_t slot = 0; slot < count; slot++) sums[first + slot] = 0;
    for (ptrdiff_t k = 0; k < w->depth; k += step)
      for (ptrdiff_t slot = 0; slot < count; slot++, to += 4) {
        const ptrdiff_t channel = w->slots[first + slot], base = channel * w->channel_stride;
        uint32_t packed = 0;
        if (channel >= 0)
          for (ptrdiff_t i = 0; i < step; i++) {
            const ptrdiff_t at = w->order[k + i];
            if (at < 0) continue;
            const int value = (w->is_signed ? ((const int8_t *)w->source)[base + at]
                                            : ((const uint8_t *)w->source)[base + at]) -
                              w->zero_points[first + slot];
            sums[first + slot] += value;
            packed |= bytes ? (uint32_t)(uint8_t)value << (8 * i) : (uint32_t)(uint16_t)value << (16 * i);
          }
        memcpy(to, &packed, sizeof packed);
      }
  }
}

static void pack_words(const ck_integer_weights *w, void *panels, int32_t *sums) { pack_panels(0, w, panels, sums); }

#ifdef HAS_BYTE_DOTS
DOT_FAMILY(1)

static void dots_bytes(const ck_dots *d, ptrdiff_t first, ptrdiff_t last, ptrdiff_t first_panel,
                       ptrdiff_t last_panel) {
  dots_over(dot_tiles_1, d, first, last, first_panel, last_panel);
}

static void pack_bytes(const ck_integer_weights *w, void *panels, int32_t *sums) { pack_panels(1, w, panels, sums); }
#endif

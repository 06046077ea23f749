// Minimal filtering: 3x3 convolutions of stride 1 over tiles of `edge` x `edge` outputs, with (edge + 2)^2
// multiplications a tile instead of 9 edge^2. Vectors go across channels.
// Source: Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016; interpolation at 0, 1, -1 and,
// for tiles of four, 2, -2.
enum { WINOGRAD_EDGE_MAX = 6 };

/// The transform of `edge` + 2 inputs along one direction.
INLINE void winograd_input_line(const int edge, const V *d, ptrdiff_t step, V *t) {
  const V d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
  if (edge == 2) {
    t[0] = d0 - d2;
    t[1] = d1 + d2;
    t[2] = d2 - d1;
    t[3] = d1 - d3;
    return;
  }
  const V d4 = d[4 * step], d5 = d[5 * step];
  const V even = v_fma(d2, v_set(-4.0f), d4), odd = v_fma(d1, v_set(-4.0f), d3);
  const V outer = d4 - d2, inner = d3 - d1;
  t[0] = v_fma(d0, v_set(4.0f), v_fma(d2, v_set(-5.0f), d4));
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = v_fma(inner, v_set(2.0f), outer);
  t[4] = v_fma(inner, v_set(-2.0f), outer);
  t[5] = v_fma(d1, v_set(4.0f), v_fma(d3, v_set(-5.0f), d5));
}

/// The transform of `edge` + 2 products to `edge` outputs along one direction.
INLINE void winograd_output_line(const int edge, const V *m, ptrdiff_t step, V *y) {
  const V m0 = m[0], m1 = m[step], m2 = m[2 * step], m3 = m[3 * step];
  const V sum = m1 + m2, difference = m1 - m2;
  if (edge == 2) {
    y[0] = m0 + sum;
    y[1] = difference - m3;
    return;
  }
  const V m4 = m[4 * step], m5 = m[5 * step];
  const V sum2 = m3 + m4, difference2 = m3 - m4;
  y[0] = (m0 + sum) + sum2;
  y[1] = v_fma(difference2, v_set(2.0f), difference);
  y[2] = v_fma(sum2, v_set(4.0f), sum);
  y[3] = v_fma(difference2, v_set(8.0f), difference) + m5;
}

/// The transform of three weights along one direction.
INLINE void winograd_weight_line(const int edge, const V *g, ptrdiff_t step, V *u) {
  const V g0 = g[0], g1 = g[step], g2 = g[2 * step];
  const V outer = g0 + g2;
  u[0] = edge == 2 ? g0 : g0 * 0.25f;
  u[edge + 1] = g2;
  const float first = edge == 2 ? 0.5f : -1.0f / 6;
  u[1] = (outer + g1) * first;
  u[2] = (outer - g1) * first;
  if (edge == 2) return;
  const V far = v_fma(g2, v_set(4.0f), g0) * (1.0f / 24), near = g1 * (1.0f / 12);
  u[3] = far + near;
  u[4] = far - near;
}

INLINE void winograd_weights_of(const int edge, const int from, const int end, const float *panel,
                                ptrdiff_t in_channels, ptrdiff_t width, float *to, ptrdiff_t point_stride) {
  const int points = edge + 2;
  for (ptrdiff_t c = 0; c < in_channels; c++, panel += 9 * width, to += width)
    for (ptrdiff_t first = 0; first < width; first += LANES) {
      V half[3][WINOGRAD_EDGE_MAX];
#pragma clang loop unroll(full)
      for (int x = 0; x < 3; x++) {
        V taps[3];
#pragma clang loop unroll(full)
        for (int tap = 0; tap < 3; tap++) taps[tap] = v_load(panel + (3 * tap + x) * width + first);
        winograd_weight_line(edge, taps, 1, half[x]);
      }
#pragma clang loop unroll(full)
      for (int y = from; y < end; y++) {
        V u[WINOGRAD_EDGE_MAX];
        winograd_weight_line(edge, half[0] + y, WINOGRAD_EDGE_MAX, u);
#pragma clang loop unroll(full)
        for (int x = 0; x < points; x++) v_store(to + ((y - from) * points + x) * point_stride + first, u[x]);
      }
    }
}

static void winograd_weights(ptrdiff_t edge, ptrdiff_t from, ptrdiff_t end, const float *panel, ptrdiff_t in_channels,
                             ptrdiff_t width, float *to, ptrdiff_t point_stride) {
#define ROWS(EDGE, FROM, END)                  \
  if (edge == EDGE && from == FROM && end == END) \
    winograd_weights_of(EDGE, FROM, END, panel, in_channels, width, to, point_stride);
  ROWS(2, 0, 4) ROWS(2, 0, 2) ROWS(2, 2, 4)
  ROWS(4, 0, 6) ROWS(4, 0, 2) ROWS(4, 2, 4) ROWS(4, 4, 6)
#undef ROWS
}

/// Rows `top`..`top` + rows - 1 of up to LANES planes, columns from `left` on, turned so that the channels of a
/// position lie together; outside the planes there are zeros.
INLINE void interleave_rows(const ck_tiles *t, const float *planes, ptrdiff_t channels, ptrdiff_t top, ptrdiff_t rows,
                            ptrdiff_t left, ptrdiff_t columns, float *strip) {
  const ptrdiff_t plane = t->in_height * t->in_width;
  const ptrdiff_t from = left > 0 ? left : 0;
  const ptrdiff_t to = left + columns < t->in_width ? left + columns : t->in_width;
  for (ptrdiff_t row = 0; row < rows; row++, strip += columns * LANES) {
    const ptrdiff_t y = top + row;
    if (y < 0 || y >= t->in_height || from >= to) {
      memset(strip, 0, columns * LANES * sizeof *strip);
      continue;
    }
    for (ptrdiff_t x = left; x < from; x++) v_store(strip + (x - left) * LANES, v_set(0.0f));
    for (ptrdiff_t x = to; x < left + columns; x++) v_store(strip + (x - left) * LANES, v_set(0.0f));
    for (ptrdiff_t x = from; x < to; x += LANES) {
      const float *source = planes + y * t->in_width + x;
      const ptrdiff_t n = to - x < LANES ? to - x : LANES;
      V v[LANES];
      if (n == LANES && channels == LANES) {
#pragma clang loop unroll(full)
        for (int c = 0; c < LANES; c++) v[c] = v_load(source + c * plane);
      } else {
        for (int c = 0; c < LANES; c++) v[c] = c < channels ? v_load_first(source + c * plane, n) : v_set(0.0f);
      }
      v_transpose(v);
      float *target = strip + (x - left) * LANES;
      if (n == LANES) {
#pragma clang loop unroll(full)
        for (int i = 0; i < LANES; i++) v_store(target + i * LANES, v[i]);
      } else {
        for (int i = 0; i < n; i++) v_store(target + i * LANES, v[i]);
      }
    }
  }
}

/// Tiles next to each other whose inputs stay in the nearest cache.
enum { WINOGRAD_RUN = 12 };

INLINE void winograd_input_of(const int edge, const ck_tiles *t, const float *planes, ptrdiff_t channels,
                              ptrdiff_t tile_row, float *to) {
  const int points = edge + 2;
  float strip[WINOGRAD_EDGE_MAX * (WINOGRAD_RUN * 4 + 2) * LANES] __attribute__((aligned(64)));
  for (ptrdiff_t tile = 0; tile < t->tiles_across; tile += WINOGRAD_RUN) {
    const ptrdiff_t count = t->tiles_across - tile < WINOGRAD_RUN ? t->tiles_across - tile : WINOGRAD_RUN;
    const ptrdiff_t columns = count * edge + 2;
    interleave_rows(t, planes, channels, tile_row * edge - t->pad_top, points, tile * edge - t->pad_left, columns,
                    strip);
    for (ptrdiff_t i = 0; i < count; i++) {
      float *target = to + (tile + i) * t->tile_stride;
      V half[WINOGRAD_EDGE_MAX][WINOGRAD_EDGE_MAX];
#pragma clang loop unroll(full)
      for (int x = 0; x < points; x++) {
        V d[WINOGRAD_EDGE_MAX];
#pragma clang loop unroll(full)
        for (int y = 0; y < points; y++) d[y] = v_load(strip + (y * columns + i * edge + x) * LANES);
        winograd_input_line(edge, d, 1, half[x]);
      }
#pragma clang loop unroll(full)
      for (int y = 0; y < points; y++) {
        V u[WINOGRAD_EDGE_MAX];
        winograd_input_line(edge, half[0] + y, WINOGRAD_EDGE_MAX, u);
#pragma clang loop unroll(full)
        for (int x = 0; x < points; x++) v_store(target + (y * points + x) * t->point_stride, u[x]);
      }
    }
  }
}

static void winograd_input(const ck_tiles *t, const float *planes, ptrdiff_t channels, ptrdiff_t tile_row,
                           float *to) {
  if (t->edge == 2) winograd_input_of(2, t, planes, channels, tile_row, to);
  else winograd_input_of(4, t, planes, channels, tile_row, to);
}

INLINE void winograd_output_of(const int edge, const ck_tiles *t, const float *from, ptrdiff_t channels,
                               ptrdiff_t tile_row, float *planes) {
  const int points = edge + 2;
  const ptrdiff_t plane = t->out_height * t->out_width, y_first = tile_row * edge;
  const ptrdiff_t rows = t->out_height - y_first < edge ? t->out_height - y_first : edge;
  enum { COLUMNS = WINOGRAD_RUN * 4 };
  V strip[4][COLUMNS];
  for (ptrdiff_t tile = 0; tile < t->tiles_across; tile += WINOGRAD_RUN) {
    const ptrdiff_t count = t->tiles_across - tile < WINOGRAD_RUN ? t->tiles_across - tile : WINOGRAD_RUN;
    for (ptrdiff_t i = 0; i < count; i++) {
      const float *source = from + (tile + i) * t->tile_stride;
      V half[WINOGRAD_EDGE_MAX][WINOGRAD_EDGE_MAX];
#pragma clang loop unroll(full)
      for (int x = 0; x < points; x++) {
        V m[WINOGRAD_EDGE_MAX];
#pragma clang loop unroll(full)
        for (int y = 0; y < points; y++) m[y] = v_load(source + (y * points + x) * t->point_stride);
        winograd_output_line(edge, m, 1, half[x]);
      }
#pragma clang loop unroll(full)
      for (int y = 0; y < edge; y++) winograd_output_line(edge, half[0] + y, WINOGRAD_EDGE_MAX, strip[y] + i * edge);
    }
    const ptrdiff_t left = tile * edge;
    const ptrdiff_t columns = t->out_width - left < count * edge ? t->out_width - left : count * edge;
    for (ptrdiff_t y = 0; y < rows; y++)
      for (ptrdiff_t x = 0; x < columns; x += LANES) {
        const ptrdiff_t n = columns - x < LANES ? columns - x : LANES;
        float *target = planes + (y_first + y) * t->out_width + left + x;
        V v[LANES];
        for (int j = 0; j < LANES; j++) v[j] = x + j < COLUMNS ? strip[y][x + j] : v_set(0.0f);
        v_transpose(v);
        if (n == LANES && channels == LANES) {
#pragma clang loop unroll(full)
          for (int c = 0; c < LANES; c++) v_store(target + c * plane, v[c]);
        } else {
          for (int c = 0; c < channels; c++) v_store_first(target + c * plane, v[c], n);
        }
      }
  }
}

static void winograd_output(const ck_tiles *t, const float *from, ptrdiff_t channels, ptrdiff_t tile_row,
                            float *planes) {
  if (t->edge == 2) winograd_output_of(2, t, from, channels, tile_row, planes);
  else winograd_output_of(4, t, from, channels, tile_row, planes);
}

// Depthwise convolutions of small planes: vectors across channels, as their rows would fill no vector.
/// At most LANES planes; weights [taps][LANES]. `room` holds the padded planes and the outputs, LANES elements for each
/// position, the outputs' positions made up to whole vectors.
INLINE void depthwise_group_of(const int size, const ck_window *w, const float *planes, ptrdiff_t channels,
                               const float *weights, float *room, float *out, const ck_epilogue *epilogue) {
  const ptrdiff_t height = size ? size : w->kernel_height, width = size ? size : w->kernel_width;
  const ptrdiff_t rows = (w->out_height - 1) * w->stride_y + (height - 1) * w->dilation_y + 1;
  const ptrdiff_t columns = (w->out_width - 1) * w->stride_x + (width - 1) * w->dilation_x + 1;
  const ptrdiff_t positions = w->out_height * w->out_width;
  const ck_tiles planar = {.in_height = w->in_height, .in_width = w->in_width};
  interleave_rows(&planar, planes, channels, -w->pad_top, rows, -w->pad_left, columns, room);
  float *results = room + rows * columns * LANES, *to = results;
  ck_epilogue e = {.function = CK_IDENTITY};
  tile_finish in_register;
  if (epilogue) e = *epilogue;
  e.per_column = 1;
  const int finishes = epilogue && !e.residual && channels == LANES && tile_finish_of(&e, 0, 0, &in_register);
  enum { BLOCK = 4 };
  for (ptrdiff_t y = 0; y < w->out_height; y++)
    for (ptrdiff_t x = 0; x < w->out_width; x += BLOCK) {
      const float *corner = room + (y * w->stride_y * columns + x * w->stride_x) * LANES;
      const ptrdiff_t n = w->out_width - x < BLOCK ? w->out_width - x : BLOCK, across = w->stride_x * LANES;
      V total[BLOCK];
#define TAPS(n)                                                                                             \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < n; i++) total[i] = 0.0f;                           \
  for (ptrdiff_t ky = 0; ky < height; ky++)                                                                 \
    for (ptrdiff_t kx = 0; kx < width; kx++) {                                                              \
      const V weight = v_load(weights + (ky * width + kx) * LANES);                                         \
      const float *p = corner + (ky * w->dilation_y * columns + kx * w->dilation_x) * LANES;                \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < n; i++) total[i] =                             \
          v_fma(weight, v_load(p + i * across), total[i]);                                                  \
    }
      switch (n) {
      case 4: TAPS(4) break;
      case 3: TAPS(3) break;
      case 2: TAPS(2) break;
      default: TAPS(1) break;
      }
#undef TAPS
      for (int i = 0; i < n; i++, to += LANES) {
        if (finishes) total[i] = finished(total[i], &in_register, 0, 0, LANES);
        v_store(to, total[i]);
      }
    }
  for (ptrdiff_t x = 0; x < positions; x += LANES) {
    const ptrdiff_t n = positions - x < LANES ? positions - x : LANES;
    V v[LANES];
    for (int j = 0; j < LANES; j++) v[j] = j < n ? v_load(results + (x + j) * LANES) : v_set(0.0f);
    v_transpose(v);
    if (n == LANES && channels == LANES) {
#pragma clang loop unroll(full)
      for (int c = 0; c < LANES; c++) v_store(out + c * positions + x, v[c]);
    } else {
      for (int c = 0; c < channels; c++) v_store_first(out + c * positions + x, v[c], n);
    }
  }
  if (epilogue && !finishes) finish(out, positions, channels, positions, epilogue);
}

static void depthwise_group(const ck_window *w, const float *planes, ptrdiff_t channels, const float *weights,
                            float *room, float *out, const ck_epilogue *epilogue) {
  if (w->kernel_height == 3 && w->kernel_width == 3)
    depthwise_group_of(3, w, planes, channels, weights, room, out, epilogue);
  else depthwise_group_of(0, w, planes, channels, weights, room, out, epilogue);
}

// Windows over one plane that has been padded before: depthwise convolutions and pools.
static void pad_plane(const ck_window *w, const float *plane, float fill, float *padded, ptrdiff_t padded_stride,
                      ptrdiff_t padded_rows) {
  for (ptrdiff_t y = 0; y < padded_rows; y++, padded += padded_stride) {
    const ptrdiff_t from = y - w->pad_top;
    ptrdiff_t x = 0;
    if (from >= 0 && from < w->in_height) {
      for (; x < w->pad_left && x < padded_stride; x++) padded[x] = fill;
      ptrdiff_t count = padded_stride - x < w->in_width ? padded_stride - x : w->in_width;
      if (count > 0) memcpy(padded + x, plane + from * w->in_width, count * sizeof *padded), x += count;
    }
    for (; x < padded_stride; x++) padded[x] = fill;
  }
}

INLINE V load_strided(const int stride_x, const float *p, ptrdiff_t any_stride) {
  if (stride_x == 1) return v_load(p);
  if (stride_x == 2) return v_load_even(p);
  float lane[LANES];
  for (int i = 0; i < LANES; i++) lane[i] = p[i * any_stride];
  return v_load(lane);
}

/// `rows` output rows from `y` on; stride_x and the kernel sizes are constants, or 0 where the window decides.
INLINE void reduce_rows(const int rows, const ck_reduction reduction, const int stride_x, const int kernel_height,
                        const int kernel_width, const ck_window *w, const float *padded, ptrdiff_t padded_stride,
                        const float *weights, float *out, ptrdiff_t y) {
  const ptrdiff_t height = kernel_height ? kernel_height : w->kernel_height;
  const ptrdiff_t width = kernel_width ? kernel_width : w->kernel_width;
  for (ptrdiff_t x = 0; x < w->out_width; x += LANES) {
    V total[4];
    for (int r = 0; r < rows; r++) total[r] = reduction == CK_WINDOW_MAX ? -INFINITY : 0.0f;
    const float *corner = padded + y * w->stride_y * padded_stride + x * w->stride_x;
    for (ptrdiff_t ky = 0; ky < height; ky++)
      for (ptrdiff_t kx = 0; kx < width; kx++) {
        const float *p = corner + ky * w->dilation_y * padded_stride + kx * w->dilation_x;
        const V weight = reduction == CK_WINDOW_WEIGHTED ? v_set(weights[ky * width + kx]) : v_set(0.0f);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
          V v = load_strided(stride_x, p + r * w->stride_y * padded_stride, w->stride_x);
          if (reduction == CK_WINDOW_WEIGHTED) total[r] = v_fma(weight, v, total[r]);
          else if (reduction == CK_WINDOW_MAX) total[r] = v_max(v, total[r]);
          else total[r] += v;
        }
      }
    const ptrdiff_t n = w->out_width - x;
    for (int r = 0; r < rows; r++) {
      float *to = out + (y + r) * w->out_width + x;
      if (n >= LANES) v_store(to, total[r]);
      else v_store_first(to, total[r], n);
    }
  }
}

INLINE void reduce_all_rows(const ck_reduction reduction, const int stride_x, const int kernel_height,
                            const int kernel_width, const ck_window *w, const float *padded, ptrdiff_t padded_stride,
                            const float *weights, float *out, const ck_epilogue *epilogue) {
  for (ptrdiff_t y = 0; y < w->out_height;) {
    const int rows = w->out_height - y >= 4 ? 4 : 1;
    if (rows == 4)
      reduce_rows(4, reduction, stride_x, kernel_height, kernel_width, w, padded, padded_stride, weights, out, y);
    else reduce_rows(1, reduction, stride_x, kernel_height, kernel_width, w, padded, padded_stride, weights, out, y);
    if (epilogue) {
      ck_epilogue e = *epilogue;
      if (e.residual) e.residual += y * w->out_width;
      finish(out + y * w->out_width, 0, 1, rows * w->out_width, &e);
    }
    y += rows;
  }
}

static void reduce_window(const ck_window *w, ck_reduction reduction, const float *padded, ptrdiff_t padded_stride,
                          const float *weights, float *out, const ck_epilogue *epilogue) {
  const ptrdiff_t s = w->stride_x, size = w->kernel_height == w->kernel_width ? w->kernel_height : 0;
#define REDUCE(reduction, stride, height, width) \
  reduce_all_rows(reduction, stride, height, width, w, padded, padded_stride, weights, out, epilogue)
  switch (reduction) {
  case CK_WINDOW_WEIGHTED:
    if (s == 1 && size == 3) REDUCE(CK_WINDOW_WEIGHTED, 1, 3, 3);
    else if (s == 2 && size == 3) REDUCE(CK_WINDOW_WEIGHTED, 2, 3, 3);
    else if (s == 1 && size == 5) REDUCE(CK_WINDOW_WEIGHTED, 1, 5, 5);
    else if (s == 2 && size == 5) REDUCE(CK_WINDOW_WEIGHTED, 2, 5, 5);
    else if (s == 1) REDUCE(CK_WINDOW_WEIGHTED, 1, 0, 0);
    else if (s == 2) REDUCE(CK_WINDOW_WEIGHTED, 2, 0, 0);
    else REDUCE(CK_WINDOW_WEIGHTED, 0, 0, 0);
    break;
  case CK_WINDOW_MAX:
    if (s == 1) REDUCE(CK_WINDOW_MAX, 1, 0, 0);
    else if (s == 2) REDUCE(CK_WINDOW_MAX, 2, 0, 0);
    else REDUCE(CK_WINDOW_MAX, 0, 0, 0);
    break;
  case CK_WINDOW_SUM:
    if (s == 1) REDUCE(CK_WINDOW_SUM, 1, 0, 0);
    else if (s == 2) REDUCE(CK_WINDOW_SUM, 2, 0, 0);
    else REDUCE(CK_WINDOW_SUM, 0, 0, 0);
    break;
  }
#undef REDUCE
}

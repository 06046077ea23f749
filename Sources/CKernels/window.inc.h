// Windows over one plane that has been padded before: depthwise convolutions and pools.
/// A row is written in whole vectors; what goes past its end, the next row overwrites.
static void pad_plane(const ck_window *w, const float *plane, float fill, float *padded, ptrdiff_t padded_stride,
                      ptrdiff_t padded_rows) {
  const V filling = v_set(fill);
  const ptrdiff_t left = w->pad_left < padded_stride ? w->pad_left : padded_stride;
  const ptrdiff_t count = padded_stride - left < w->in_width ? padded_stride - left : w->in_width;
  for (ptrdiff_t y = 0; y < padded_rows; y++, padded += padded_stride) {
    const ptrdiff_t from = y - w->pad_top;
    ptrdiff_t x = 0;
    if (from >= 0 && from < w->in_height) {
      const float *row = plane + from * w->in_width;
      for (; x < left; x += LANES) v_store(padded + x, filling);
      float *to = padded + left;
      for (x = 0; x + LANES <= count; x += LANES) v_store(to + x, v_load(row + x));
      if (x < count) v_store(to + x, v_load_first(row + x, count - x));
      x = left + count;
    }
    for (; x < padded_stride; x += LANES) v_store(padded + x, filling);
  }
}

/// Output rows that share their input rows: with the weights of a 3x3 kernel they fit into the registers.
enum { MOST_SHARING_ROWS = LANES == 16 ? 7 : 4 };

INLINE V load_strided(const int stride_x, const float *p, ptrdiff_t any_stride) {
  if (stride_x == 1) return v_load(p);
  if (stride_x == 2) return v_load_even(p);
  float lane[LANES];
  for (int i = 0; i < LANES; i++) lane[i] = p[i * any_stride];
  return v_load(lane);
}

INLINE V v_reduce(const ck_reduction reduction, V total, V weight, V v) {
  if (reduction == CK_WINDOW_WEIGHTED) return v_fma(weight, v, total);
  return reduction == CK_WINDOW_MAX ? v_max(v, total) : total + v;
}

/// Stores a vector of results at column x of row y, with the epilogue if there is one.
INLINE void store_reduced(const ck_window *w, float *out, ptrdiff_t y, ptrdiff_t x, V v, const tile_finish *finish) {
  const ptrdiff_t n = w->out_width - x < LANES ? w->out_width - x : LANES;
  if (finish) v = finished(v, finish, 0, y * w->out_width + x, n);
  float *to = out + y * w->out_width + x;
  if (n == LANES) v_store(to, v);
  else v_store_first(to, v, n);
}

/// `rows` output rows from `y` on; stride_x and the kernel sizes are constants, or 0 where the window decides.
INLINE void reduce_rows(const int rows, const ck_reduction reduction, const int stride_x, const int kernel_height,
                        const int kernel_width, const ck_window *w, const float *padded, ptrdiff_t padded_stride,
                        const float *weights, float *out, ptrdiff_t y, const tile_finish *finish) {
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
        for (int r = 0; r < rows; r++)
          total[r] = v_reduce(reduction, total[r], weight,
                              load_strided(stride_x, p + r * w->stride_y * padded_stride, w->stride_x));
      }
    for (int r = 0; r < rows; r++) store_reduced(w, out, y + r, x, total[r], finish);
  }
}

/// The same for square kernels without dilation and equal strides of 1 or 2: each input row is loaded once for all
/// output rows that it belongs to.
INLINE void reduce_sharing_rows(const int rows, const ck_reduction reduction, const int stride, const int size,
                                const ck_window *w, const float *padded, ptrdiff_t padded_stride,
                                const float *weights, float *out, ptrdiff_t y, const tile_finish *finish) {
  V weight[9];
  if (reduction == CK_WINDOW_WEIGHTED && size == 3)
    for (int tap = 0; tap < 9; tap++) weight[tap] = v_set(weights[tap]);
  for (ptrdiff_t x = 0; x < w->out_width; x += LANES) {
    V total[MOST_SHARING_ROWS];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) total[r] = reduction == CK_WINDOW_MAX ? -INFINITY : 0.0f;
    const float *p = padded + y * stride * padded_stride + x * stride;
#pragma clang loop unroll(full)
    for (int in = 0; in < (rows - 1) * stride + size; in++, p += padded_stride) {
      V v[5];
      if (stride == 1) {
#pragma clang loop unroll(full)
        for (int kx = 0; kx < size; kx++) v[kx] = v_load(p + kx);
      } else {
#pragma clang loop unroll(full)
        for (int kx = 0; kx < size; kx += 2) {
          if (kx + 1 < size) v_load_pairs(p + kx, &v[kx], &v[kx + 1]);
          else v[kx] = v_load_even(p + kx);
        }
      }
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) {
        const int ky = in - r * stride;
        if (ky < 0 || ky >= size) continue;
#pragma clang loop unroll(full)
        for (int kx = 0; kx < size; kx++) {
          V left = v_set(0.0f);
          if (reduction == CK_WINDOW_WEIGHTED) left = size == 3 ? weight[ky * 3 + kx] : v_set(weights[ky * size + kx]);
          total[r] = v_reduce(reduction, total[r], left, v[kx]);
        }
      }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) store_reduced(w, out, y + r, x, total[r], finish);
  }
}

INLINE void reduce_all_rows(const ck_reduction reduction, const int stride_x, const int kernel_height,
                            const int kernel_width, const ck_window *w, const float *padded, ptrdiff_t padded_stride,
                            const float *weights, float *out, const ck_epilogue *epilogue) {
  tile_finish in_register;
  const int finishes = epilogue && tile_finish_of(epilogue, 0, 0, &in_register);
  const tile_finish *finish_with = finishes ? &in_register : NULL;
  const int shares = kernel_width > 1 && stride_x > 0 && w->stride_y == stride_x && w->dilation_y == 1 &&
                     w->dilation_x == 1;
  for (ptrdiff_t y = 0; y < w->out_height;) {
    const ptrdiff_t left = w->out_height - y;
    int rows = left >= 4 ? 4 : 1;
#define SHARING(n) \
  reduce_sharing_rows(n, reduction, stride_x, kernel_width, w, padded, padded_stride, weights, out, y, finish_with)
    if (shares && kernel_width == 3 && stride_x == 1 && left >= MOST_SHARING_ROWS) {
      rows = MOST_SHARING_ROWS;
      SHARING(MOST_SHARING_ROWS);
    } else if (shares) {
      if (rows == 4) SHARING(4);
      else SHARING(1);
    } else if (rows == 4)
      reduce_rows(4, reduction, stride_x, kernel_height, kernel_width, w, padded, padded_stride, weights, out, y,
                  finish_with);
    else
      reduce_rows(1, reduction, stride_x, kernel_height, kernel_width, w, padded, padded_stride, weights, out, y,
                  finish_with);
#undef SHARING
    if (epilogue && !finishes) {
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
    if (s == 1 && size == 3) REDUCE(CK_WINDOW_MAX, 1, 3, 3);
    else if (s == 2 && size == 3) REDUCE(CK_WINDOW_MAX, 2, 3, 3);
    else if (s == 2 && size == 2) REDUCE(CK_WINDOW_MAX, 2, 2, 2);
    else if (s == 1) REDUCE(CK_WINDOW_MAX, 1, 0, 0);
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

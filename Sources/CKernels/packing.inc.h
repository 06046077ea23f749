static void prefetch(const float *x, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += 16) __builtin_prefetch(x + i, 0, 2);
}

// Panels: what a product reads, side by side for each k.
static void pack_across(const float *source, ptrdiff_t stride, ptrdiff_t k, ptrdiff_t count, float *panel,
                        ptrdiff_t width) {
  if (count == width && width % LANES == 0) {
    for (ptrdiff_t step = 0; step < k; step++, source += stride, panel += width)
      for (ptrdiff_t j = 0; j < width; j += LANES) v_store(panel + j, v_load(source + j));
    return;
  }
  for (ptrdiff_t step = 0; step < k; step++, source += stride, panel += width) {
    ptrdiff_t j = 0;
    for (; j + LANES <= count; j += LANES) v_store(panel + j, v_load(source + j));
    for (; j < width; j += LANES) {
      const ptrdiff_t n = count - j < 0 ? 0 : count - j;
      const ptrdiff_t room = width - j < LANES ? width - j : LANES;
      v_store_first(panel + j, v_load_first(source + (n ? j : 0), n), room);
    }
  }
}

/// Squares of LANES x LANES turned in registers; what a store writes past the panel's width, the next one overwrites.
static void pack_along(const float *source, ptrdiff_t stride, ptrdiff_t k, ptrdiff_t count, float *panel,
                       ptrdiff_t width) {
  for (ptrdiff_t j = 0; j < width; j += LANES) {
    ptrdiff_t rows = count < width ? count - j : width - j;
    if (rows > LANES) rows = LANES;
    for (ptrdiff_t step = 0; step < k; step += LANES) {
      const ptrdiff_t n = k - step < LANES ? k - step : LANES;
      const float *from = source + j * stride + step;
      float *to = panel + step * width + j;
      V v[LANES];
      if (rows == LANES && n == LANES) {
#pragma clang loop unroll(full)
        for (int i = 0; i < LANES; i++) v[i] = v_load(from + i * stride);
      } else {
        for (int i = 0; i < LANES; i++)
          v[i] = i >= rows ? v_set(0.0f) : n == LANES ? v_load(from + i * stride) : v_load_first(from + i * stride, n);
      }
      v_transpose(v);
      if (n == LANES) {
#pragma clang loop unroll(full)
        for (int i = 0; i < LANES; i++) v_store(to + i * width, v[i]);
      } else {
        for (int i = 0; i < n; i++) v_store(to + i * width, v[i]);
      }
    }
  }
}

/// Output positions next to each other in one row, at most LANES of them.
typedef struct {
  ptrdiff_t top, left;  // of the window of the first position, in the input
  ptrdiff_t length, at;
} window_run;

/// The runs that positions first..first + count - 1 make; returns how many.
INLINE int window_runs(const ck_window *w, ptrdiff_t first, ptrdiff_t count, window_run *runs) {
  int number = 0;
  for (ptrdiff_t at = 0; at < count;) {
    const ptrdiff_t y = (first + at) / w->out_width, x = (first + at) % w->out_width;
    ptrdiff_t length = w->out_width - x < count - at ? w->out_width - x : count - at;
    if (length > LANES) length = LANES;
    runs[number++] = (window_run){y * w->stride_y - w->pad_top, x * w->stride_x - w->pad_left, length, at};
    at += length;
  }
  return number;
}

/// The positions of a run whose element at column offset `shift` lies inside the row: from *low up to *high.
INLINE void inside_run(const ck_window *w, const window_run *run, ptrdiff_t shift, ptrdiff_t *low, ptrdiff_t *high) {
  const ptrdiff_t left = run->left + shift, s = w->stride_x;
  ptrdiff_t from = left >= 0 ? 0 : (-left + s - 1) / s;
  ptrdiff_t to = left >= w->in_width ? 0 : (w->in_width - left + s - 1) / s;
  if (to > run->length) to = run->length;
  if (from > to) from = to;
  *low = from;
  *high = to;
}

#if HAS_MASKED_LOADS
enum { MOST_KERNEL_COLUMNS = 16 };

/// One masked load per run and row of the panel; lanes in the padding are never read.
INLINE void pack_window_masked(const int stride, const ck_window *w, const float *planes, ptrdiff_t k_first,
                               ptrdiff_t k_end, const window_run *runs, int number, float *panel, ptrdiff_t width) {
  __mmask32 masks[TILE_COLUMNS][MOST_KERNEL_COLUMNS];
  for (int r = 0; r < number; r++)
    for (ptrdiff_t kx = 0; kx < w->kernel_width; kx++) {
      ptrdiff_t low, high;
      inside_run(w, runs + r, kx * w->dilation_x, &low, &high);
      if (stride == 1) masks[r][kx] = (__mmask32)(((1ull << high) - 1) & ~((1ull << low) - 1));
      else {
        // Of the 32 elements that two loads fetch, only those with an even index are wanted.
        __mmask32 mask = 0;
        for (ptrdiff_t i = low; i < high; i++) mask |= (__mmask32)1 << (2 * i);
        masks[r][kx] = mask;
      }
    }
  const ptrdiff_t plane = w->in_height * w->in_width, area = w->kernel_height * w->kernel_width;
  ptrdiff_t channel = k_first / area, ky = k_first % area / w->kernel_width, kx = k_first % w->kernel_width;
  for (ptrdiff_t k = k_first; k < k_end; k++, panel += width) {
    const float *source = planes + channel * plane + kx * w->dilation_x;
    const ptrdiff_t down = ky * w->dilation_y;
    for (int r = 0; r < number; r++) {
      const ptrdiff_t y = runs[r].top + down;
      const __mmask32 mask = (size_t)y < (size_t)w->in_height ? masks[r][kx] : 0;
      const float *from = source + y * w->in_width + runs[r].left;
      __m512 v;
      if (stride == 1) v = _mm512_maskz_loadu_ps((__mmask16)mask, from);
      else
        v = _mm512_permutex2var_ps(_mm512_maskz_loadu_ps((__mmask16)mask, from), even_lanes(),
                                   _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), from + 16));
      // What a store writes past its run, the next run or the next row of the panel overwrites.
      _mm512_storeu_ps(panel + runs[r].at, v);
    }
    if (++kx == w->kernel_width) {
      kx = 0;
      if (++ky == w->kernel_height) ky = 0, channel++;
    }
  }
}
#endif

static void pack_window(const ck_window *w, const float *planes, ptrdiff_t k_first, ptrdiff_t k_end, ptrdiff_t first,
                        ptrdiff_t count, float *panel, ptrdiff_t width) {
  window_run runs[TILE_COLUMNS];
  int number = window_runs(w, first, count, runs);
#if HAS_MASKED_LOADS
  if (w->kernel_width <= MOST_KERNEL_COLUMNS && w->stride_x <= 2) {
    // Positions that are not there lie outside any input.
    for (ptrdiff_t at = count; at < width; at += LANES) runs[number++] = (window_run){-1, w->in_width, 0, at};
    if (w->stride_x == 1) pack_window_masked(1, w, planes, k_first, k_end, runs, number, panel, width);
    else pack_window_masked(2, w, planes, k_first, k_end, runs, number, panel, width);
    return;
  }
#endif
  const ptrdiff_t plane = w->in_height * w->in_width, area = w->kernel_height * w->kernel_width;
  for (ptrdiff_t k = k_first; k < k_end; k++, panel += width) {
    const ptrdiff_t channel = k / area, ky = k % area / w->kernel_width, kx = k % w->kernel_width;
    const float *source = planes + channel * plane;
    for (int r = 0; r < number; r++) {
      const window_run *run = runs + r;
      float *to = panel + run->at;
      const ptrdiff_t y = run->top + ky * w->dilation_y, shift = kx * w->dilation_x;
      ptrdiff_t low = 0, high = 0;
      if (y >= 0 && y < w->in_height) inside_run(w, run, shift, &low, &high);
      const ptrdiff_t from = y * w->in_width + run->left + shift;
      for (ptrdiff_t i = 0; i < low; i++) to[i] = 0.0f;
      for (ptrdiff_t i = low; i < high; i++) to[i] = source[from + i * w->stride_x];
      for (ptrdiff_t i = high; i < run->length; i++) to[i] = 0.0f;
    }
    for (ptrdiff_t i = count; i < width; i++) panel[i] = 0.0f;
  }
}

// Convolutions whose inputs are read where they lie: a tile of neighbouring output positions times a panel of output
// channels, over the elements of the window.
#define DIRECT_TILE(rows, vectors)                                                                                  \
  static void direct_tile_##rows##_##vectors(const ck_direct *d, const float *a, const float *b, float *c,          \
                                             ptrdiff_t stride, const tile_finish *finish) {                         \
    direct_tile(rows, vectors, d, a, b, c, stride, finish);                                                         \
  }
#define DIRECT_TILE_NAME(rows, vectors) direct_tile_##rows##_##vectors,

INLINE void direct_tile(const int rows, const int vectors, const ck_direct *d, const float *a, const float *b,
                        float *c, ptrdiff_t stride, const tile_finish *finish) {
  V total[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) total[i][j] = 0.0f;
  const ptrdiff_t step_x = d->column_step, k = d->k;
  const int32_t *offsets = d->offsets;
  for (ptrdiff_t step = 0; step < k; step++, b += vectors * LANES) {
    const float *left = a + offsets[step];
    V right[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) right[j] = v_load(b + j * LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const V x = v_set(left[i * step_x]);
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) total[i][j] = v_fma(x, right[j], total[i][j]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) {
      V x = total[i][j];
      if (finish) x = finished(x, finish, i, j * LANES, LANES);
      v_store(c + i * stride + j * LANES, x);
    }
}

typedef void direct_function(const ck_direct *d, const float *a, const float *b, float *c, ptrdiff_t stride,
                             const tile_finish *finish);
EACH_TILE(, DIRECT_TILE, )
static direct_function *const direct_tiles[TILE_ROWS][TILE_VECTORS] = {EACH_TILE(OPEN, DIRECT_TILE_NAME, CLOSE)};

/// Rows `from`..`to` - 1: every panel of weights is read once for all of them.
static void convolve_rows(const ck_direct *d, ptrdiff_t from, ptrdiff_t to, float *room) {
  const ptrdiff_t width = (d->channels + LANES - 1) / LANES * LANES, tiles = (d->out_width + TILE_ROWS - 1) / TILE_ROWS;
  const ptrdiff_t positions = (to - from) * d->out_width;
  ck_epilogue e = {.function = CK_IDENTITY};
  tile_finish in_tile;
  if (d->epilogue) e = *d->epilogue;
  e.per_column = 1;
  // Parameters are per channel, and channels beyond the last have none.
  const int finishes = d->epilogue && !e.residual && d->channels == width && tile_finish_of(&e, 0, 0, &in_tile);
  const float *b = d->panels;
  for (ptrdiff_t channel = 0; channel < d->channels; channel += TILE_COLUMNS, b += d->k * TILE_COLUMNS) {
    const ptrdiff_t vectors = width - channel < TILE_COLUMNS ? (width - channel) / LANES : TILE_VECTORS;
    if (finishes) tile_finish_of(&e, 0, channel, &in_tile);
    float *c = room + channel;
    for (ptrdiff_t y = from; y < to; y++) {
      const float *a = d->planes + y * d->row_step;
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        const ptrdiff_t height = d->out_width / tiles + (tile < d->out_width % tiles);
        direct_tiles[height - 1][vectors - 1](d, a, b, c, width, finishes ? &in_tile : NULL);
        a += height * d->column_step;
        c += height * width;
      }
    }
  }
  for (ptrdiff_t channel = 0; channel < d->channels; channel += LANES) {
    const ptrdiff_t count = d->channels - channel < LANES ? d->channels - channel : LANES;
    float *out = d->out + channel * d->out_plane + from * d->out_width;
    for (ptrdiff_t x = 0; x < positions; x += LANES) {
      const ptrdiff_t n = positions - x < LANES ? positions - x : LANES;
      V v[LANES];
      if (n == LANES) {
#pragma clang loop unroll(full)
        for (int j = 0; j < LANES; j++) v[j] = v_load(room + (x + j) * width + channel);
      } else {
        for (int j = 0; j < LANES; j++) v[j] = j < n ? v_load(room + (x + j) * width + channel) : v_set(0.0f);
      }
      v_transpose(v);
      if (n == LANES && count == LANES) {
#pragma clang loop unroll(full)
        for (int c = 0; c < LANES; c++) v_store(out + c * d->out_plane + x, v[c]);
      } else {
        for (int c = 0; c < count; c++) v_store_first(out + c * d->out_plane + x, v[c], n);
      }
    }
    if (!d->epilogue || finishes) continue;
    ck_epilogue rest = *d->epilogue;
    if (rest.bias) rest.bias += channel;
    if (rest.scale) rest.scale += channel, rest.shift += channel;
    if (rest.residual) rest.residual += channel * rest.residual_stride + from * d->out_width;
    finish(out, d->out_plane, count, positions, &rest);
  }
}

// Matrix products over packed panels. Every element is one chain of fused steps over k in ascending order, whatever
// the tile it falls into, so that neither blocking nor threads change its bits.
#define TILE_COLUMNS (TILE_VECTORS * LANES)

INLINE void multiply_tile(const int rows, const int vectors, ptrdiff_t k, const float *a, const float *b, float *c,
                          ptrdiff_t stride, int accumulates, ptrdiff_t last) {
  V total[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) {
      const float *from = c + i * stride + j * LANES;
      if (!accumulates) total[i][j] = 0.0f;
      else total[i][j] = j + 1 < vectors || last == LANES ? v_load(from) : v_load_first(from, last);
    }
  for (ptrdiff_t step = 0; step < k; step++, a += TILE_ROWS, b += TILE_COLUMNS) {
    V right[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) right[j] = v_load(b + j * LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      V left = v_set(a[i]);
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) total[i][j] = v_fma(left, right[j], total[i][j]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) {
      float *to = c + i * stride + j * LANES;
      if (j + 1 < vectors || last == LANES) v_store(to, total[i][j]);
      else v_store_first(to, total[i][j], last);
    }
}

typedef void tile_function(ptrdiff_t k, const float *a, const float *b, float *c, ptrdiff_t stride, int accumulates,
                           ptrdiff_t last);
#define TILE(rows, vectors)                                                                                       \
  static void tile_##rows##_##vectors(ptrdiff_t k, const float *a, const float *b, float *c, ptrdiff_t stride,    \
                                      int accumulates, ptrdiff_t last) {                                          \
    multiply_tile(rows, vectors, k, a, b, c, stride, accumulates, last);                                          \
  }
#define TILE_NAME(rows, vectors) tile_##rows##_##vectors,
#if TILE_VECTORS == 2
#define TILES_OF(rows, M) M(rows, 1) M(rows, 2)
#else
#define TILES_OF(rows, M) M(rows, 1) M(rows, 2) M(rows, 3)
#endif
#if TILE_ROWS == 4
#define EACH_TILE(BEGIN, M, END) \
  BEGIN TILES_OF(1, M) END BEGIN TILES_OF(2, M) END BEGIN TILES_OF(3, M) END BEGIN TILES_OF(4, M) END
#elif TILE_ROWS == 6
#define EACH_TILE(BEGIN, M, END)                                                                                 \
  BEGIN TILES_OF(1, M) END BEGIN TILES_OF(2, M) END BEGIN TILES_OF(3, M) END BEGIN TILES_OF(4, M) END            \
      BEGIN TILES_OF(5, M) END BEGIN TILES_OF(6, M) END
#else
#define EACH_TILE(BEGIN, M, END)                                                                                 \
  BEGIN TILES_OF(1, M) END BEGIN TILES_OF(2, M) END BEGIN TILES_OF(3, M) END BEGIN TILES_OF(4, M) END            \
      BEGIN TILES_OF(5, M) END BEGIN TILES_OF(6, M) END BEGIN TILES_OF(7, M) END BEGIN TILES_OF(8, M) END
#endif
EACH_TILE(, TILE, )
#define OPEN {
#define CLOSE },
static tile_function *const tiles[TILE_ROWS][TILE_VECTORS] = {EACH_TILE(OPEN, TILE_NAME, CLOSE)};

/// One tile of the product, turned where C is stored the other way round.
INLINE void place_tile(const ck_product *p, ptrdiff_t row, ptrdiff_t column) {
  const ptrdiff_t rows = p->rows - row < TILE_ROWS ? p->rows - row : TILE_ROWS;
  const ptrdiff_t columns = p->columns - column < TILE_COLUMNS ? p->columns - column : TILE_COLUMNS;
  const ptrdiff_t vectors = (columns + LANES - 1) / LANES;
  const ptrdiff_t last = columns - (vectors - 1) * LANES;
  const float *a = p->a + row / TILE_ROWS * p->a_panel;
  const float *b = p->b + column / TILE_COLUMNS * p->b_panel;
  tile_function *tile = tiles[rows - 1][vectors - 1];
  if (!p->is_transposed) {
    tile(p->k, a, b, p->c + row * p->c_stride + column, p->c_stride, p->accumulates, last);
    return;
  }
  float turned[TILE_ROWS * TILE_COLUMNS];
  float *c = p->c + column * p->c_stride + row;
  if (p->accumulates)
    for (ptrdiff_t j = 0; j < columns; j++)
      for (ptrdiff_t i = 0; i < rows; i++) turned[i * TILE_COLUMNS + j] = c[j * p->c_stride + i];
  tile(p->k, a, b, turned, TILE_COLUMNS, p->accumulates, last);
  for (ptrdiff_t j = 0; j < columns; j++)
    for (ptrdiff_t i = 0; i < rows; i++) c[j * p->c_stride + i] = turned[i * TILE_COLUMNS + j];
}

static void multiply(const ck_product *p) {
  if (p->rows_outside && !p->is_transposed) {
    for (ptrdiff_t row = 0; row < p->rows; row += TILE_ROWS) {
      for (ptrdiff_t column = 0; column < p->columns; column += TILE_COLUMNS) place_tile(p, row, column);
      if (!p->epilogue) continue;
      // The rows just made are still in the nearest cache.
      ck_epilogue e = *p->epilogue;
      if (!e.per_column) {
        if (e.bias) e.bias += row;
        if (e.scale) e.scale += row, e.shift += row;
      }
      if (e.residual) e.residual += row * e.residual_stride;
      finish(p->c + row * p->c_stride, p->c_stride, p->rows - row < TILE_ROWS ? p->rows - row : TILE_ROWS, p->columns,
             &e);
    }
    return;
  }
  if (p->rows_outside) {
    for (ptrdiff_t row = 0; row < p->rows; row += TILE_ROWS)
      for (ptrdiff_t column = 0; column < p->columns; column += TILE_COLUMNS) place_tile(p, row, column);
  } else {
    for (ptrdiff_t column = 0; column < p->columns; column += TILE_COLUMNS)
      for (ptrdiff_t row = 0; row < p->rows; row += TILE_ROWS) place_tile(p, row, column);
  }
  if (p->epilogue)
    finish(p->c, p->c_stride, p->is_transposed ? p->columns : p->rows, p->is_transposed ? p->rows : p->columns,
           p->epilogue);
}

INLINE void dot_some_rows(const int rows, const float *matrix, ptrdiff_t stride, ptrdiff_t k, const float *x,
                          float *y) {
  V total[4][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) total[i][0] = total[i][1] = 0.0f;
  ptrdiff_t step = 0;
  for (; step + 2 * LANES <= k; step += 2 * LANES) {
    V x0 = v_load(x + step), x1 = v_load(x + step + LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      total[i][0] = v_fma(v_load(matrix + i * stride + step), x0, total[i][0]);
      total[i][1] = v_fma(v_load(matrix + i * stride + step + LANES), x1, total[i][1]);
    }
  }
  for (; step < k; step += LANES) {
    ptrdiff_t n = k - step < LANES ? k - step : LANES;
    V x0 = v_load_first(x + step, n);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
      total[i][0] = v_fma(v_load_first(matrix + i * stride + step, n), x0, total[i][0]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) y[i] = v_total(total[i][0] + total[i][1]);
}

static void dot_rows(const float *matrix, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t k, const float *x, float *y) {
  ptrdiff_t row = 0;
  for (; row + 4 <= rows; row += 4) dot_some_rows(4, matrix + row * stride, stride, k, x, y + row);
  for (; row < rows; row++) dot_some_rows(1, matrix + row * stride, stride, k, x, y + row);
}

/// Columns in blocks that stay in the nearest cache, four rows of the matrix at a time.
static void combine_rows(const float *matrix, ptrdiff_t stride, ptrdiff_t k, ptrdiff_t columns, const float *x,
                         float *y) {
  enum { BLOCK = 1024 };
  for (ptrdiff_t first = 0; first < columns; first += BLOCK) {
    const ptrdiff_t count = columns - first < BLOCK ? columns - first : BLOCK;
    float *to = y + first;
    memset(to, 0, count * sizeof *to);
    for (ptrdiff_t step = 0; step < k; step += 4) {
      const float *row = matrix + step * stride + first;
      const int steps = k - step < 4 ? (int)(k - step) : 4;
      V left[4];
      for (int s = 0; s < 4; s++) left[s] = v_set(s < steps ? x[step + s] : 0.0f);
      ptrdiff_t j = 0;
      if (steps == 4) {
        for (; j + LANES <= count; j += LANES) {
          V total = v_load(to + j);
#pragma clang loop unroll(full)
          for (int s = 0; s < 4; s++) total = v_fma(left[s], v_load(row + s * stride + j), total);
          v_store(to + j, total);
        }
      }
      for (; j < count; j += LANES) {
        const ptrdiff_t n = count - j < LANES ? count - j : LANES;
        V total = v_load_first(to + j, n);
        for (int s = 0; s < steps; s++) total = v_fma(left[s], v_load_first(row + s * stride + j, n), total);
        v_store_first(to + j, total, n);
      }
    }
  }
}

// Matrix products over packed panels. Every element is one chain of fused steps over k in ascending order, whatever
// the tile it falls into, so that neither blocking nor threads change its bits.
#define TILE_COLUMNS (TILE_VECTORS * LANES)

/// What a tile applies in registers before it stores; the pointers are those of its first element.
typedef struct {
  const float *bias, *scale, *shift, *residual;
  ptrdiff_t residual_stride;
  float low, high;
  int per_column;
} tile_finish;

/// Whether an epilogue can be applied in registers: no function, or one that limits to a range. For those `t` says how.
INLINE int tile_finish_of(const ck_epilogue *e, ptrdiff_t row, ptrdiff_t column, tile_finish *t) {
  t->low = e->function == CK_RELU ? 0.0f : e->function == CK_CLIP ? e->p0 : -INFINITY;
  t->high = e->function == CK_CLIP ? e->p1 : INFINITY;
  if (e->function != CK_IDENTITY && e->function != CK_RELU && e->function != CK_CLIP) return 0;
  const ptrdiff_t channel = e->per_column ? column : row;
  t->per_column = e->per_column;
  t->bias = e->bias ? e->bias + channel : NULL;
  t->scale = e->scale ? e->scale + channel : NULL;
  t->shift = e->scale ? e->shift + channel : NULL;
  t->residual = e->residual ? e->residual + row * e->residual_stride + column : NULL;
  t->residual_stride = e->residual_stride;
  return 1;
}

/// Applies a tile's epilogue to the vector of row i and columns j.. of which n are there; rounds as `finish_row` does.
INLINE V finished(V x, const tile_finish *t, int i, ptrdiff_t j, ptrdiff_t n) {
#define LOAD(p) (n == LANES ? v_load(p) : v_load_first(p, n))
  if (t->bias) x += t->per_column ? LOAD(t->bias + j) : v_set(t->bias[i]);
  if (t->scale)
    x = t->per_column ? v_fma(x, LOAD(t->scale + j), LOAD(t->shift + j)) : v_fma(x, v_set(t->scale[i]), v_set(t->shift[i]));
  if (t->residual) x += LOAD(t->residual + i * t->residual_stride + j);
#undef LOAD
  return v_min(v_set(t->high), v_max(v_set(t->low), x));
}

/// Element (i, step) of A is at a[i * a_row + step * a_step], row `step` of B at b + step * b_step.
INLINE void multiply_tile(const int rows, const int vectors, ptrdiff_t k, const float *a, ptrdiff_t a_row,
                          ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *c, ptrdiff_t stride,
                          int accumulates, ptrdiff_t last, const tile_finish *finish) {
  V total[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) {
      const float *from = c + i * stride + j * LANES;
      if (!accumulates) total[i][j] = 0.0f;
      else total[i][j] = j + 1 < vectors || last == LANES ? v_load(from) : v_load_first(from, last);
    }
  for (ptrdiff_t step = 0; step < k; step++, a += a_step, b += b_step) {
    V right[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) right[j] = v_load(b + j * LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      V left = v_set(a[i * a_row]);
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) total[i][j] = v_fma(left, right[j], total[i][j]);
    }
  }
  if (finish) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++)
        total[i][j] = finished(total[i][j], finish, i, j * LANES, j + 1 < vectors ? LANES : last);
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
                           ptrdiff_t last, const tile_finish *finish);
#define TILE(rows, vectors)                                                                                       \
  static void tile_##rows##_##vectors(ptrdiff_t k, const float *a, const float *b, float *c, ptrdiff_t stride,    \
                                      int accumulates, ptrdiff_t last, const tile_finish *finish) {               \
    multiply_tile(rows, vectors, k, a, 1, TILE_ROWS, b, TILE_COLUMNS, c, stride, accumulates, last, finish);      \
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

/// One tile of the product, turned where C is stored the other way round; `finishes` where the epilogue is applied in
/// registers.
INLINE void place_tile(const ck_product *p, ptrdiff_t row, ptrdiff_t column, const int finishes) {
  const ptrdiff_t rows = p->rows - row < TILE_ROWS ? p->rows - row : TILE_ROWS;
  const ptrdiff_t columns = p->columns - column < TILE_COLUMNS ? p->columns - column : TILE_COLUMNS;
  const ptrdiff_t vectors = (columns + LANES - 1) / LANES;
  const ptrdiff_t last = columns - (vectors - 1) * LANES;
  const float *a = p->a + row / TILE_ROWS * p->a_panel;
  const float *b = p->b + column / TILE_COLUMNS * p->b_panel;
  tile_function *tile = tiles[rows - 1][vectors - 1];
  if (!p->is_transposed) {
    tile_finish finish;
    if (finishes) tile_finish_of(p->epilogue, row, column, &finish);
    tile(p->k, a, b, p->c + row * p->c_stride + column, p->c_stride, p->accumulates, last, finishes ? &finish : NULL);
    return;
  }
  float turned[TILE_ROWS * TILE_COLUMNS];
  float *c = p->c + column * p->c_stride + row;
  if (p->accumulates)
    for (ptrdiff_t j = 0; j < columns; j++)
      for (ptrdiff_t i = 0; i < rows; i++) turned[i * TILE_COLUMNS + j] = c[j * p->c_stride + i];
  tile(p->k, a, b, turned, TILE_COLUMNS, p->accumulates, last, NULL);
  for (ptrdiff_t j = 0; j < columns; j++)
    for (ptrdiff_t i = 0; i < rows; i++) c[j * p->c_stride + i] = turned[i * TILE_COLUMNS + j];
}

INLINE void place_tiles(const ck_product *p, const int finishes) {
  if (p->rows_outside) {
    for (ptrdiff_t row = 0; row < p->rows; row += TILE_ROWS)
      for (ptrdiff_t column = 0; column < p->columns; column += TILE_COLUMNS) place_tile(p, row, column, finishes);
  } else {
    for (ptrdiff_t column = 0; column < p->columns; column += TILE_COLUMNS)
      for (ptrdiff_t row = 0; row < p->rows; row += TILE_ROWS) place_tile(p, row, column, finishes);
  }
}

static void multiply(const ck_product *p) {
  tile_finish probe;
  if (p->epilogue && !p->is_transposed && tile_finish_of(p->epilogue, 0, 0, &probe)) {
    place_tiles(p, 1);
    return;
  }
  if (p->epilogue && p->rows_outside && !p->is_transposed) {
    for (ptrdiff_t row = 0; row < p->rows; row += TILE_ROWS) {
      for (ptrdiff_t column = 0; column < p->columns; column += TILE_COLUMNS) place_tile(p, row, column, 0);
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
  place_tiles(p, 0);
  if (p->epilogue)
    finish(p->c, p->c_stride, p->is_transposed ? p->columns : p->rows, p->is_transposed ? p->rows : p->columns,
           p->epilogue);
}

#define ROWS_TILE(rows, vectors)                                                                                  \
  static void rows_tile_##rows##_##vectors(ptrdiff_t k, const float *a, ptrdiff_t a_row, const float *b, float *c,  \
                                           ptrdiff_t stride, int accumulates, ptrdiff_t last,                       \
                                           const tile_finish *finish) {                                             \
    multiply_tile(rows, vectors, k, a, a_row, 1, b, vectors *LANES, c, stride, accumulates, last, finish);          \
  }
typedef void rows_tile_function(ptrdiff_t k, const float *a, ptrdiff_t a_row, const float *b, float *c,
                                ptrdiff_t stride, int accumulates, ptrdiff_t last, const tile_finish *finish);
#define ROWS_TILE_NAME(rows, vectors) rows_tile_##rows##_##vectors,
EACH_TILE(, ROWS_TILE, )
static rows_tile_function *const rows_tiles[TILE_ROWS][TILE_VECTORS] = {EACH_TILE(OPEN, ROWS_TILE_NAME, CLOSE)};

static void multiply_rows(ptrdiff_t k, const float *a, ptrdiff_t a_row, ptrdiff_t rows, const float *b,
                          ptrdiff_t columns, float *c, ptrdiff_t c_stride, int accumulates,
                          const ck_epilogue *epilogue) {
  const ptrdiff_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
  tile_finish in_tile;
  const int finishes = epilogue && tile_finish_of(epilogue, 0, 0, &in_tile);
  for (ptrdiff_t column = 0; column < columns; column += TILE_COLUMNS, b += k * TILE_COLUMNS) {
    const ptrdiff_t count = columns - column < TILE_COLUMNS ? columns - column : TILE_COLUMNS;
    const ptrdiff_t vectors = (count + LANES - 1) / LANES;
    // Tiles of nearly equal height: a low one would wait for its few sums.
    for (ptrdiff_t tile = 0, row = 0; tile < tiles; tile++) {
      const ptrdiff_t height = rows / tiles + (tile < rows % tiles);
      if (finishes) tile_finish_of(epilogue, row, column, &in_tile);
      rows_tiles[height - 1][vectors - 1](k, a + row * a_row, a_row, b, c + row * c_stride + column, c_stride,
                                          accumulates, count - (vectors - 1) * LANES, finishes ? &in_tile : NULL);
      row += height;
    }
  }
  if (epilogue && !finishes) finish(c, c_stride, rows, columns, epilogue);
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

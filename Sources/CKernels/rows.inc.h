// Kernels over contiguous rows. A tail goes through the same vector code as the rest, so that its bits are the same.
INLINE void apply_row(const ck_function function, V p0, V p1, const float *x, float *y, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) v_store(y + i, v_apply(function, v_load(x + i), p0, p1));
  if (i < count) v_store_first(y + i, v_apply(function, v_load_first(x + i, count - i), p0, p1), count - i);
}

static void apply(ck_function function, float p0, float p1, const float *x, float *y, ptrdiff_t count) {
  FOR_FUNCTION(function, apply_row(FUNCTION, v_set(p0), v_set(p1), x, y, count))
}

INLINE V v_combine(const ck_operation operation, V a, V b) {
  switch (operation) {
  case CK_ADD: return a + b;
  case CK_SUB: return a - b;
  case CK_MUL: return a * b;
  case CK_DIV: return a / b;
  case CK_MAX: return a != a ? a : v_max(a, b);
  case CK_MIN: return a != a ? a : v_min(a, b);
  }
  return a;
}

INLINE void combine_row(const ck_operation operation, const float *a, ptrdiff_t a_step, const float *b,
                        ptrdiff_t b_step, float *y, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    V left = a_step ? v_load(a + i) : v_set(*a);
    V right = b_step ? v_load(b + i) : v_set(*b);
    v_store(y + i, v_combine(operation, left, right));
  }
  if (i == count) return;
  V left = a_step ? v_load_first(a + i, count - i) : v_set(*a);
  V right = b_step ? v_load_first(b + i, count - i) : v_set(*b);
  v_store_first(y + i, v_combine(operation, left, right), count - i);
}

static void combine(ck_operation operation, const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step,
                    float *y, ptrdiff_t count) {
  switch (operation) {
  case CK_ADD: combine_row(CK_ADD, a, a_step, b, b_step, y, count); break;
  case CK_SUB: combine_row(CK_SUB, a, a_step, b, b_step, y, count); break;
  case CK_MUL: combine_row(CK_MUL, a, a_step, b, b_step, y, count); break;
  case CK_DIV: combine_row(CK_DIV, a, a_step, b, b_step, y, count); break;
  case CK_MAX: combine_row(CK_MAX, a, a_step, b, b_step, y, count); break;
  case CK_MIN: combine_row(CK_MIN, a, a_step, b, b_step, y, count); break;
  }
}

static void scale_and_shift(const float *x, const float *scale, const float *shift, float *y, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) v_store(y + i, v_fma(v_load(x + i), v_load(scale + i), v_load(shift + i)));
  ptrdiff_t n = count - i;
  if (n > 0)
    v_store_first(y + i, v_fma(v_load_first(x + i, n), v_load_first(scale + i, n), v_load_first(shift + i, n)), n);
}

/// The lanes added pairwise, always in the same order.
INLINE float v_total(V v) {
#if LANES == 16
  const __typeof__(v.lo) eight = v.lo + v.hi;
  const __typeof__(eight.lo) four = eight.lo + eight.hi;
#elif LANES == 8
  const __typeof__(v.lo) four = v.lo + v.hi;
#else
  const V four = v;
#endif
  const __typeof__(four.lo) two = four.lo + four.hi;
  return two.x + two.y;
}

static float sum(const float *x, ptrdiff_t count) {
  V total = 0.0f;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) total += v_load(x + i);
  if (i < count) total += v_load_first(x + i, count - i);
  return v_total(total);
}

/// The sum in double precision, in an order that depends on the count alone.
static double sum_wide(const float *x, ptrdiff_t count) {
  typedef double VD __attribute__((ext_vector_type(LANES)));
  VD first = 0.0, second = 0.0;
  ptrdiff_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    first += __builtin_convertvector(v_load(x + i), VD);
    second += __builtin_convertvector(v_load(x + i + LANES), VD);
  }
  for (; i < count; i += LANES)
    first += __builtin_convertvector(count - i < LANES ? v_load_first(x + i, count - i) : v_load(x + i), VD);
  first += second;
  double total = 0.0;
  for (int lane = 0; lane < LANES; lane++) total += first[lane];
  return total;
}

static float maximum(const float *x, ptrdiff_t count) {
  V greatest = -INFINITY;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    V v = v_load(x + i);
    greatest = v != v ? v : v_max(v, greatest);
  }
  float result = -INFINITY;
  for (int lane = 0; lane < LANES; lane++) result = result > greatest[lane] ? result : greatest[lane];
  for (; i < count; i++) result = result > x[i] ? result : x[i];
  return result;
}

static float squares(const float *x, float mean, ptrdiff_t count) {
  V total = 0.0f;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    V d = v_load(x + i) - mean;
    total = v_fma(d, d, total);
  }
  if (i == count) return v_total(total);
  // Missing lanes are loaded as the mean and so add nothing.
  float tail[LANES];
  for (int lane = 0; lane < LANES; lane++) tail[lane] = lane < count - i ? x[i + lane] : mean;
  V d = v_load(tail) - mean;
  return v_total(v_fma(d, d, total));
}

static float exp_sum(const float *x, float shift, float *y, ptrdiff_t count) {
  V total = 0.0f;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    V e = v_exp(v_load(x + i) - shift);
    v_store(y + i, e);
    total += e;
  }
  if (i < count) {
    v_store_first(y + i, v_exp(v_load_first(x + i, count - i) - shift), count - i);
    total += v_load_first(y + i, count - i);
  }
  return v_total(total);
}

INLINE void finish_row(const ck_function function, float *c, ptrdiff_t columns, const ck_epilogue *e, ptrdiff_t row) {
  const int per_column = e->per_column;
  const V bias = e->bias && !per_column ? v_set(e->bias[row]) : v_set(0.0f);
  const V scale = e->scale && !per_column ? v_set(e->scale[row]) : v_set(0.0f);
  const V shift = e->scale && !per_column ? v_set(e->shift[row]) : v_set(0.0f);
  const float *residual = e->residual ? e->residual + row * e->residual_stride : NULL;
  const V p0 = v_set(e->p0), p1 = v_set(e->p1);
  for (ptrdiff_t j = 0; j < columns; j += LANES) {
    const ptrdiff_t n = columns - j;
    const int whole = n >= LANES;
#define LOAD(p) (whole ? v_load(p) : v_load_first(p, n))
    V x = LOAD(c + j);
    if (e->bias) x += per_column ? LOAD(e->bias + j) : bias;
    if (e->scale) x = v_fma(x, per_column ? LOAD(e->scale + j) : scale, per_column ? LOAD(e->shift + j) : shift);
    if (residual) x += LOAD(residual + j);
#undef LOAD
    x = v_apply(function, x, p0, p1);
    if (whole) v_store(c + j, x);
    else v_store_first(c + j, x, n);
  }
}

static void finish(float *c, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns, const ck_epilogue *epilogue) {
  FOR_FUNCTION(epilogue->function,
               for (ptrdiff_t row = 0; row < rows; row++)
                   finish_row(FUNCTION, c + row * stride, columns, epilogue, row))
}

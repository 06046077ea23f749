// Leaf kernels: one table of functions per instruction set, all over plain pointers and sizes.
#ifndef OFFLOADSIM_CKERNELS_H
#define OFFLOADSIM_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Element-wise functions; p0 and p1 are the parameters named in the comment.
typedef enum {
  CK_IDENTITY = 0,
  CK_RELU,
  CK_CLIP,              // low, high
  CK_LEAKY_RELU,        // slope
  CK_SIGMOID,
  CK_TANH,
  CK_HARD_SWISH,
  CK_HARD_SIGMOID,      // alpha, beta
  CK_SILU,
  CK_EXP,
  CK_ERF,
  CK_GELU,
  CK_GELU_TANH,
  CK_ELU,               // alpha, gamma
  CK_SOFTSIGN,
  CK_AFFINE,            // scale, shift
  CK_THRESHOLDED_RELU,  // threshold
  CK_SCALED_TANH,       // alpha, beta
  CK_SOFTPLUS,
} ck_function;

typedef enum { CK_ADD, CK_SUB, CK_MUL, CK_DIV, CK_MAX, CK_MIN } ck_operation;

typedef enum { CK_WINDOW_WEIGHTED, CK_WINDOW_MAX, CK_WINDOW_SUM } ck_reduction;

/// What is applied to a result while it is stored: bias, scale and shift, residual, function, in this order.
/// Null pointers leave a step out.
typedef struct {
  const float *bias;
  const float *scale;
  const float *shift;
  /// Whether bias, scale and shift have one element per column instead of one per row.
  int per_column;
  const float *residual;
  ptrdiff_t residual_stride;
  ck_function function;
  float p0, p1;
} ck_epilogue;

/// A block of C = A * B over packed panels. A panel of A holds `tile_rows` elements for each k, one of B
/// `tile_columns`; missing ones are zero.
typedef struct {
  ptrdiff_t k, rows, columns;
  const float *a;
  ptrdiff_t a_panel;  // elements from one panel to the next
  const float *b;
  ptrdiff_t b_panel;
  float *c;
  ptrdiff_t c_stride;
  int accumulates;     // adds to C instead of overwriting it
  int rows_outside;    // the order of the loops over panels
  int is_transposed;   // element (row, column) goes to c[column * c_stride + row]
  const ck_epilogue *epilogue;  // in terms of C as stored; null before the last block of k
} ck_product;

/// A two-dimensional window over one plane.
typedef struct {
  ptrdiff_t in_height, in_width, out_height, out_width;
  ptrdiff_t kernel_height, kernel_width, stride_y, stride_x, dilation_y, dilation_x, pad_top, pad_left;
} ck_window;

/// A convolution of planes that hold their padding. Element k of the window at output (y, x) is
/// planes[y * row_step + x * column_step + offsets[k]]; the weights of the channels are in panels over k, the last as
/// wide as its vectors.
typedef struct {
  const float *planes;
  const int32_t *offsets;
  ptrdiff_t k, row_step, column_step;
  const float *panels;
  ptrdiff_t channels;
  float *out;
  ptrdiff_t out_width, out_plane;
  const ck_epilogue *epilogue;  // per row, which is a channel; or null
} ck_direct;

/// Planes in tiles of `edge` x `edge` outputs (2 or 4) of a 3x3 convolution of stride 1. Point p of the transform of
/// a tile begins at p * point_stride + tile * tile_stride and has an element for each channel.
typedef struct {
  ptrdiff_t edge, in_height, in_width, out_height, out_width, pad_top, pad_left;
  ptrdiff_t tiles_across, point_stride, tile_stride;
} ck_tiles;

typedef struct {
  const char *name;
  ptrdiff_t lanes, tile_rows, tile_columns;

  void (*multiply)(const ck_product *product);
  /// C = A * B, or C += A * B, with the rows of A `a_row` elements apart, and B in panels, the last as wide as its
  /// vectors.
  void (*multiply_rows)(ptrdiff_t k, const float *a, ptrdiff_t a_row, ptrdiff_t rows, const float *b,
                        ptrdiff_t columns, float *c, ptrdiff_t c_stride, int accumulates,
                        const ck_epilogue *epilogue);

  /// Rows from..to - 1 of the outputs; `room` holds their elements with the channels made up to whole vectors.
  void (*convolve_rows)(const ck_direct *direct, ptrdiff_t from, ptrdiff_t to, float *room);

  /// The transforms of a panel of weights [in_channels][3][3][width] at the points of rows from..end - 1, which are
  /// all rows or an even one and the next: a panel [in_channels][width] for each, `point_stride` elements apart.
  void (*winograd_weights)(ptrdiff_t edge, ptrdiff_t from, ptrdiff_t end, const float *panel, ptrdiff_t in_channels,
                           ptrdiff_t width, float *to, ptrdiff_t point_stride);
  /// Asks for elements that are read soon, to be brought into the second cache.
  void (*prefetch)(const float *x, ptrdiff_t count);
  /// The transforms of a row of tiles of at most `lanes` planes; `to` is their first channel in the first tile.
  void (*winograd_input)(const ck_tiles *tiles, const float *planes, ptrdiff_t channels, ptrdiff_t tile_row,
                         float *to);
  /// The outputs of a row of tiles in at most `lanes` planes.
  void (*winograd_output)(const ck_tiles *tiles, const float *from, ptrdiff_t channels, ptrdiff_t tile_row,
                          float *planes);
  /// y[row] = dot(matrix row, x) for `rows` rows of `k` elements.
  void (*dot_rows)(const float *matrix, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t k, const float *x, float *y);
  /// y[column] = sum over k of x[k] * matrix[k * stride + column].
  void (*combine_rows)(const float *matrix, ptrdiff_t stride, ptrdiff_t k, ptrdiff_t columns, const float *x,
                       float *y);
  void (*finish)(float *c, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns, const ck_epilogue *epilogue);

  /// One panel from a source that is contiguous across the panel.
  void (*pack_across)(const float *source, ptrdiff_t stride, ptrdiff_t k, ptrdiff_t count, float *panel,
                      ptrdiff_t width);
  /// One panel from a source that is contiguous along k; it must have room for `lanes` elements past its end.
  void (*pack_along)(const float *source, ptrdiff_t stride, ptrdiff_t k, ptrdiff_t count, float *panel,
                     ptrdiff_t width);
  /// One panel of output positions first..first + count - 1 and rows k_first..k_end - 1 of the unrolled windows;
  /// the panel must have room for `lanes` elements past its end.
  void (*pack_window)(const ck_window *window, const float *planes, ptrdiff_t k_first, ptrdiff_t k_end,
                      ptrdiff_t first, ptrdiff_t count, float *panel, ptrdiff_t width);

  /// Copies one plane with padding of `fill`, so that `reduce_window` reads inside it; the copy has
  /// `padded_stride` elements a row.
  void (*pad_plane)(const ck_window *window, const float *plane, float fill, float *padded, ptrdiff_t padded_stride,
                    ptrdiff_t padded_rows);
  void (*reduce_window)(const ck_window *window, ck_reduction reduction, const float *padded,
                        ptrdiff_t padded_stride, const float *weights, float *out, const ck_epilogue *epilogue);

  /// A depthwise convolution of at most `lanes` small planes with weights [taps][lanes]; `room` holds the padded
  /// planes and the outputs' positions, these made up to whole vectors, with `lanes` elements for each.
  void (*depthwise_group)(const ck_window *window, const float *planes, ptrdiff_t channels, const float *weights,
                          float *room, float *out, const ck_epilogue *epilogue);

  void (*apply)(ck_function function, float p0, float p1, const float *x, float *y, ptrdiff_t count);
  /// A step of 0 repeats the first element.
  void (*combine)(ck_operation operation, const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step,
                  float *y, ptrdiff_t count);
  void (*scale_and_shift)(const float *x, const float *scale, const float *shift, float *y, ptrdiff_t count);
  float (*sum)(const float *x, ptrdiff_t count);
  /// The sum in double precision.
  double (*sum_wide)(const float *x, ptrdiff_t count);
  float (*maximum)(const float *x, ptrdiff_t count);
  /// Sum of (x - mean)^2.
  float (*squares)(const float *x, float mean, ptrdiff_t count);
  /// y = exp(x - shift); returns the sum.
  float (*exp_sum)(const float *x, float shift, float *y, ptrdiff_t count);

  /// Exact integer products: c[row][column] = sum of a[row][k] * b[k][column]; B holds pairs of k side by side.
  void (*multiply_int16)(const int16_t *a, ptrdiff_t a_stride, const int16_t *b, ptrdiff_t pairs, ptrdiff_t rows,
                         ptrdiff_t columns, int32_t *c, ptrdiff_t c_stride);
  /// y = saturate(round(x / scale) + zero point), to int8 or uint8.
  void (*quantize)(const float *x, float scale, int zero_point, int is_signed, void *y, ptrdiff_t count);
  /// y = saturate(round((x + bias) * scale) + zero point).
  void (*requantize)(const int32_t *x, int32_t bias, float scale, int zero_point, int is_signed, void *y,
                     ptrdiff_t count);
} ck_kernels;

/// Instruction sets, from the portable one upwards.
typedef enum { CK_SCALAR = 0, CK_AVX2 = 1, CK_AVX512 = 2, CK_AVX512_VNNI = 3 } ck_instruction_set;

/// The kernels of an instruction set, or null where this processor does not have it.
const ck_kernels *ck_kernels_for(ck_instruction_set set);

#include "CIntegers.h"

#endif

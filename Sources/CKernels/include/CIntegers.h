// Integer kernels: tensors of 8-bit integers with channels last, products exact in 32 bits.
#ifndef OFFLOADSIM_CINTEGERS_H
#define OFFLOADSIM_CINTEGERS_H

#include "CKernels.h"

/// How a sum becomes a byte: saturate(round(sum * factor) + zero point), halves to even.
typedef struct {
  const float *factors;  // one for each slot; null where sums are stored as they are
  int zero_point, is_signed;
  /// Whether every factor is below 1, so that no sum can leave the range of 32 bits.
  int is_small;
} ck_requantization;

/// Weights that go into panels. Element k of channel c is source[c * channel_stride + order[k]], or 0 where order[k] is
/// negative.
typedef struct {
  const void *source;
  int is_signed;
  ptrdiff_t channel_stride;
  const ptrdiff_t *order;
  ptrdiff_t depth;  // a multiple of the elements in four bytes
  const ptrdiff_t *slots;  // the channel of each slot, or -1
  ptrdiff_t slot_count;
  const int32_t *zero_points;  // one for each slot
} ck_integer_weights;

/// Sums of products at output positions, which lie in lines. The window of position x of a line begins at
/// a + lines[line] + x * column_step and consists of `run_count` runs of `run_bytes` bytes, a multiple of four, the
/// beginnings of which are in `runs`.
typedef struct {
  const uint8_t *a;
  const ptrdiff_t *lines;
  ptrdiff_t line_length, column_step;
  const ptrdiff_t *runs;
  ptrdiff_t run_count, run_bytes;
  const void *panels;
  ptrdiff_t channels;
  const int32_t *bias;  // one for each slot
  ck_requantization result;
  void *out;
  ptrdiff_t out_step;  // elements from one position to the next
} ck_dots;

/// A depthwise convolution; `outside` has a zero point for each channel.
typedef struct {
  ck_window window;
  const uint8_t *x, *outside;
  int is_signed;  // of `depthwise_words`
  ptrdiff_t channels;
  const void *weights;
  const int32_t *bias;  // one for each slot, or for each channel
  ck_requantization result;
  void *out;
} ck_byte_depthwise;

/// Two quantised tensors that are combined in float32.
typedef struct {
  const void *a, *b;
  int is_signed, a_zero, b_zero;
  float a_scale, b_scale, scale;
  int zero_point;
  /// Multiplies by the reciprocal of the scale instead of dividing, which rounds otherwise for some pairs.
  int by_reciprocal;
} ck_byte_pair;

/// The greatest bytes of windows, of tensors with channels last; `outside` has the least byte for each channel.
typedef struct {
  ck_window window;
  const uint8_t *x, *outside;
  int is_signed;
  ptrdiff_t channels;
  uint8_t *out;
} ck_byte_maximum;

typedef struct {
  const char *name;
  ptrdiff_t lanes;
  /// Slots of a panel.
  ptrdiff_t panel_width;
  /// Whether slot 16j + 4i + e of a panel of v vectors holds channel 4vi + 4j + e, as packing to bytes wants it.
  int is_interleaved;

  void (*pack_words)(const ck_integer_weights *weights, void *panels, int32_t *sums);
  /// Positions first..last - 1 and panels first_panel..last_panel - 1, from pairs of 16-bit integers.
  void (*dots_words)(const ck_dots *dots, ptrdiff_t first, ptrdiff_t last, ptrdiff_t first_panel,
                     ptrdiff_t last_panel);
  /// The same from four bytes at a time, unsigned times signed; null where the processor has no instruction for that.
  void (*pack_bytes)(const ck_integer_weights *weights, void *panels, int32_t *sums);
  void (*dots_bytes)(const ck_dots *dots, ptrdiff_t first, ptrdiff_t last, ptrdiff_t first_panel,
                     ptrdiff_t last_panel);

  /// Rows from..to - 1 of the outputs; weights [taps][channels] of 16 bits.
  void (*depthwise_words)(const ck_byte_depthwise *depthwise, ptrdiff_t from, ptrdiff_t to);
  /// The same for unsigned bytes, with weights packed by `pack_bytes` with the taps as depth, made up to fours (of a
  /// window of 3x3 not dilated in x, each row), and every 64 channels in interleaved order; null as `dots_bytes`.
  void (*depthwise_bytes)(const ck_byte_depthwise *depthwise, ptrdiff_t from, ptrdiff_t to);

  /// y = x with the bits of `flip` flipped.
  void (*stage_bytes)(const uint8_t *x, int flip, uint8_t *y, ptrdiff_t count);
  /// y = x - zero.
  void (*stage_words)(const void *x, int is_signed, int zero, int16_t *y, ptrdiff_t count);
  /// y = quantised(a + b), or of a * b.
  void (*combine_bytes)(const ck_byte_pair *pair, int multiplies, void *y, ptrdiff_t count);
  /// Rows from..to - 1 of the outputs; at most 1,024 taps.
  void (*maximum_bytes)(const ck_byte_maximum *maximum, ptrdiff_t from, ptrdiff_t to);
  /// sums[c] += the bytes of rows [rows][channels].
  void (*sum_rows)(const void *x, int is_signed, ptrdiff_t rows, ptrdiff_t channels, int32_t *sums);
  /// y = requantised sums, with a factor for each.
  void (*requantize_sums)(const int32_t *sums, const ck_requantization *result, void *y, ptrdiff_t count);
  /// y[column][row] = x[row][column], of bytes and of 32 bits.
  void (*transpose_bytes)(const uint8_t *x, ptrdiff_t rows, ptrdiff_t columns, uint8_t *y);
  void (*transpose_sums)(const int32_t *x, ptrdiff_t rows, ptrdiff_t columns, int32_t *y);
} ck_integer_kernels;

/// The integer kernels of an instruction set, or null where this processor does not have it.
const ck_integer_kernels *ck_integer_kernels_for(ck_instruction_set set);

#endif

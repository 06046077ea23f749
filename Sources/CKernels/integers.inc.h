// The integer kernels in terms of the vector types V and VI of LANES elements; included once by the file of each
// instruction set, which says how many vectors a panel has and how many rows a tile of it.
#include "CIntegers.h"
#include "dots.inc.h"
#include "byte_depthwise.inc.h"
#include "byte_rows.inc.h"

extern const ck_integer_kernels INTEGERS_TABLE;
const ck_integer_kernels INTEGERS_TABLE = {
    .name = INTEGERS_NAME,
    .lanes = LANES,
    .panel_width = PANEL_VECTORS * LANES,
#ifdef HAS_BYTE_PACKS
    .is_interleaved = 1,
#endif
    .pack_words = pack_words,
    .dots_words = dots_words,
#ifdef HAS_BYTE_DOTS
    .pack_bytes = pack_bytes,
    .dots_bytes = dots_bytes,
    .depthwise_bytes = depthwise_bytes,
#endif
    .depthwise_words = depthwise_words,
    .stage_bytes = stage_bytes,
    .stage_words = stage_words,
    .combine_bytes = combine_bytes,
    .maximum_bytes = maximum_bytes,
    .sum_rows = sum_rows,
    .requantize_sums = requantize_sums,
    .transpose_bytes = transpose_bytes,
    .transpose_sums = transpose_sums,
};

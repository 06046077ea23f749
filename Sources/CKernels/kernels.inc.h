// The kernels in terms of the vector type V of LANES floats; included once by the file of each instruction set.
#include "functions.inc.h"
#include "transpose.inc.h"
#include "rows.inc.h"
#include "product.inc.h"
#include "packing.inc.h"
#include "direct.inc.h"
#include "window.inc.h"
#include "winograd.inc.h"
#include "depthwise.inc.h"
#include "quantized.inc.h"

extern const ck_kernels KERNELS_TABLE;
const ck_kernels KERNELS_TABLE = {
    .name = KERNELS_NAME,
    .lanes = LANES,
    .tile_rows = TILE_ROWS,
    .tile_columns = TILE_VECTORS * LANES,
    .multiply = multiply,
    .multiply_rows = multiply_rows,
    .convolve_rows = convolve_rows,
    .winograd_weights = winograd_weights,
    .winograd_input = winograd_input,
    .winograd_output = winograd_output,
    .dot_rows = dot_rows,
    .combine_rows = combine_rows,
    .finish = finish,
    .prefetch = prefetch,
    .pack_across = pack_across,
    .pack_along = pack_along,
    .pack_window = pack_window,
    .pad_plane = pad_plane,
    .reduce_window = reduce_window,
    .depthwise_group = depthwise_group,
    .apply = apply,
    .combine = combine,
    .scale_and_shift = scale_and_shift,
    .sum = sum,
    .sum_wide = sum_wide,
    .maximum = maximum,
    .squares = squares,
    .exp_sum = exp_sum,
    .multiply_int16 = multiply_int16,
    .quantize = quantize,
    .requantize = requantize,
};

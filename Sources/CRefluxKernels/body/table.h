// One table of kernels, for the instruction set, WIDTH, TABLE and TABLE_NAME of the file that includes this.
#include "activation.h"
#include "attention.h"
#include "conversion.h"
#include "diagonals.h"
#include "dropout.h"
#include "elementwise.h"
#include "few_rows.h"
#include "gate.h"
#include "normalization.h"
#include "optimizer.h"
#include "rotation.h"
#include "rows.h"
#include "softmax.h"

const reflux_kernels TABLE = {
    .name = TABLE_NAME,
    .unary = unary,
    .binary = binary,
    .binary_scalar = binary_scalar,
    .scalar_binary = scalar_binary,
    .fill = fill,
    .sum = sum,
    .sum_of_squares = sum_of_squares,
    .maximum = maximum,
    .add_columns = add_columns,
    .maximum_columns = maximum_columns,
    .add_bias = add_bias,
    .scatter_add = scatter_add,
    .activate = activate,
    .activate_backward = activate_backward,
    .softmax = softmax,
    .log_softmax = log_softmax,
    .softmax_backward = softmax_backward,
    .log_softmax_backward = log_softmax_backward,
    .token_statistics = token_statistics,
    .layer_norm = layer_norm,
    .layer_norm_backward = layer_norm_backward,
    .rms_norm = rms_norm,
    .rms_norm_backward = rms_norm_backward,
    .rotate = rotate,
    .gate = gate,
    .gate_backward = gate_backward,
    .few_rows_float = few_rows_float,
    .few_rows_bfloat16 = few_rows_bfloat16,
    .attention_probabilities = attention_probabilities,
    .attention_score_gradients = attention_score_gradients,
    .row_dots = row_dots,
    .add_diagonals = add_diagonals,
    .spread_diagonals = spread_diagonals,
    .dropout_mask = dropout_mask,
    .adamw = adamw,
    .bfloat16_to_float = bfloat16_to_float,
    .float_to_bfloat16 = float_to_bfloat16,
    .float16_to_float = float16_to_float,
    .float_to_float16 = float_to_float16,
};

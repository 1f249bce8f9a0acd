/// The row kernels of the CPU backend, once per instruction set.
///
/// All of them take any number of rows and columns, zero included, and unaligned pointers. Matrices are row-major.
/// None starts threads: the caller hands each chunk of rows to a worker, and the chunks depend on shapes alone.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum reflux_unary {
  REFLUX_NEGATE,
  REFLUX_EXP,
  REFLUX_LOG,
  REFLUX_TANH,
  REFLUX_SQRT,
  REFLUX_RECIPROCAL,
  REFLUX_ERF,
  REFLUX_SIGMOID,
  REFLUX_SIGN,
  REFLUX_ABS,
};
enum reflux_binary {
  REFLUX_ADD,
  REFLUX_SUBTRACT,
  REFLUX_MULTIPLY,
  REFLUX_DIVIDE,
  REFLUX_MAXIMUM,
  REFLUX_MINIMUM,
};
enum reflux_activation {
  REFLUX_GELU,
  REFLUX_GELU_TANH,
  REFLUX_RELU,
  REFLUX_ACTIVATION_TANH,
  REFLUX_SILU,
};

/// Which elements are dropped: a function of the key, the row's counter and the column. `rate` 0 drops none.
typedef struct {
  uint64_t key;
  float rate;
  /// One counter per row of the chunk; not read when `rate` is 0.
  const int32_t *counters;
} reflux_dropout;

/// One AdamW step; the bias corrections and the decay are already worked out.
typedef struct {
  float step_size;            // learning rate / (1 - beta1^t)
  float decay;                // 1 - learning rate * weight decay
  float beta1, beta2, epsilon;
  float square_root_correction; // sqrt(1 - beta2^t)
  float gradient_scale;
} reflux_adamw;

typedef struct {
  const char *name;

  // Elements.
  void (*unary)(enum reflux_unary op, const float *x, float *y, size_t count);
  void (*binary)(enum reflux_binary op, const float *a, const float *b, float *y, size_t count);
  void (*binary_scalar)(enum reflux_binary op, const float *a, float b, float *y, size_t count);
  void (*scalar_binary)(enum reflux_binary op, float a, const float *b, float *y, size_t count);
  void (*fill)(float *y, float value, size_t count);

  // Sums.
  double (*sum)(const float *x, size_t count);
  double (*sum_of_squares)(const float *x, size_t count);
  float (*maximum)(const float *x, size_t count);
  /// `sums[column] += x[row][column]`.
  void (*add_columns)(const float *x, float *sums, size_t rows, size_t columns);
  /// `peaks[column] = max(peaks[column], x[row][column])`.
  void (*maximum_columns)(const float *x, float *peaks, size_t rows, size_t columns);

  // Rows.
  /// `x[row] += bias`.
  void (*add_bias)(float *x, const float *bias, size_t rows, size_t columns);
  /// `table[ids[i]] += values[i]` for the ids of one part, `id % parts == part`, in the order of `i`.
  void (*scatter_add)(const float *values, const int32_t *ids, float *table, size_t count, size_t columns,
                      int32_t part, int32_t parts);

  // Activations. `bias` may be null; `dx` may be `dy`.
  void (*activate)(enum reflux_activation kind, const float *x, const float *bias, float *y, size_t rows,
                   size_t columns);
  void (*activate_backward)(enum reflux_activation kind, const float *x, const float *bias, const float *dy, float *y,
                            float *dx, size_t rows, size_t columns);

  // Softmax along the columns; `y` may be `x`, and `dx` may be `dy`.
  void (*softmax)(const float *x, float *y, size_t rows, size_t columns);
  void (*log_softmax)(const float *x, float *y, size_t rows, size_t columns);
  void (*softmax_backward)(const float *y, const float *dy, float *dx, size_t rows, size_t columns);
  void (*log_softmax_backward)(const float *y, const float *dy, float *dx, size_t rows, size_t columns);
  /// Logits become probabilities in place; `losses[row]` = -log p(target), `entropies[row]` = -sum(p log p).
  void (*token_statistics)(float *x, const int32_t *targets, float *losses, float *entropies, size_t rows,
                           size_t columns);

  // Layer normalization: sum = residual + dropout(x + bias), y = (sum - mean) * deviation^-1 * scale + shift.
  // `bias` and `residual` may be null; `sum` may be null only when it would equal `x`.
  void (*layer_norm)(const float *x, const float *bias, const float *residual, reflux_dropout dropout,
                     const float *scale, const float *shift, float epsilon, float *sum, float *mean,
                     float *inverse_deviation, float *y, size_t rows, size_t columns);
  /// `d_sum` is the gradient of the sum, `dx` that of x (null, or `d_sum` itself, without dropout);
  /// `d_bias`, `d_scale` and `d_shift` are added to, and each may be null.
  void (*layer_norm_backward)(const float *sum, reflux_dropout dropout, const float *scale, const float *mean,
                              const float *inverse_deviation, const float *dy, float *d_sum, float *dx,
                              float *d_bias, float *d_scale, float *d_shift, size_t rows, size_t columns);

  // Root mean square normalization: y = x / sqrt(mean(x^2) + epsilon) scale; `inverse` receives 1 / sqrt(...).
  void (*rms_norm)(const float *x, const float *scale, float epsilon, float *inverse, float *y, size_t rows,
                   size_t columns);
  /// `d_scale` is added to, and may be null.
  void (*rms_norm_backward)(const float *x, const float *scale, const float *inverse, const float *dy, float *dx,
                            float *d_scale, size_t rows, size_t columns);

  /// Rotary embeddings of `[tokens, heads * 2 * half]`: angles by position, `[positions, half]`; `sign` 1 or -1 (back).
  void (*rotate)(const float *x, const float *cosines, const float *sines, const int32_t *positions, float sign,
                 float *y, size_t tokens, size_t heads, size_t half);
  /// `y = activation(x) u`, and its gradients.
  void (*gate)(enum reflux_activation kind, const float *x, const float *u, float *y, size_t count);
  void (*gate_backward)(enum reflux_activation kind, const float *x, const float *u, const float *dy, float *dx,
                        float *du, size_t count);

  // `y[row][output] = dot(x[row], w[output])` over `columns` elements; rows of x and y lie a stride apart.
  void (*few_rows_float)(const float *x, size_t x_stride, size_t rows, const float *w, float *y, size_t y_stride,
                         size_t outputs, size_t columns);
  void (*few_rows_bfloat16)(const float *x, size_t x_stride, size_t rows, const uint16_t *w, float *y,
                            size_t y_stride, size_t outputs, size_t columns);

  // Attention over one block of queries of one head. `scores` is [queries, stride], of which `keys` columns count.
  /// Turns scores (query · key) into dropped-out probabilities and writes each query's log-sum-exp.
  /// Causal: query i sees the first `first_query + i + 1` keys. `column` is the dropout column of key 0.
  void (*attention_probabilities)(float *scores, size_t queries, size_t keys, size_t stride, float scale, int causal,
                                  size_t first_query, reflux_dropout dropout, uint32_t column, float *log_sums);
  /// From scores and `d_probabilities` (output gradient · value): `scores` becomes the dropped-out probabilities,
  /// `d_probabilities` the gradient of the scores. `deltas` holds each query's (output gradient · output).
  void (*attention_score_gradients)(float *scores, float *d_probabilities, size_t queries, size_t keys, size_t stride,
                                    float scale, int causal, size_t first_query, reflux_dropout dropout,
                                    uint32_t column, const float *log_sums, const float *deltas);
  /// `deltas[row] = dot(a[row], b[row])` over `columns` elements of rows `stride` apart.
  void (*row_dots)(const float *a, const float *b, size_t rows, size_t columns, size_t stride, float *deltas);

  // Terms that depend on the distance of query and key. `product` is where the first query's with the first key is; the
  // next query's is `query_step` floats further on and the next key's `key_step`, either of which may be negative.
  /// `scores[query][key] += product[query * query_step + key * key_step]`; rows of scores lie `stride` apart.
  void (*add_diagonals)(float *scores, size_t stride, size_t queries, size_t keys, const float *product,
                        ptrdiff_t query_step, ptrdiff_t key_step);
  /// `product[query * query_step + key * key_step] = scores[query][key]`.
  void (*spread_diagonals)(const float *scores, size_t stride, size_t queries, size_t keys, float *product,
                           ptrdiff_t query_step, ptrdiff_t key_step);

  /// `y[row][column]` = 0 or 1 / (1 - rate).
  void (*dropout_mask)(reflux_dropout dropout, float *y, size_t rows, size_t columns);

  void (*adamw)(reflux_adamw step, float *weight, const float *gradient, float *mean, float *square, size_t count);

  // Conversions, rounding to nearest even.
  void (*bfloat16_to_float)(const uint16_t *x, float *y, size_t count);
  void (*float_to_bfloat16)(const float *x, uint16_t *y, size_t count);
  void (*float16_to_float)(const uint16_t *x, float *y, size_t count);
  void (*float_to_float16)(const float *x, uint16_t *y, size_t count);
} reflux_kernels;

/// The table called "avx512", "avx2" or "baseline"; null if there is none of that name or this processor cannot run it.
const reflux_kernels *reflux_kernels_named(const char *name);
/// The widest table this processor runs.
const reflux_kernels *reflux_kernels_widest(void);

// Products of a few rows with a large matrix of weights: what a decoder does for each new token.
//
// y[row][output] = dot(x[row], w[output]). Nothing is packed: every weight is read once, in its stored type.
#pragma once
#include "vector.h"

typedef uint16_t half_words __attribute__((ext_vector_type(WIDTH)));

INLINE vector widened(half_words words) {
  return from_bits((int_vector)(__builtin_convertvector(words, uint_vector) << 16));
}
INLINE vector load_bfloat16(const uint16_t *p) {
  half_words words;
  memcpy(&words, p, sizeof words);
  return widened(words);
}
INLINE vector load_bfloat16_part(const uint16_t *p, size_t count) {
  half_words words = 0;
  memcpy(&words, p, count * sizeof(uint16_t));
  return widened(words);
}
INLINE vector load_float_part(const float *p, size_t count) { return load_part(p, count, 0.0f); }

/// `count` <= 4 rows of x and `height` <= 4 rows of w, both known where this is inlined.
#define FEW_ROWS(NAME, TYPE, LOAD, LOAD_PART)                                                                    \
  INLINE void NAME##_block(const float *x, size_t x_stride, const TYPE *w, float *y, size_t y_stride,            \
                           size_t columns, const int count, const int height) {                                  \
    vector sums[4][4], part[4];                                                                                  \
    for (int row = 0; row < count; row++)                                                                        \
      for (int output = 0; output < height; output++) sums[row][output] = splat(0.0f);                           \
    size_t i = 0;                                                                                                \
    for (; i + WIDTH <= columns; i += WIDTH) {                                                                   \
      for (int output = 0; output < height; output++) part[output] = LOAD(w + (size_t)output * columns + i);     \
      for (int row = 0; row < count; row++) {                                                                    \
        const vector value = load(x + (size_t)row * x_stride + i);                                               \
        for (int output = 0; output < height; output++) sums[row][output] += value * part[output];               \
      }                                                                                                          \
    }                                                                                                            \
    if (i < columns) {                                                                                           \
      const size_t rest = columns - i;                                                                           \
      for (int output = 0; output < height; output++)                                                            \
        part[output] = LOAD_PART(w + (size_t)output * columns + i, rest);                                        \
      for (int row = 0; row < count; row++) {                                                                    \
        const vector value = load_part(x + (size_t)row * x_stride + i, rest, 0.0f);                              \
        for (int output = 0; output < height; output++) sums[row][output] += value * part[output];               \
      }                                                                                                          \
    }                                                                                                            \
    for (int row = 0; row < count; row++)                                                                        \
      for (int output = 0; output < height; output++)                                                            \
        y[(size_t)row * y_stride + output] = lane_sum(sums[row][output]);                                        \
  }                                                                                                              \
  static void NAME(const float *x, size_t x_stride, size_t rows, const TYPE *w, float *y, size_t y_stride,       \
                   size_t outputs, size_t columns) {                                                             \
    for (size_t output = 0; output < outputs;) {                                                                 \
      const size_t height = outputs - output >= 4 ? 4 : 1;                                                       \
      for (size_t row = 0; row < rows; row += 4) {                                                               \
        const float *from = x + row * x_stride;                                                                  \
        const TYPE *weights = w + output * columns;                                                              \
        float *to = y + row * y_stride + output;                                                                 \
        switch ((rows - row < 4 ? rows - row : 4) * 8 + height) {                                                \
          case 1 * 8 + 1: NAME##_block(from, x_stride, weights, to, y_stride, columns, 1, 1); break;             \
          case 2 * 8 + 1: NAME##_block(from, x_stride, weights, to, y_stride, columns, 2, 1); break;             \
          case 3 * 8 + 1: NAME##_block(from, x_stride, weights, to, y_stride, columns, 3, 1); break;             \
          case 4 * 8 + 1: NAME##_block(from, x_stride, weights, to, y_stride, columns, 4, 1); break;             \
          case 1 * 8 + 4: NAME##_block(from, x_stride, weights, to, y_stride, columns, 1, 4); break;             \
          case 2 * 8 + 4: NAME##_block(from, x_stride, weights, to, y_stride, columns, 2, 4); break;             \
          case 3 * 8 + 4: NAME##_block(from, x_stride, weights, to, y_stride, columns, 3, 4); break;             \
          default: NAME##_block(from, x_stride, weights, to, y_stride, columns, 4, 4);                           \
        }                                                                                                        \
      }                                                                                                          \
      output += height;                                                                                          \
    }                                                                                                            \
  }

FEW_ROWS(few_rows_float, float, load, load_float_part)
FEW_ROWS(few_rows_bfloat16, uint16_t, load_bfloat16, load_bfloat16_part)

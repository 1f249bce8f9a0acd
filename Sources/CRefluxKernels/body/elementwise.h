// One value in, one value out; two values in, one value out; sums over columns and rows.
#pragma once
#include "math.h"

INLINE vector sign_of(vector x) {
  vector one = x > splat(0.0f) ? splat(1.0f) : x < splat(0.0f) ? splat(-1.0f) : splat(0.0f);
  return x != x ? x : one;
}
INLINE vector natural_logarithm(vector x) {
  for (int lane = 0; lane < WIDTH; lane++) x[lane] = logf(x[lane]);
  return x;
}

static void unary(enum reflux_unary op, const float *x, float *y, size_t count) {
  switch (op) {
    case REFLUX_NEGATE: FOR_EACH_VECTOR(count, PUT(y, -GET(x));) return;
    case REFLUX_EXP: FOR_EACH_VECTOR(count, PUT(y, exponential(GET(x)));) return;
    case REFLUX_LOG: FOR_EACH_VECTOR(count, PUT(y, natural_logarithm(GET_OR(x, 1.0f)));) return;
    case REFLUX_TANH: FOR_EACH_VECTOR(count, PUT(y, hyperbolic_tangent(GET(x)));) return;
    case REFLUX_SQRT: FOR_EACH_VECTOR(count, PUT(y, square_root(GET(x)));) return;
    case REFLUX_RECIPROCAL: FOR_EACH_VECTOR(count, PUT(y, splat(1.0f) / GET_OR(x, 1.0f));) return;
    case REFLUX_ERF: FOR_EACH_VECTOR(count, PUT(y, error_function(GET(x)));) return;
    case REFLUX_SIGMOID: FOR_EACH_VECTOR(count, PUT(y, logistic(GET(x)));) return;
    case REFLUX_SIGN: FOR_EACH_VECTOR(count, PUT(y, sign_of(GET(x)));) return;
    case REFLUX_ABS: FOR_EACH_VECTOR(count, PUT(y, absolute(GET(x)));) return;
  }
}

INLINE vector add_of(vector a, vector b) { return a + b; }
INLINE vector difference_of(vector a, vector b) { return a - b; }
INLINE vector product_of(vector a, vector b) { return a * b; }
INLINE vector quotient_of(vector a, vector b) { return a / b; }

#define FOR_EACH_BINARY(CASE)             \
  CASE(REFLUX_ADD, add_of)                \
  CASE(REFLUX_SUBTRACT, difference_of)    \
  CASE(REFLUX_MULTIPLY, product_of)       \
  CASE(REFLUX_DIVIDE, quotient_of)        \
  CASE(REFLUX_MAXIMUM, maximum_of)        \
  CASE(REFLUX_MINIMUM, minimum_of)

static void binary(enum reflux_binary op, const float *a, const float *b, float *y, size_t count) {
#define BOTH(id, function) \
  case id: FOR_EACH_VECTOR(count, PUT(y, function(GET(a), GET_OR(b, 1.0f)));) return;
  switch (op) { FOR_EACH_BINARY(BOTH) }
#undef BOTH
}
static void binary_scalar(enum reflux_binary op, const float *a, float b, float *y, size_t count) {
  vector right = splat(b);
#define RIGHT(id, function) \
  case id: FOR_EACH_VECTOR(count, PUT(y, function(GET(a), right));) return;
  switch (op) { FOR_EACH_BINARY(RIGHT) }
#undef RIGHT
}
static void scalar_binary(enum reflux_binary op, float a, const float *b, float *y, size_t count) {
  vector left = splat(a);
#define LEFT(id, function) \
  case id: FOR_EACH_VECTOR(count, PUT(y, function(left, GET_OR(b, 1.0f)));) return;
  switch (op) { FOR_EACH_BINARY(LEFT) }
#undef LEFT
}

static void fill(float *y, float value, size_t count) { FOR_EACH_VECTOR(count, PUT(y, splat(value));) }

/// Adds up in vectors within blocks of 256 elements, and the blocks in double precision.
static double sum(const float *x, size_t count) {
  enum { block = 256 };
  double total = 0;
  for (size_t start = 0; start < count; start += block, x += block) {
    vector part = splat(0.0f);
    size_t length = count - start < block ? count - start : block;
    FOR_EACH_VECTOR(length, part += GET(x);)
    total += lane_sum(part);
  }
  return total;
}
static double sum_of_squares(const float *x, size_t count) {
  double_vector total = (double_vector)0.0;
  FOR_EACH_VECTOR(count, {
    double_vector v = __builtin_convertvector(GET(x), double_vector);
    total += v * v;
  })
  double sum = 0;
  for (int lane = 0; lane < WIDTH; lane++) sum += total[lane];
  return sum;
}
static float maximum(const float *x, size_t count) { return row_maximum(x, count); }

static void add_columns(const float *x, float *sums, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns) FOR_EACH_VECTOR(columns, PUT(sums, GET(sums) + GET(x));)
}
static void maximum_columns(const float *x, float *peaks, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns)
    FOR_EACH_VECTOR(columns, PUT(peaks, maximum_of(GET(x), GET(peaks)));)
}

// Activations of feed-forward layers and their derivatives, with the bias added on the way in.
#pragma once
#include "math.h"

#define HALF_SQUARE_ROOT 0.70710678118654752f  // 1 / sqrt(2)
#define GAUSSIAN_SCALE 0.39894228040143268f    // 1 / sqrt(2 pi)
#define GELU_TANH_SCALE 0.79788456080286536f   // sqrt(2 / pi)
#define GELU_TANH_CUBE 0.044715f

INLINE vector normal_distribution(vector x) {
  return splat(0.5f) * (splat(1.0f) + error_function(x * splat(HALF_SQUARE_ROOT)));
}

/// x Phi(x), and Phi(x) + x phi(x).
INLINE vector gelu(vector x) { return x * normal_distribution(x); }
INLINE vector gelu_slope(vector x) {
  vector density = splat(GAUSSIAN_SCALE) * exponential(splat(-0.5f) * x * x);
  return normal_distribution(x) + x * density;
}

/// x (1 + tanh u) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3).
INLINE vector gelu_tanh(vector x) {
  vector u = splat(GELU_TANH_SCALE) * (x + splat(GELU_TANH_CUBE) * x * x * x);
  return splat(0.5f) * x * (splat(1.0f) + hyperbolic_tangent(u));
}
INLINE vector gelu_tanh_slope(vector x) {
  vector square = x * x;
  vector u = splat(GELU_TANH_SCALE) * (x + splat(GELU_TANH_CUBE) * square * x);
  vector t = hyperbolic_tangent(u);
  vector du = splat(GELU_TANH_SCALE) * (splat(1.0f) + splat(3 * GELU_TANH_CUBE) * square);
  return splat(0.5f) * (splat(1.0f) + t) + splat(0.5f) * x * (splat(1.0f) - t * t) * du;
}

INLINE vector relu(vector x) { return larger(x, splat(0.0f)); }
INLINE vector relu_slope(vector x) { return x > splat(0.0f) ? splat(1.0f) : splat(0.0f); }

INLINE vector tanh_slope(vector x) {
  vector t = hyperbolic_tangent(x);
  return splat(1.0f) - t * t;
}

/// x s(x) with the logistic function s, and s (1 + x (1 - s)).
INLINE vector silu(vector x) { return x * logistic(x); }
INLINE vector silu_slope(vector x) {
  vector s = logistic(x);
  return s * (splat(1.0f) + x * (splat(1.0f) - s));
}

#define FOR_EACH_ACTIVATION(CASE)                         \
  CASE(REFLUX_GELU, gelu, gelu_slope)                     \
  CASE(REFLUX_GELU_TANH, gelu_tanh, gelu_tanh_slope)      \
  CASE(REFLUX_RELU, relu, relu_slope)                     \
  CASE(REFLUX_ACTIVATION_TANH, hyperbolic_tangent, tanh_slope) \
  CASE(REFLUX_SILU, silu, silu_slope)

static void activate(enum reflux_activation kind, const float *x, const float *bias, float *y, size_t rows,
                     size_t columns) {
#define FORWARD(id, function, slope)                                           \
  case id:                                                                     \
    for (size_t row = 0; row < rows; row++, x += columns, y += columns) {      \
      if (bias) FOR_EACH_VECTOR(columns, PUT(y, function(GET(x) + GET(bias)));) \
      else FOR_EACH_VECTOR(columns, PUT(y, function(GET(x)));)                 \
    }                                                                          \
    return;
  switch (kind) { FOR_EACH_ACTIVATION(FORWARD) }
#undef FORWARD
}

/// Also writes the activations to `y`, unless that is null: what they share with the slopes is worked out once.
static void activate_backward(enum reflux_activation kind, const float *x, const float *bias, const float *dy,
                              float *y, float *dx, size_t rows, size_t columns) {
#define SLOPES(function, slope, INPUT, OUTPUT) \
  FOR_EACH_VECTOR(columns, vector v = INPUT; OUTPUT; PUT(dx, GET(dy) * slope(v));)
#define BACKWARD(id, function, slope)                                                     \
  case id:                                                                                \
    for (size_t row = 0; row < rows; row++, x += columns, dy += columns, dx += columns) { \
      if (y && bias) SLOPES(function, slope, GET(x) + GET(bias), PUT(y, function(v)))     \
      else if (y) SLOPES(function, slope, GET(x), PUT(y, function(v)))                    \
      else if (bias) SLOPES(function, slope, GET(x) + GET(bias), )                        \
      else SLOPES(function, slope, GET(x), )                                              \
      if (y) y += columns;                                                                \
    }                                                                                     \
    return;
  switch (kind) { FOR_EACH_ACTIVATION(BACKWARD) }
#undef BACKWARD
#undef SLOPES
}

// Layer normalization with what stands before it in a transformer block (bias, dropout, residual), and root mean square
// normalization.
#pragma once
#include "dropout.h"

/// One row: sum = residual + dropout(x + bias); returns the sum of its elements.
INLINE float residual_row(const float *x, const float *bias, const float *residual, dropout_row dropout, float *sum,
                          size_t columns) {
  vector total = splat(0.0f);
#define RESIDUAL_ROW(WITH_BIAS, WITH_DROPOUT, WITH_RESIDUAL)             \
  FOR_EACH_VECTOR(columns, {                                             \
    vector v = GET(x);                                                   \
    if (WITH_BIAS) v += GET(bias);                                       \
    if (WITH_DROPOUT) v *= dropout_factors(dropout, (uint32_t)i);        \
    if (WITH_RESIDUAL) v += GET(residual);                               \
    PUT(sum, v);                                                         \
    total += v;                                                          \
  })
  if (bias && dropout.is_active && residual) RESIDUAL_ROW(1, 1, 1)
  else if (bias && residual) RESIDUAL_ROW(1, 0, 1)
  else RESIDUAL_ROW(bias, dropout.is_active, residual)
#undef RESIDUAL_ROW
  return lane_sum(total);
}

static void layer_norm(const float *x, const float *bias, const float *residual, reflux_dropout dropout,
                       const float *scale, const float *shift, float epsilon, float *sum, float *mean,
                       float *inverse_deviation, float *y, size_t rows, size_t columns) {
  const float count = (float)columns;
  for (size_t row = 0; row < rows; row++, x += columns, y += columns) {
    const float *values = x;
    float total;
    if (sum) {
      total = residual_row(x, bias, residual, dropout_of_row(dropout, row), sum, columns);
      values = sum;
      sum += columns;
      if (residual) residual += columns;
    } else {
      vector parts = splat(0.0f);
      FOR_EACH_VECTOR(columns, parts += GET(x);)
      total = lane_sum(parts);
    }
    vector center = splat(total / count), squares = splat(0.0f);
    FOR_EACH_VECTOR(columns, {
      vector distance = ONLY_VALID(GET(values) - center, 0.0f);
      squares += distance * distance;
    })
    mean[row] = total / count;
    inverse_deviation[row] = 1.0f / sqrtf(lane_sum(squares) / count + epsilon);
    vector inverse = splat(inverse_deviation[row]);
    FOR_EACH_VECTOR(columns, PUT(y, (GET(values) - center) * inverse * GET(scale) + GET(shift));)
  }
}

/// With h = (sum - mean) / deviation and w = dy scale: d_sum = (w - mean(w) - h mean(w h)) / deviation.
static void layer_norm_backward(const float *sum, reflux_dropout dropout, const float *scale, const float *mean,
                                const float *inverse_deviation, const float *dy, float *d_sum, float *dx,
                                float *d_bias, float *d_scale, float *d_shift, size_t rows, size_t columns) {
  const float count = (float)columns;
  for (size_t row = 0; row < rows; row++, sum += columns, dy += columns, d_sum += columns) {
    vector center = splat(mean[row]), inverse = splat(inverse_deviation[row]);
    vector weighted = splat(0.0f), projected = splat(0.0f);
    if (d_scale && d_shift) {
      FOR_EACH_VECTOR(columns, {
        vector h = (GET(sum) - center) * inverse, d = GET(dy), w = d * GET(scale);
        weighted += w;
        projected += w * h;
        PUT(d_scale, GET(d_scale) + d * h);
        PUT(d_shift, GET(d_shift) + d);
      })
    } else {
      FOR_EACH_VECTOR(columns, {
        vector h = (GET(sum) - center) * inverse, d = GET(dy), w = d * GET(scale);
        weighted += w;
        projected += w * h;
        if (d_scale) PUT(d_scale, GET(d_scale) + d * h);
        if (d_shift) PUT(d_shift, GET(d_shift) + d);
      })
    }
    vector weighted_mean = splat(lane_sum(weighted) / count), projected_mean = splat(lane_sum(projected) / count);
    dropout_row shared = dropout_of_row(dropout, row);
#define SUM_GRADIENT \
  inverse * (GET(dy) * GET(scale) - weighted_mean - (GET(sum) - center) * inverse * projected_mean)
    if (!dx && !d_bias) {
      FOR_EACH_VECTOR(columns, PUT(d_sum, SUM_GRADIENT);)
    } else if (shared.is_active && dx && d_bias) {
      FOR_EACH_VECTOR(columns, {
        vector d = SUM_GRADIENT;
        PUT(d_sum, d);
        d *= dropout_factors(shared, (uint32_t)i);
        PUT(dx, d);
        PUT(d_bias, GET(d_bias) + d);
      })
    } else {
      FOR_EACH_VECTOR(columns, {
        vector d = SUM_GRADIENT;
        PUT(d_sum, d);
        if (shared.is_active) d *= dropout_factors(shared, (uint32_t)i);
        if (dx) PUT(dx, d);
        if (d_bias) PUT(d_bias, GET(d_bias) + d);
      })
    }
#undef SUM_GRADIENT
    if (dx) dx += columns;
  }
}

/// y = x / sqrt(mean(x^2) + epsilon) scale.
static void rms_norm(const float *x, const float *scale, float epsilon, float *inverse, float *y, size_t rows,
                     size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns, y += columns) {
    vector squares = splat(0.0f);
    FOR_EACH_VECTOR(columns, squares += GET(x) * GET(x);)
    inverse[row] = 1.0f / sqrtf(lane_sum(squares) / (float)columns + epsilon);
    vector factor = splat(inverse[row]);
    FOR_EACH_VECTOR(columns, PUT(y, GET(x) * factor * GET(scale));)
  }
}

/// With r the inverse root mean square and w = dy scale: dx = r (w - x r^2 mean(w x)). `d_scale` is added to, or null.
static void rms_norm_backward(const float *x, const float *scale, const float *inverse, const float *dy, float *dx,
                              float *d_scale, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns, dy += columns, dx += columns) {
    const float r = inverse[row];
    vector projected = splat(0.0f);
    FOR_EACH_VECTOR(columns, projected += GET(dy) * GET(scale) * GET(x);)
    vector along = splat(r * r * lane_sum(projected) / (float)columns), factor = splat(r);
    FOR_EACH_VECTOR(columns, PUT(dx, factor * (GET(dy) * GET(scale) - GET(x) * along));)
    if (d_scale) FOR_EACH_VECTOR(columns, PUT(d_scale, GET(d_scale) + GET(dy) * GET(x) * factor);)
  }
}

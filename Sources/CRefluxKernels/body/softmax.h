// Softmax along rows, its logarithm, and the gradients of both from their outputs.
#pragma once
#include "math.h"

/// y = exp(x - max) / sum.
static void softmax(const float *x, float *y, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns, y += columns) {
    vector peak = splat(row_maximum(x, columns)), sum = splat(0.0f);
    FOR_EACH_VECTOR(columns, {
      vector e = exponential(GET_OR(x, -INFINITY) - peak);
      PUT(y, e);
      sum += ONLY_VALID(e, 0.0f);
    })
    vector inverse = splat(1.0f / lane_sum(sum));
    FOR_EACH_VECTOR(columns, PUT(y, GET(y) * inverse);)
  }
}

/// y = x - max - log(sum(exp(x - max))).
static void log_softmax(const float *x, float *y, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns, y += columns) {
    float peak = row_maximum(x, columns);
    vector sum = splat(0.0f);
    FOR_EACH_VECTOR(columns, sum += ONLY_VALID(exponential(GET(x) - splat(peak)), 0.0f);)
    float log_sum = logf(lane_sum(sum));
    FOR_EACH_VECTOR(columns, PUT(y, (GET(x) - splat(peak)) - splat(log_sum));)
  }
}

/// With e = exp(x - max) and s = sum(e): p = e / s, -log p(t) = log s - (x(t) - max), and the entropy is
/// log s - sum(e (x - max)) / s.
static void token_statistics(float *x, const int32_t *targets, float *losses, float *entropies, size_t rows,
                             size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    const float peak = row_maximum(x, columns), target = x[targets[row]] - peak;
    vector sum = splat(0.0f), weighted = splat(0.0f);
    FOR_EACH_VECTOR(columns, {
      vector distance = GET(x) - splat(peak);
      vector e = ONLY_VALID(exponential(distance), 0.0f);
      PUT(x, e);
      sum += e;
      weighted += e * distance;
    })
    const float total = lane_sum(sum);
    losses[row] = logf(total) - target;
    entropies[row] = logf(total) - lane_sum(weighted) / total;
    vector inverse = splat(1.0f / total);
    FOR_EACH_VECTOR(columns, PUT(x, GET(x) * inverse);)
  }
}

/// dx = y (dy - sum(y dy)).
static void softmax_backward(const float *y, const float *dy, float *dx, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, y += columns, dy += columns, dx += columns) {
    vector sum = splat(0.0f);
    FOR_EACH_VECTOR(columns, sum += GET(y) * GET(dy);)
    vector dot = splat(lane_sum(sum));
    FOR_EACH_VECTOR(columns, PUT(dx, GET(y) * (GET(dy) - dot));)
  }
}

/// dx = dy - exp(y) sum(dy).
static void log_softmax_backward(const float *y, const float *dy, float *dx, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, y += columns, dy += columns, dx += columns) {
    vector sum = splat(0.0f);
    FOR_EACH_VECTOR(columns, sum += GET(dy);)
    vector total = splat(lane_sum(sum));
    FOR_EACH_VECTOR(columns, PUT(dx, GET(dy) - exponential(GET(y)) * total);)
  }
}

// Kernels that add whole rows: a bias, and gradients of looked-up rows.
#pragma once
#include "vector.h"

static void add_bias(float *x, const float *bias, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns) FOR_EACH_VECTOR(columns, PUT(x, GET(x) + GET(bias));)
}

static void scatter_add(const float *values, const int32_t *ids, float *table, size_t count, size_t columns,
                        int32_t part, int32_t parts) {
  for (size_t entry = 0; entry < count; entry++) {
    if (ids[entry] % parts != part) continue;
    float *target = table + (size_t)ids[entry] * columns;
    const float *value = values + entry * columns;
    FOR_EACH_VECTOR(columns, PUT(target, GET(target) + GET(value));)
  }
}

// Scores whose terms depend on the distance of query and key: from a product with one column per distance, and back.
#pragma once
#include "vector.h"

/// `n` floats that lie `step` apart; the other lanes are 0.
INLINE vector load_apart(const float *p, ptrdiff_t step, size_t n) {
  vector v = splat(0.0f);
  if (n == WIDTH) {
    for (int lane = 0; lane < WIDTH; lane++) v[lane] = p[lane * step];
  } else {
    for (size_t lane = 0; lane < n; lane++) v[lane] = p[(ptrdiff_t)lane * step];
  }
  return v;
}

static void add_diagonals(float *scores, size_t stride, size_t queries, size_t keys, const float *product,
                          ptrdiff_t query_step, ptrdiff_t key_step) {
  for (size_t query = 0; query < queries; query++, scores += stride, product += query_step) {
    if (key_step == 1) {
      FOR_EACH_VECTOR(keys, PUT(scores, GET(scores) + GET(product));)
    } else {
      FOR_EACH_VECTOR(keys, PUT(scores, GET(scores) + load_apart(product + (ptrdiff_t)i * key_step, key_step, n));)
    }
  }
}

static void spread_diagonals(const float *scores, size_t stride, size_t queries, size_t keys, float *product,
                             ptrdiff_t query_step, ptrdiff_t key_step) {
  for (size_t query = 0; query < queries; query++, scores += stride, product += query_step) {
    if (key_step == 1) {
      memcpy(product, scores, keys * sizeof(float));
    } else {
      for (size_t key = 0; key < keys; key++) product[(ptrdiff_t)key * key_step] = scores[key];
    }
  }
}

// The dropout mask as a function of key, row counter and column: the same numbers as RefluxTensor's `Dropout`.
#pragma once
#include "vector.h"

/// What all elements of one row share: two words mixed from the key and the row's counter.
typedef struct {
  uint32_t first, second, threshold;
  float kept;
  int is_active;
} dropout_row;

INLINE uint64_t mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

INLINE dropout_row dropout_of_row(reflux_dropout dropout, size_t row) {
  dropout_row result = {0, 0, 0, 1.0f, dropout.rate > 0.0f};
  if (!result.is_active) return result;
  uint64_t seed = mixed(dropout.key + 0x9e3779b97f4a7c15u * ((uint64_t)(uint32_t)dropout.counters[row] + 1));
  result.first = (uint32_t)seed;
  result.second = (uint32_t)(seed >> 32);
  result.threshold = (uint32_t)((double)dropout.rate * 4294967296.0);
  result.kept = 1.0f / (1.0f - dropout.rate);
  return result;
}

/// The factors of WIDTH columns beginning at `column`: 0 where dropped, else 1 / (1 - rate).
INLINE vector dropout_factors(dropout_row row, uint32_t column) {
  uint_vector h = (lane_numbers() + (uint_vector)column) * (uint_vector)0x9e3779b9u + (uint_vector)row.first;
  h ^= h >> 16;
  h *= (uint_vector)0x7feb352du;
  h ^= (h >> 15) ^ (uint_vector)row.second;
  h *= (uint_vector)0x846ca68bu;
  h ^= h >> 16;
  return h < (uint_vector)row.threshold ? splat(0.0f) : splat(row.kept);
}

static void dropout_mask(reflux_dropout dropout, float *y, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, y += columns) {
    dropout_row shared = dropout_of_row(dropout, row);
    if (!shared.is_active) {
      FOR_EACH_VECTOR(columns, PUT(y, splat(1.0f));)
      continue;
    }
    FOR_EACH_VECTOR(columns, PUT(y, dropout_factors(shared, (uint32_t)i));)
  }
}

// Attention's work on one block of scores: softmax with dropout forward, and the gradient of the scores backward.
#pragma once
#include "dropout.h"
#include "math.h"

static void attention_probabilities(float *scores, size_t queries, size_t keys, size_t stride, float scale, int causal,
                                    size_t first_query, reflux_dropout dropout, uint32_t column, float *log_sums) {
  for (size_t query = 0; query < queries; query++, scores += stride) {
    const size_t seen = causal && first_query + query + 1 < keys ? first_query + query + 1 : keys;
    vector highest = splat(-INFINITY);
    FOR_EACH_VECTOR(seen, highest = maximum_of(ONLY_VALID(GET(scores) * splat(scale), -INFINITY), highest);)
    const float peak = lane_maximum(highest);
    vector sum = splat(0.0f);
    FOR_EACH_VECTOR(seen, {
      vector e = exponential(GET(scores) * splat(scale) - splat(peak));
      PUT(scores, e);
      sum += ONLY_VALID(e, 0.0f);
    })
    const float total = lane_sum(sum);
    log_sums[query] = peak + logf(total);
    vector inverse = splat(1.0f / total);
    dropout_row shared = dropout_of_row(dropout, query);
    if (shared.is_active) {
      FOR_EACH_VECTOR(seen, PUT(scores, GET(scores) * inverse * dropout_factors(shared, column + (uint32_t)i));)
    } else {
      FOR_EACH_VECTOR(seen, PUT(scores, GET(scores) * inverse);)
    }
    memset(scores + seen, 0, (keys - seen) * sizeof(float));
  }
}

/// p = exp(scale s - log sum); the gradient of s is scale p (m dp - delta), with the dropout factors m.
static void attention_score_gradients(float *scores, float *d_probabilities, size_t queries, size_t keys,
                                      size_t stride, float scale, int causal, size_t first_query,
                                      reflux_dropout dropout, uint32_t column, const float *log_sums,
                                      const float *deltas) {
  for (size_t query = 0; query < queries; query++, scores += stride, d_probabilities += stride) {
    const size_t seen = causal && first_query + query + 1 < keys ? first_query + query + 1 : keys;
    vector log_sum = splat(log_sums[query]), delta = splat(deltas[query]);
    dropout_row shared = dropout_of_row(dropout, query);
    if (shared.is_active) {
      FOR_EACH_VECTOR(seen, {
        vector p = exponential(GET(scores) * splat(scale) - log_sum);
        vector kept = dropout_factors(shared, column + (uint32_t)i);
        PUT(scores, p * kept);
        PUT(d_probabilities, p * (GET(d_probabilities) * kept - delta) * splat(scale));
      })
    } else {
      FOR_EACH_VECTOR(seen, {
        vector p = exponential(GET(scores) * splat(scale) - log_sum);
        PUT(scores, p);
        PUT(d_probabilities, p * (GET(d_probabilities) - delta) * splat(scale));
      })
    }
    memset(scores + seen, 0, (keys - seen) * sizeof(float));
    memset(d_probabilities + seen, 0, (keys - seen) * sizeof(float));
  }
}

static void row_dots(const float *a, const float *b, size_t rows, size_t columns, size_t stride, float *deltas) {
  for (size_t row = 0; row < rows; row++, a += stride, b += stride) {
    vector sum = splat(0.0f);
    FOR_EACH_VECTOR(columns, sum += GET(a) * GET(b);)
    deltas[row] = lane_sum(sum);
  }
}

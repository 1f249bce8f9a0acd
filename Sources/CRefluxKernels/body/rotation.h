// Rotary position embeddings.
#pragma once
#include "vector.h"

/// Element i of each head turns with element i + half, by the angle of the token's position; `sign` -1 turns back.
static void rotate(const float *x, const float *cosines, const float *sines, const int32_t *positions, float sign,
                   float *y, size_t tokens, size_t heads, size_t half) {
  for (size_t token = 0; token < tokens; token++) {
    const float *cosine = cosines + (size_t)positions[token] * half, *sine = sines + (size_t)positions[token] * half;
    for (size_t head = 0; head < heads; head++, x += 2 * half, y += 2 * half) {
      const float *first = x, *second = x + half;
      float *first_result = y, *second_result = y + half;
      FOR_EACH_VECTOR(half, {
        vector a = GET(first), b = GET(second), c = GET(cosine), s = GET(sine) * splat(sign);
        PUT(first_result, a * c - b * s);
        PUT(second_result, b * c + a * s);
      })
    }
  }
}

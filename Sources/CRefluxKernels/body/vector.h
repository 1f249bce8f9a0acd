// Vectors of WIDTH floats, and the two loops every kernel is made of: whole vectors, then one partial vector.
#pragma once
#include <math.h>
#include <string.h>

#include "../include/reflux_kernels.h"

#pragma clang fp contract(fast)
#define INLINE static inline __attribute__((always_inline))

typedef float vector __attribute__((ext_vector_type(WIDTH)));
typedef vector unaligned_vector __attribute__((aligned(4)));
typedef int32_t int_vector __attribute__((ext_vector_type(WIDTH)));
typedef uint32_t uint_vector __attribute__((ext_vector_type(WIDTH)));
typedef double double_vector __attribute__((ext_vector_type(WIDTH)));

INLINE vector splat(float x) { return (vector)x; }
INLINE vector load(const float *p) { return *(const unaligned_vector *)p; }
INLINE void store(float *p, vector v) { *(unaligned_vector *)p = v; }

INLINE uint_vector lane_numbers(void) {
  uint_vector v;
  for (int lane = 0; lane < WIDTH; lane++) v[lane] = (uint32_t)lane;
  return v;
}
/// All bits set in the first `count` lanes.
INLINE int_vector first_lanes(size_t count) { return lane_numbers() < (uint_vector)(uint32_t)count; }
INLINE vector keep_first(vector v, size_t count, float rest) { return first_lanes(count) ? v : splat(rest); }

/// The first `count` < WIDTH floats at `p`, nothing beyond them is touched; the other lanes are `rest`.
INLINE vector load_part(const float *p, size_t count, float rest) {
#if defined(__x86_64__) && WIDTH == 16
  return __builtin_ia32_loadups512_mask(p, splat(rest), (uint16_t)((1u << count) - 1));
#elif defined(__x86_64__) && WIDTH == 8
  return keep_first(__builtin_ia32_maskloadps256((const vector *)p, first_lanes(count)), count, rest);
#else
  vector v = splat(rest);
  memcpy(&v, p, count * sizeof(float));
  return v;
#endif
}
INLINE void store_part(float *p, vector v, size_t count) {
#if defined(__x86_64__) && WIDTH == 16
  __builtin_ia32_storeups512_mask(p, v, (uint16_t)((1u << count) - 1));
#elif defined(__x86_64__) && WIDTH == 8
  __builtin_ia32_maskstoreps256((vector *)p, first_lanes(count), v);
#else
  memcpy(p, &v, count * sizeof(float));
#endif
}

/// Runs BODY for every vector of a row of `columns` elements: `i` is its first element, `n` how many lanes count.
/// BODY reads with GET and writes with PUT, which become partial accesses in the last, incomplete vector.
#define FOR_EACH_VECTOR(columns, ...)                                \
  {                                                                  \
    size_t i = 0;                                                    \
    for (; i + WIDTH <= (columns); i += WIDTH) {                     \
      enum { n = WIDTH };                                            \
      __VA_ARGS__                                                    \
    }                                                                \
    if (i < (columns)) {                                             \
      const size_t n = (columns) - i;                                \
      __VA_ARGS__                                                    \
    }                                                                \
  }
#define GET_OR(p, rest) (n == WIDTH ? load((p) + i) : load_part((p) + i, n, (rest)))
#define GET(p) GET_OR(p, 0.0f)
#define PUT(p, v) (n == WIDTH ? store((p) + i, (v)) : store_part((p) + i, (v), n))
/// `v` in the lanes that count and `rest` in the others, for sums and maxima.
#define ONLY_VALID(v, rest) (n == WIDTH ? (v) : keep_first((v), n, (rest)))

/// The larger and the smaller of two numbers; NaN in `a` stays NaN.
INLINE vector larger(vector a, vector b) { return a < b ? b : a; }
INLINE vector smaller(vector a, vector b) { return a > b ? b : a; }
/// The maximum and minimum of two numbers as arithmetic sees them: NaN if either is.
INLINE vector maximum_of(vector a, vector b) { return ((a > b) | (a != a)) ? a : b; }
INLINE vector minimum_of(vector a, vector b) { return ((a < b) | (a != a)) ? a : b; }

/// The sum of the lanes, in halves: the order depends on WIDTH alone.
INLINE float lane_sum(vector v) {
  float lanes[WIDTH];
  memcpy(lanes, &v, sizeof v);
  for (int half = WIDTH / 2; half; half /= 2)
    for (int lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
  return lanes[0];
}
INLINE float lane_maximum(vector v) {
  float peak = v[0];
  for (int lane = 1; lane < WIDTH; lane++) peak = v[lane] > peak || v[lane] != v[lane] ? v[lane] : peak;
  return peak;
}

/// The largest of some floats, NaN if one is; -infinity of none.
INLINE float row_maximum(const float *x, size_t columns) {
  vector peak = splat(-INFINITY);
  FOR_EACH_VECTOR(columns, peak = maximum_of(GET_OR(x, -INFINITY), peak);)
  return lane_maximum(peak);
}

INLINE int_vector bits_of(vector v) {
  int_vector bits;
  memcpy(&bits, &v, sizeof bits);
  return bits;
}
INLINE vector from_bits(int_vector bits) {
  vector v;
  memcpy(&v, &bits, sizeof v);
  return v;
}
INLINE vector absolute(vector v) { return from_bits(bits_of(v) & 0x7fffffff); }
INLINE vector with_sign_of(vector magnitude, vector sign) {
  return from_bits((bits_of(magnitude) & 0x7fffffff) | (bits_of(sign) & (int32_t)0x80000000));
}
/// `a b + c`, rounded once where the processor can do that, in whole vectors and partial ones alike. Written out, it is
/// the compiler's choice, which may fall differently for the two.
INLINE vector multiply_add(vector a, vector b, vector c) {
#if WIDTH > 4 || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}
INLINE vector square_root(vector v) { return __builtin_elementwise_sqrt(v); }

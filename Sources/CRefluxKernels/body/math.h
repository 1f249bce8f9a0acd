// exp, erf, tanh and the logistic function on vectors, to one or two units in the last place. NaN gives NaN.
#pragma once
#include "vector.h"

/// e^x. Results below the smallest normal number become 0.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial for e^r (Cephes' expf), and 2^n put into the exponent: by one
/// instruction, or in two halves, so that results up to the largest finite number come out. Adding 1.5 * 2^23 rounds to
/// the nearest integer and leaves it in the low bits.
INLINE vector exponential(vector x) {
  const float rounder = 12582912.0f;
  vector clamped = smaller(larger(x, splat(-87.33655f)), splat(89.0f));
  vector shifted = clamped * splat(1.44269504088896341f) + splat(rounder);
  vector n = shifted - splat(rounder);
  vector r = clamped - n * splat(0.693359375f);
  r = r - n * splat(-2.12194440e-4f);
  vector p = splat(1.9875691500e-4f);
  p = p * r + splat(1.3981999507e-3f);
  p = p * r + splat(8.3334519073e-3f);
  p = p * r + splat(4.1665795894e-2f);
  p = p * r + splat(1.6666665459e-1f);
  p = p * r + splat(5.0000001201e-1f);
  p = p * (r * r) + (r + splat(1.0f));
#if defined(__x86_64__) && WIDTH == 16
  vector scaled = __builtin_ia32_scalefps512_mask(p, n, p, (uint16_t)-1, 4);
#else
  int_vector exponent = bits_of(shifted) - (int_vector)0x4b400000;
  int_vector first = exponent >> 1;
  vector scaled = p * from_bits((first + 127) << 23) * from_bits((exponent - first + 127) << 23);
#endif
  return x < splat(-87.33655f) ? splat(0.0f) : scaled;
}

/// The error function, to one unit in the last place.
///
/// Two minimax polynomials, after N. Juffa: near 0 in x, else 1 - exp(-p(|x|)).
INLINE vector error_function(vector x) {
  vector t = absolute(x), s = x * x;
  vector near = splat(-5.96761703e-4f);
  near = near * s + splat(4.99119423e-3f);
  near = near * s + splat(-2.67681349e-2f);
  near = near * s + splat(1.12819925e-1f);
  near = near * s + splat(-3.76125336e-1f);
  near = near * s + splat(1.28379166e-1f);
  near = near * x + x;
  vector far = splat(-1.72853470e-5f) * t + splat(3.83197126e-4f);
  vector low = splat(-3.88396438e-3f) * t + splat(2.42546219e-2f);
  far = far * s + low;
  far = far * t + splat(-1.06777877e-1f);
  far = far * t + splat(-6.34846687e-1f);
  far = far * t + splat(-1.28717512e-1f);
  far = far * t - t;
  // Beyond 4 the result is 1, and beyond 9 the polynomial leaves its range.
  far = t > splat(4.0f) ? splat(-88.0f) : far;
  far = with_sign_of(splat(1.0f) - exponential(far), x);
  return t > splat(0.927734375f) ? far : near;
}

/// The hyperbolic tangent: Cephes' polynomial near 0, else from e^2x.
INLINE vector hyperbolic_tangent(vector x) {
  vector t = absolute(x), s = x * x;
  vector near = splat(-5.70498872745e-3f);
  near = near * s + splat(2.06390887954e-2f);
  near = near * s + splat(-5.37397155531e-2f);
  near = near * s + splat(1.33314422036e-1f);
  near = near * s + splat(-3.33332819422e-1f);
  near = near * s * x + x;
  vector far = splat(1.0f) - splat(2.0f) / (exponential(t + t) + splat(1.0f));
  return t > splat(0.625f) ? with_sign_of(far, x) : near;
}

/// 1 / (1 + e^-x).
INLINE vector logistic(vector x) { return splat(1.0f) / (splat(1.0f) + exponential(-x)); }

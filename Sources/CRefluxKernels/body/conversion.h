// Storage formats: bfloat16 and IEEE float16, to and from float32, rounding to nearest even.
#pragma once
#include "vector.h"

static void bfloat16_to_float(const uint16_t *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)x[i] << 16;
    memcpy(y + i, &bits, sizeof bits);
  }
}

static void float_to_bfloat16(const float *x, uint16_t *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    // Rounding could carry a NaN over into the exponent; keep it a quiet NaN.
    y[i] = (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? (bits >> 16) | 0x40 : rounded);
  }
}

static void float16_to_float(const uint16_t *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t sign = (uint32_t)(x[i] & 0x8000) << 16, exponent = (x[i] >> 10) & 0x1f, fraction = x[i] & 0x3ff;
    uint32_t bits;
    if (exponent == 31) {
      bits = sign | 0x7f800000 | fraction << 13;
    } else if (exponent) {
      bits = sign | (exponent + 112) << 23 | fraction << 13;
    } else {
      // Subnormal: fraction * 2^-24 is exact in float32.
      float value = (float)fraction * 5.9604644775390625e-8f;
      memcpy(&bits, &value, sizeof bits);
      bits |= sign;
    }
    memcpy(y + i, &bits, sizeof bits);
  }
}

static void float_to_float16(const float *x, uint16_t *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    uint32_t half;
    if (magnitude > 0x7f800000) {
      half = 0x7e00;
    } else if (magnitude >= 0x477ff000) {
      half = 0x7c00;  // 65520 and above round to infinity
    } else if (magnitude >= 0x38800000) {
      half = (magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1)) >> 13;
    } else {
      // Subnormal: adding 0.5 rounds to a multiple of 2^-24 and leaves the fraction in the low bits.
      float value;
      memcpy(&value, &magnitude, sizeof value);
      value += 0.5f;
      memcpy(&half, &value, sizeof half);
      half -= 0x3f000000;
    }
    y[i] = (uint16_t)(sign | half);
  }
}

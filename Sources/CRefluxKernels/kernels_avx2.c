// The kernels for processors with AVX2 and fused multiply-add: 8 floats a vector.
#if defined(__x86_64__)
#define WIDTH 8
#define TABLE reflux_kernels_avx2
#define TABLE_NAME "avx2"
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2,f16c"))), apply_to = function)
#include "body/table.h"
#pragma clang attribute pop
#endif

// The kernels for processors with AVX-512: 16 floats a vector.
#if defined(__x86_64__)
#define WIDTH 16
#define TABLE reflux_kernels_avx512
#define TABLE_NAME "avx512"
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,bmi2,f16c"))), apply_to = function)
#include "body/table.h"
#pragma clang attribute pop
#endif

#include <string.h>

#include "reflux_kernels.h"

extern const reflux_kernels reflux_kernels_baseline;

#if defined(__x86_64__)
extern const reflux_kernels reflux_kernels_avx2, reflux_kernels_avx512;

static int runs_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("f16c");
}
static int runs_avx512(void) {
  return runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

const reflux_kernels *reflux_kernels_named(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "avx512") == 0) return runs_avx512() ? &reflux_kernels_avx512 : NULL;
  if (strcmp(name, "avx2") == 0) return runs_avx2() ? &reflux_kernels_avx2 : NULL;
#endif
  return strcmp(name, "baseline") == 0 ? &reflux_kernels_baseline : NULL;
}

const reflux_kernels *reflux_kernels_widest(void) {
  const reflux_kernels *table = reflux_kernels_named("avx512");
  if (!table) table = reflux_kernels_named("avx2");
  return table ? table : &reflux_kernels_baseline;
}

#define _GNU_SOURCE
#include "reflux_processors.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#if defined(__linux__)
/// Reads up to two numbers from the beginning of a file; how many there were.
static int read_numbers(const char *directory, const char *name, long long *first, long long *second) {
  char path[4096];
  int length = snprintf(path, sizeof path, "%s/%s", directory, name);
  if (length < 0 || (size_t)length >= sizeof path) return 0;
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  int count = fscanf(file, "%lld %lld", first, second);
  fclose(file);
  return count < 0 ? 0 : count;
}
#endif

int32_t reflux_processor_quota(const char *control_groups) {
#if defined(__linux__)
  long long quota = 0, period = 0, unused;
  // Version 2 says "quota period", or "max period" without a limit; version 1 has a file for each, and -1.
  int found = read_numbers(control_groups, "cpu.max", &quota, &period) == 2 ||
              (read_numbers(control_groups, "cpu/cpu.cfs_quota_us", &quota, &unused) >= 1 &&
               read_numbers(control_groups, "cpu/cpu.cfs_period_us", &period, &unused) >= 1);
  if (found && quota > 0 && period > 0 && quota / period < INT32_MAX)
    return (int32_t)(quota / period + (quota % period != 0));
#else
  (void)control_groups;
#endif
  return INT32_MAX;
}

static int32_t allowed_processors(void) {
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0) return CPU_COUNT(&allowed);
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int32_t)online : 1;
}

int32_t reflux_processor_count(void) {
  int32_t allowed = allowed_processors(), quota = reflux_processor_quota("/sys/fs/cgroup");
  return quota < allowed ? quota : allowed;
}

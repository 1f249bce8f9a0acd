/// How many threads are of use here.
#pragma once
#include <stdint.h>

/// How many processors this process may use: what it may run on, or less if its container grants less time.
int32_t reflux_processor_count(void);
/// How many processors' time the control groups mounted at `control_groups` grant, rounded up; INT32_MAX without a limit.
int32_t reflux_processor_quota(const char *_Nonnull control_groups);

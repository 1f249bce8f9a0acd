// The kernels for every other processor: 4 floats a vector, with nothing but what the compiler may assume.
#define WIDTH 4
#define TABLE reflux_kernels_baseline
#define TABLE_NAME "baseline"
#include "body/table.h"

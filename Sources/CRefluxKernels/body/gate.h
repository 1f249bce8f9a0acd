// The gate of a feed-forward layer: one activation times one linear map, and its gradients.
#pragma once
#include "activation.h"

/// y = activation(x) u.
static void gate(enum reflux_activation kind, const float *x, const float *u, float *y, size_t count) {
#define GATE(id, function, slope) \
  case id: FOR_EACH_VECTOR(count, PUT(y, function(GET(x)) * GET(u));) return;
  switch (kind) { FOR_EACH_ACTIVATION(GATE) }
#undef GATE
}

static void gate_backward(enum reflux_activation kind, const float *x, const float *u, const float *dy, float *dx,
                          float *du, size_t count) {
#define GATE(id, function, slope)                   \
  case id:                                          \
    FOR_EACH_VECTOR(count, {                        \
      vector v = GET(x), d = GET(dy), w = GET(u);   \
      PUT(dx, d * w * slope(v));                    \
      PUT(du, d * function(v));                     \
    })                                              \
    return;
  switch (kind) { FOR_EACH_ACTIVATION(GATE) }
#undef GATE
}

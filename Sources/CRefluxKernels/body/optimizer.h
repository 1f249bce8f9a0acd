// AdamW in one pass over the weights, as torch.optim.AdamW: decay first, then the step. What a weight becomes does not
// hang on where in a vector it lies: rows are moved alone or with their neighbours.
#pragma once
#include "vector.h"

static void adamw(reflux_adamw step, float *weight, const float *gradient, float *mean, float *square, size_t count) {
  vector scale = splat(step.gradient_scale), beta1 = splat(step.beta1), beta2 = splat(step.beta2);
  vector rest1 = splat(1.0f - step.beta1), rest2 = splat(1.0f - step.beta2);
  vector decay = splat(step.decay), size = splat(step.step_size), epsilon = splat(step.epsilon);
  vector inverse_correction = splat(1.0f / step.square_root_correction);
  FOR_EACH_VECTOR(count, {
    vector g = GET(gradient) * scale;
    vector m = multiply_add(beta1, GET(mean), rest1 * g);
    vector v = multiply_add(beta2, GET(square), rest2 * g * g);
    PUT(mean, m);
    PUT(square, v);
    vector divisor = multiply_add(square_root(v), inverse_correction, epsilon);
    PUT(weight, multiply_add(GET(weight), decay, -(size * m / divisor)));
  })
}

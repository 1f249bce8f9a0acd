import CRefluxKernels
import RefluxTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension CPUBackend {
  public func adamW(_ step: AdamWStep, weight: View, gradient: View, mean: View, square: View) {
    guard weight.dtype == .float32 else {
      return ReferenceBackend.shared.adamW(step, weight: weight, gradient: gradient, mean: mean, square: square)
    }
    let gradient = dense(gradient, .float32)
    requireDenseFloats("adamW", weight, mean, square)
    let parameters = parameters(of: step)
    timing.measure(.kernel) {
      workers.split(weight.layout.count, grain: 1 << 15) { range in
        let start = range.lowerBound
        kernels.adamw(
          parameters, weight.floats + start, gradient.floats + start, mean.floats + start, square.floats + start,
          range.count)
      }
    }
  }

  public func adamW(
    _ step: AdamWStep, weight: View, gradient: View, mean: View, square: View, isActive: [Bool]
  ) {
    guard weight.dtype == .float32 else {
      return ReferenceBackend.shared.adamW(
        step, weight: weight, gradient: gradient, mean: mean, square: square, isActive: isActive)
    }
    let gradient = dense(gradient, .float32)
    requireDenseFloats("adamW", weight, mean, square)
    let (parameters, columns) = (parameters(of: step), weight.layout.columns)
    timing.measure(.kernel) {
      workers.splitRows(isActive.count, columns) { rows in
        for (part, isActive) in isActive[rows].runs {
          let (start, count) = (part.lowerBound * columns, part.count * columns)
          if isActive {
            kernels.adamw(
              parameters, weight.floats + start, gradient.floats + start, mean.floats + start, square.floats + start,
              count)
          } else if parameters.decay != 1 {
            kernels.binary_scalar(
              REFLUX_MULTIPLY, weight.floats + start, parameters.decay, weight.floats + start, count)
          }
        }
      }
    }
  }

  private func parameters(of step: AdamWStep) -> reflux_adamw {
    let correction1 = 1 - pow(Double(step.beta1), Double(step.step))
    let correction2 = 1 - pow(Double(step.beta2), Double(step.step))
    return reflux_adamw(
      step_size: Float(Double(step.learningRate) / correction1),
      decay: Float(1 - Double(step.learningRate) * Double(step.weightDecay)), beta1: step.beta1, beta2: step.beta2,
      epsilon: step.epsilon, square_root_correction: Float(correction2.squareRoot()),
      gradient_scale: step.gradientScale)
  }
}

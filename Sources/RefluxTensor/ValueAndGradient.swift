/// Runs `body` on a tracked copy of `model` and differentiates the scalar it returns.
///
/// ```swift
/// let (loss, gradient) = valueAndGradient(of: student) { student in
///   crossEntropy(student(batch), labels)
/// }
/// ```
/// Memory is given back layer by layer during the backward pass, unless `body` leaves tracked tensors somewhere: detach
/// what it hands out. Parameters that are not trainable, by name, are constants and get no gradient. With `createGraph`
/// the gradients can be differentiated themselves.
public func valueAndGradient<M: Module>(
  of model: M, createGraph: Bool = false, isTrainable: (String) -> Bool = { _ in true }, _ body: (M) throws -> Tensor
) rethrows -> (value: Tensor, gradient: Parameters) {
  var leaves = Parameters()
  for (name, parameter) in model.parameters where isTrainable(name) { leaves[name] = parameter.asLeaf() }
  let loss = try body(model.replacing(leaves))
  let value = createGraph ? loss : loss.detached
  let found = gradients(of: consume loss, at: leaves.map { $0.1 }, createGraph: createGraph)
  var gradient = Parameters()
  for (name, part) in zip(leaves.names, found) { gradient[name] = part }
  return (value, gradient)
}

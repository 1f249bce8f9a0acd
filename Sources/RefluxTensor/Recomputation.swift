/// Applies a module without keeping what happens inside: the backward pass does it again (activation checkpointing;
/// Chen et al., 2016).
///
/// `body` must give the same result each time: dropout keys are drawn before. Only `x`, the module's tracked parameters
/// and the result are kept.
public func recomputing<M: Module>(_ module: M, _ x: Tensor, _ body: @escaping (M, Tensor) -> Tensor) -> Tensor {
  var learning = Parameters()
  for (name, parameter) in module.parameters where parameter.isTracked { learning[name] = parameter }
  guard x.isTracked || !learning.isEmpty else { return body(module, x) }
  let frozen = module.replacing(learning.mapping { $1.detached })
  let result = body(frozen, x.detached)
  return .record("recompute", [x] + learning.map { $0.1 }, result.view) { back in
    var leaves = Parameters()
    for (name, parameter) in learning { leaves[name] = back.saved(parameter).asLeaf() }
    let input = back.saved(x).asLeaf()
    let again = body(frozen.replacing(leaves), input)
    let parts = gradients(
      of: again, along: back.gradient, at: [input] + leaves.map { $0.1 }, createGraph: back.createGraph)
    for (index, part) in parts.enumerated() { if let part { back.to(index) { part } } }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import CTorch

extension Tensor {
  /// The same elements, detached from the graph of the gradient.
  public func detached() -> Tensor { Tensor(ct_detach(handle)) }

  /// The same tensor, from now on one to differentiate by.
  public func requiringGradient() -> Tensor {
    guard ct_set_requires_grad(handle, true) else {
      fatalError("requiringGradient: \(String(cString: ct_last_error()))")
    }
    return self
  }
}

/// d loss / d x for every x of a list; zeros for one that the loss does not depend on.
///
/// - Parameters:
///   - loss: One number, computed from the tensors of the list.
///   - parameters: Tensors that require a gradient; not empty.
///   - differentiable: Whether the result can be differentiated in turn. Fused layers
///     (`Compute.Path.fused`) have no second derivative: it would be taken for zero.
/// - Returns: As many tensors as parameters, of their shapes.
public func gradients(
  of loss: Tensor, by parameters: [Tensor], differentiable: Bool = false
) -> [Tensor] {
  var out = [OpaquePointer?](repeating: nil, count: parameters.count)
  let succeeded = withHandles(parameters) { handles in
    ct_grad(loss.handle, handles, Int32(parameters.count), differentiable, &out)
  }
  guard succeeded else { fatalError("gradients: \(String(cString: ct_last_error()))") }
  return out.map { Tensor($0) }
}

/// Runs a closure without recording for gradients.
///
/// The switch is per thread and would not survive a suspension, so the closure is synchronous.
public func withoutGradients<R, Failure: Error>(
  _ body: () throws(Failure) -> R
) throws(Failure) -> R {
  let before = ct_grad_mode()
  ct_set_grad_mode(false)
  defer { ct_set_grad_mode(before) }
  return try body()
}

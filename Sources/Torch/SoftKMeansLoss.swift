// SPDX-License-Identifier: Apache-2.0
internal import CTorch

extension Tensor {
  /// The loss of k-means with soft assignments (Moradi Fard, Thonet, Gaussier: Deep k-Means).
  ///
  /// L = 1/n Σ_i Σ_k s_ik ‖z_i − r_k‖² for the rows z_i of this n × d matrix, where
  /// s_ik = e^(−α‖z_i − r_k‖²) / Σ_j e^(−α‖z_i − r_j‖²). The gradient goes through both factors.
  /// As α grows, L goes to the cost of k-means divided by n.
  ///
  /// - Parameters:
  ///   - centers: r, K × d.
  ///   - alpha: α, the inverse temperature, in the unit of 1/‖z‖².
  /// - Returns: One number.
  public func softKMeansLoss(to centers: Tensor, alpha: Double) -> Tensor {
    Tensor(ct_soft_kmeans_loss(handle, centers.handle, alpha))
  }
}

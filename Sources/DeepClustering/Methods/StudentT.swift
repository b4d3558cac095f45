// SPDX-License-Identifier: Apache-2.0
internal import CTorch
public import Torch

/// The soft assignments of DEC (Xie et al., ICML 2016, §3.1).
public enum StudentT {
  /// The soft assignments q_ij (1): the similarity of code z_i and centroid μ_j by Student's t kernel, normalised.
  ///
  /// - Parameters:
  ///   - codes: z, n × d.
  ///   - centroids: μ, K × d.
  ///   - degreesOfFreedom: α.
  /// - Returns: n × K, rows adding to one.
  public static func probabilities(
    _ codes: Tensor, _ centroids: Tensor, _ degreesOfFreedom: Double = 1
  ) -> Tensor {
    logProbabilities(codes, centroids, degreesOfFreedom).exp()
  }

  /// log q_ij, without a detour through small numbers.
  static func logProbabilities(
    _ codes: Tensor, _ centroids: Tensor, _ degreesOfFreedom: Double
  ) -> Tensor {
    let kernel = codes.squaredDistances(to: centroids) / degreesOfFreedom + 1
    return (kernel.log() * (-(degreesOfFreedom + 1) / 2)).logSoftmax(1)
  }

  /// The target p_ij (3): q sharpened, and divided by the soft cluster frequencies f_j = Σ_i q_ij.
  ///
  /// - Parameter probabilities: q of the whole data set, n × K: f is over all samples, not a batch.
  /// - Returns: n × K, rows adding to one.
  public static func target(_ probabilities: Tensor) -> Tensor {
    let weight = probabilities.squared() / probabilities.sum(0, keeping: true)
    return weight / weight.sum(1, keeping: true)
  }

  /// The divergence KL(P‖Q) (2), averaged over the rows; its gradients are (4) and (5).
  ///
  /// - Parameters:
  ///   - target: p, n × K, held fixed; a zero contributes nothing.
  ///   - codes: z, n × d.
  ///   - centroids: μ, K × d.
  ///   - degreesOfFreedom: α.
  /// - Returns: One number.
  static func divergence(
    _ target: Tensor, _ codes: Tensor, _ centroids: Tensor, _ degreesOfFreedom: Double = 1
  ) -> Tensor {
    Tensor(
      ct_student_t_divergence(codes.handle, centroids.handle, target.handle, degreesOfFreedom))
  }
}

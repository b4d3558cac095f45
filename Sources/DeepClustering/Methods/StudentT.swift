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

  /// How strongly KL(P‖Q), summed over the samples, pulls each code: the length of its gradient (4),
  /// (α+1)/α Σ_j (p_ij − q_ij) (z_i − μ_j) / (1 + ‖z_i − μ_j‖²/α).
  ///
  /// - Parameters:
  ///   - codes: z of the whole data set, n × d: the target is over all samples.
  ///   - centroids: μ, K × d.
  ///   - degreesOfFreedom: α.
  /// - Returns: n numbers ≥ 0.
  public static func gradientLengths(
    _ codes: Tensor, _ centroids: Tensor, _ degreesOfFreedom: Double = 1
  ) -> Tensor {
    let q = probabilities(codes, centroids, degreesOfFreedom)
    let kernel = codes.squaredDistances(to: centroids) / degreesOfFreedom + 1
    let weight = (target(q) - q) / kernel
    let pull = codes * weight.sum(1, keeping: true) - weight.matmul(centroids)
    return pull.squared().sum(1).squareRoot() * ((degreesOfFreedom + 1) / degreesOfFreedom)
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

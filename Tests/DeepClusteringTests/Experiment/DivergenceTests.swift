// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct DivergenceTests {
  private func advice(_ stage: String, _ method: any ClusteringMethod) -> String {
    let error = Divergence(stage, of: Hyperparameters.values(of: method))
      .commandError(after: "step 3")
    return String(error.description.split(separator: "try ").last ?? "")
  }

  /// Only what the method has is named.
  @Test func namesAHyperparameterOfTheMethod() {
    #expect(
      advice("clustering", DEC(clusters: 2))
        == "a smaller --set optimizer.learningRate=…, or another --preprocessing")
    #expect(
      advice("pretraining", DEC(clusters: 2))
        == "a smaller --set pretraining.optimizer.learningRate=…, or another --preprocessing")
    #expect(
      advice("clustering", DeepDPM(clusters: 2))
        == "a smaller --set learningRate=…, or another --preprocessing")
    #expect(
      advice("clustering", GaussianMixture(clusters: 2))
        == "a larger --set regularization=…, or another --preprocessing")
    #expect(advice("clustering", KMeans(clusters: 2)) == "another --preprocessing")
  }

  @Test func programsAreToldWithoutOptions() {
    let error = Divergence("clustering", of: Hyperparameters.values(of: DEC(clusters: 2)))
      .error(after: "step 3")
    #expect(
      error.description
        == "the clustering diverged, its values are no longer numbers after step 3: try a smaller "
        + "optimizer.learningRate, or another preprocessing")
  }
}

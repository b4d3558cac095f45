// SPDX-License-Identifier: Apache-2.0

@testable import DeepClustering

/// `Golden/joint-training.json`: passes of the joint methods by PyTorch, over the samples and from
/// the networks of `TrainingGolden`.
struct JointTrainingGolden: Decodable {
  struct Report: Decodable {
    let clustering, reconstruction: Double
    let assignments: [Int]
  }

  struct DeepKMeansCase: Decodable {
    let alphas: [Double]
    let weight: Double
    let reports: [Report]
    let centers: GoldenTensor
    let encoder, decoder: TrainingGolden.Network
  }

  struct DCNCase: Decodable {
    let reports: [Report]
    let centers: GoldenTensor
    let counts: [Double]
    let encoder, decoder: TrainingGolden.Network
  }

  struct DifferentiableKMeansCase: Decodable {
    struct Report: Decodable {
      let clustering, cost: Double
      let assignments: [Int]
    }
    let reports: [Report]
    let centers: GoldenTensor
  }

  let deepKMeans: [DeepKMeansCase]
  let dcn: DCNCase
  let differentiableKMeans: DifferentiableKMeansCase

  static func load() throws -> JointTrainingGolden { try GoldenFile.load("joint-training") }
}

// SPDX-License-Identifier: Apache-2.0
//
// Fits DEC to 4,500 points of three Gaussians, and tells the clusters of points it has not seen.
import DeepClustering
import Torch

// The matrices here are too small to share among threads.
Threads.use(1)

let points = Synthetic.threeGaussians(seed: 1)

var method = DEC(clusters: 3)
// The usual network and start are made for images; points of the plane need less.
method.training.start = .kMeans
method.training.pretraining.layout = AutoencoderLayout(hidden: [32, 32], latent: 2)
method.training.pretraining.optimizer = .adam(1e-3)
method.training.pretraining.epochs = 40
method.training.pretraining.minimumIterations = 0

let fitted = try method.fit(points) { progress in
  guard let reason = progress.report.stopReason else { return }
  print("\(progress.stage): \(progress.step) steps, \(reason)")
}

let sizes = (0..<3).map { cluster in fitted.assignments.count { $0 == cluster } }
print("sizes: \(sizes.sorted(by: >))")

// The classes of these points are known; they measure the clusters and were not learned from.
if let classes = points.labels {
  let scores = Scores(predicted: fitted.assignments, labels: classes)
  print("accuracy: \(rounded(scores.acc)), NMI: \(rounded(scores.nmi))")
}

// New rows are scaled as the training data were.
let new = try Dataset(rows: [[0, 0], [13, 13], [13.5, 12]])
let clusters = try fitted.assignments(for: new)
let probabilities = try fitted.probabilities(for: new) ?? []
print("(13, 13) and (13.5, 12) together: \(clusters[1] == clusters[2])")
print("(0, 0) and (13, 13) together: \(clusters[0] == clusters[1])")
print("probability of the cluster of (0, 0): \(rounded(Double(probabilities[0].max() ?? 0)))")

// A bad row is answered with a sentence.
do {
  _ = try fitted.assignments(for: Dataset(rows: [[0, .nan]], name: "the request"))
} catch {
  print("refused: \(error)")
}

func rounded(_ value: Double?) -> Double { ((value ?? .nan) * 1000).rounded() / 1000 }

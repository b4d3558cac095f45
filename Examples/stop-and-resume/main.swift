// SPDX-License-Identifier: Apache-2.0
//
// Drives a fit by hand: stops it half-way, keeps its state in a file, and goes on from there. The
// result has the same bits as a fit that was never stopped.
import DeepClustering
import Foundation
import Torch

// The matrices here are too small to share among threads.
Threads.use(1)

var method = DEC(clusters: 3)
method.training.pretraining.layout = AutoencoderLayout(hidden: [32, 32], latent: 2)
method.training.pretraining.optimizer = .adam(1e-3)
method.training.pretraining.epochs = 10
method.training.pretraining.minimumIterations = 0
method.training.start = .kMeans
method.training.maximumIterations = 700

var warnings: [String] = []
let data = try PreparedData(
  Synthetic.threeGaussians(seed: 1), preprocessing: .automatic, clusters: method.clusters,
  device: .cpu, warnings: &warnings)

let whole = try fit(method, data.tensor, stoppingAfter: nil)
let resumed = try fit(method, data.tensor, stoppingAfter: 5)
print("equal assignments: \(whole.assignments == resumed.assignments)")
print("equal certainties, bit for bit: \(whole.certainty == resumed.certainty)")

/// Pretrains and clusters; with a number, pretraining is stopped after so many steps and resumed,
/// and so is clustering after each of its steps.
func fit(_ method: DEC, _ data: Tensor, stoppingAfter stop: Int?) throws -> CentroidModel {
  // Kernels are part of what decides the bits, so this names them instead of measuring.
  var context = FitContext(data: data, seed: Seed(1), compute: .plain)
  let pretraining = method.training.pretraining
  var state = pretraining.begin(context)
  var last = pretraining.advance(&state, context)
  while last.stopReason == nil {
    if pretraining.stepsTaken(state) == stop {
      state = try throughFile(pretraining, state, context)
    }
    last = pretraining.advance(&state, context)
  }
  context.pretrained = pretraining.finish(state, context)

  // Clustering is driven by the same three functions.
  var clustering = method.begin(context)
  while method.advance(&clustering, context).stopReason == nil {
    if stop != nil { clustering = try throughFile(method, clustering, context) }
  }
  print("\(method.stepsTaken(clustering)) steps of clustering")
  return method.finish(clustering, context)
}

/// Writes a state, forgets it and reads it back, as a process does that was killed in between.
func throughFile<L: Learner>(
  _ learner: L, _ state: L.State, _ context: FitContext
) throws -> L.State {
  let file = FileManager.default.temporaryDirectory
    .appendingPathComponent("stop-and-resume-\(ProcessInfo.processInfo.processIdentifier)")
  defer { try? FileManager.default.removeItem(at: file) }
  var archive = Archive()
  learner.store(state, in: &archive)
  try archive.write(to: file)
  return try learner.restore(from: Archive(contentsOf: file), context)
}

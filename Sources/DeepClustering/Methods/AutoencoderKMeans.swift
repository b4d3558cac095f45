// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// k-means on the codes of an autoencoder that was trained by reconstruction alone.
///
/// The baseline of the deep clustering papers (AE + k-means), and DEC's start.
public struct AutoencoderKMeans: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "autoencoder-kmeans", title: "Autoencoder + k-means",
    paper: "Xie, Girshick, Farhadi: Unsupervised deep embedding for clustering analysis (baseline)",
    venue: "ICML 2016")

  /// k-means on the codes.
  public var kMeans: KMeans
  /// How the autoencoder is trained.
  public var network = Pretraining()

  // Named as in the other methods, so that one setting serves them all.
  private enum CodingKeys: String, CodingKey {
    case kMeans
    case network = "pretraining"
  }

  /// Autoencoder + k-means with 20 restarts.
  public init(clusters: Int) {
    kMeans = KMeans(clusters: clusters)
    kMeans.restarts = 20
    // All that k-means sees is the code, and the code goes on improving for long. The rule is that
    // of DEC-keras on MNIST: its codes have rounder clusters than Adam's.
    network.epochs = 150
    network.optimizer = .sgd(1, momentum: 0.9)
  }

  /// K.
  public var clusters: Int { kMeans.clusters }
  /// How the autoencoder is trained.
  public var pretraining: Pretraining? { network }

  /// The autoencoder, the codes and where k-means stands on them.
  public struct State {
    let autoencoder: Autoencoder
    let codes: FitContext
    var kMeans: KMeans.State
  }

  private func codes(_ context: FitContext) -> (Autoencoder, FitContext) {
    guard let autoencoder = context.pretrained else {
      preconditionFailure("autoencoder-kmeans begins from a pretrained autoencoder")
    }
    return (
      autoencoder, FitContext(data: autoencoder.embedding(of: context.data), seed: context.seed)
    )
  }

  /// Embeds the samples.
  public func begin(_ context: FitContext) -> State {
    let (autoencoder, codes) = codes(context)
    return State(autoencoder: autoencoder, codes: codes, kMeans: kMeans.begin(codes))
  }

  /// One iteration of k-means.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    kMeans.advance(&state.kMeans, state.codes)
  }

  /// The centroids behind the encoder.
  public func finish(_ state: State, _ context: FitContext) -> CentroidModel {
    CentroidModel(
      network: state.autoencoder, centroids: kMeans.centroids(of: state.kMeans).to(context.device),
      degreesOfFreedom: nil, embedding: state.codes.data)
  }

  /// The labels of the iteration at hand.
  public func assignments(_ state: State) -> [Int]? { kMeans.assignments(state.kMeans) }
  /// All iterations of all starts.
  public func plannedSteps(_ context: FitContext) -> Int { kMeans.plannedSteps(context) }
  /// The iterations so far.
  public func stepsTaken(_ state: State) -> Int { kMeans.stepsTaken(state.kMeans) }

  /// Puts k-means' state into an archive; the codes follow from the network.
  public func store(_ state: State, in archive: inout Archive) {
    kMeans.store(state.kMeans, in: &archive)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    let (autoencoder, codes) = codes(context)
    return State(
      autoencoder: autoencoder, codes: codes, kMeans: try kMeans.restore(from: archive, codes))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import CTorch
internal import Torch

/// The networks of DeepDPM: one tells the clusters of rows, and for each cluster a small one tells
/// its two parts.
///
/// Each has one hidden layer of ReLU, and softmax at the end. Only the part network of the cluster
/// that a row is in is ever computed: what others make in one product with a mask of blocks.
struct ClusterNetwork {
  /// Some weights with the moments that Adam has of them.
  struct Learned {
    var weights: [Float]
    var mean: [Float]
    var square: [Float]
    var steps = 0

    init(_ weights: [Float]) {
      self.weights = weights
      mean = [Float](repeating: 0, count: weights.count)
      square = mean
    }
  }

  /// What all rows are.
  struct Outputs {
    /// rows × K.
    let probabilities: [Float]
    /// The most probable cluster of each row.
    let labels: [Int32]
    /// rows × 2: the shares of the parts of that cluster; empty when they were not asked for.
    let shares: [Float]

    /// The larger part of the cluster of a row.
    func part(_ row: Int) -> Int { shares[2 * row] >= shares[2 * row + 1] ? 0 : 1 }
  }

  /// d.
  let dimensions: Int
  /// Units of each hidden layer as they lie in memory: filled up with some that are always zero.
  let hidden: Int
  private let usedUnits: Int
  /// K.
  private(set) var clusters: Int
  var top: Learned
  var parts: Learned

  /// Random networks, uniform in ±√(1 / inputs) as are the biases.
  init(dimensions: Int, hidden: Int, clusters: Int, seed: Seed) {
    (self.dimensions, usedUnits, self.clusters) = (dimensions, hidden, clusters)
    self.hidden = (hidden + 15) / 16 * 16
    (top, parts) = (Learned([]), Learned([]))
    var generator = SplitMix64(seed: seed.stream("cluster network"))
    top = Learned(drawn(outputs: clusters, &generator))
    parts = Learned((0..<clusters).flatMap { _ in drawn(outputs: 2, &generator) })
  }

  private func drawn(outputs: Int, _ generator: inout SplitMix64) -> [Float] {
    func uniform(_ inputs: Int) -> Float {
      Float((2 * generator.nextUniform() - 1) / Double(inputs).squareRoot())
    }
    func units(_ inputs: Int) -> [Float] {
      (0..<hidden).map { $0 < usedUnits ? uniform(inputs) : 0 }
    }
    return (0...dimensions).flatMap { _ in units(dimensions) }
      + (0..<outputs).flatMap { _ in units(usedUnits) }
      + (0..<outputs).map { _ in uniform(usedUnits) }
  }

  private var shape: CTClusterNetwork {
    CTClusterNetwork(d: Int64(dimensions), hidden: Int64(hidden), clusters: Int64(clusters))
  }

  // MARK: Learning and telling

  /// One pass over the rows in batches, with a step of Adam after each.
  ///
  /// - Parameters:
  ///   - rows: n × d, on the processor.
  ///   - targets: n × K, the probabilities that the clusters are to have.
  ///   - centers: 2K × d, the means of the parts; nil to leave the part networks alone.
  ///   - order: A permutation of the rows.
  ///   - batch: Rows of a batch.
  ///   - rates: Adam's step sizes for the clusters and the parts.
  /// - Returns: KL(target ‖ probabilities) and Σ_j share_j ‖x − center_j‖², averaged over the rows.
  mutating func train(
    _ rows: Tensor, targets: [Float], centers: [Float]?, order: [Int64], batch: Int,
    rates: (clusters: Double, parts: Double)
  ) -> (clusters: Double, parts: Double) {
    precondition(targets.count == order.count * clusters, "a target for each row and cluster")
    var (shape, losses) = (shape, [0.0, 0.0])
    let succeeded = rows.withFloats { values -> Bool in
      guard let base = values.baseAddress else { return false }
      return top.withState(rates.clusters) { top in
        guard let centers else {
          return ct_cluster_network_train(
            &shape, &top, nil, base, targets, nil, order, Int64(order.count), Int64(batch), &losses)
        }
        return parts.withState(rates.parts) { parts in
          ct_cluster_network_train(
            &shape, &top, &parts, base, targets, centers, order, Int64(order.count), Int64(batch),
            &losses)
        }
      }
    }
    precondition(succeeded, "deep-dpm: out of memory")
    return (losses[0], losses[1])
  }

  /// The clusters of rows (n × d, on the processor), and the parts where asked for.
  func callAsFunction(_ rows: Tensor, withParts: Bool) -> Outputs {
    let n = rows.shape[0]
    var probabilities = [Float](repeating: 0, count: n * clusters)
    var labels = [Int32](repeating: 0, count: n)
    var shares = [Float](repeating: 0, count: withParts ? 2 * n : 0)
    var shape = shape
    let succeeded = rows.withFloats { values -> Bool in
      guard let base = values.baseAddress else { return n == 0 }
      guard withParts else {
        return ct_cluster_network_apply(
          &shape, top.weights, nil, base, Int64(n), &probabilities, &labels, nil,
          Int32(Threads.count))
      }
      return ct_cluster_network_apply(
        &shape, top.weights, parts.weights, base, Int64(n), &probabilities, &labels, &shares,
        Int32(Threads.count))
    }
    precondition(succeeded, "deep-dpm: out of memory")
    return Outputs(probabilities: probabilities, labels: labels, shares: shares)
  }

  // MARK: Changing the number of clusters

  // After a change Adam begins anew: its moments belong to other weights.

  /// Gives cluster `k` a twin, the last one, of the same weights; both get new part networks.
  mutating func split(_ k: Int, using generator: inout SplitMix64) {
    let (rows, biases) = outputs
    setOutputs(rows + [rows[k]], biases + [biases[k]])
    var blocks = partBlocks
    blocks[k] = drawn(outputs: 2, &generator)
    blocks.append(drawn(outputs: 2, &generator))
    parts = Learned(blocks.flatMap { $0 })
  }

  /// Gives cluster `k` a new part network.
  mutating func drawParts(of k: Int, using generator: inout SplitMix64) {
    var blocks = partBlocks
    blocks[k] = drawn(outputs: 2, &generator)
    parts = Learned(blocks.flatMap { $0 })
  }

  /// Lets cluster `first` take the place of two, with the weights of `kept`, one of them, and a new
  /// part network; `second` goes.
  mutating func merge(
    _ first: Int, _ second: Int, keeping kept: Int, using generator: inout SplitMix64
  ) {
    var (rows, biases) = outputs
    (rows[first], biases[first]) = (rows[kept], biases[kept])
    setOutputs(rows, biases)
    var blocks = partBlocks
    blocks[first] = drawn(outputs: 2, &generator)
    parts = Learned(blocks.flatMap { $0 })
    remove(second)
  }

  /// Takes a cluster out; those behind it move up.
  mutating func remove(_ k: Int) {
    var (rows, biases) = outputs
    rows.remove(at: k)
    biases.remove(at: k)
    var blocks = partBlocks
    blocks.remove(at: k)
    setOutputs(rows, biases)
    parts = Learned(blocks.flatMap { $0 })
  }

  /// The weights of the hidden layer for the clusters, d × hidden, and its biases.
  var hiddenLayer: (weights: [Float], biases: [Float]) {
    let count = dimensions * hidden
    return (Array(top.weights.prefix(count)), Array(top.weights[count...].prefix(hidden)))
  }

  /// The weights of the layer after it, one row for each cluster, and its biases.
  var outputs: (rows: [[Float]], biases: [Float]) {
    let start = (dimensions + 1) * hidden
    let rows = (0..<clusters).map { Array(top.weights[(start + $0 * hidden)...].prefix(hidden)) }
    return (rows, Array(top.weights.suffix(clusters)))
  }

  private mutating func setOutputs(_ rows: [[Float]], _ biases: [Float]) {
    clusters = biases.count
    let input = top.weights.prefix((dimensions + 1) * hidden)
    top = Learned(Array(input) + rows.flatMap { $0 } + biases)
  }

  private var partBlocks: [[Float]] {
    let size = (dimensions + 1) * hidden + 2 * (hidden + 1)
    return stride(from: 0, to: parts.weights.count, by: size).map {
      Array(parts.weights[$0..<($0 + size)])
    }
  }
}

extension ClusterNetwork.Learned {
  /// Lends the weights and moments to a C function that trains them.
  fileprivate mutating func withState<R>(
    _ rate: Double, _ body: (inout CTAdamState) -> R
  ) -> R {
    var count = Int64(steps)
    defer { steps = Int(count) }
    return weights.withUnsafeMutableBufferPointer { weights in
      mean.withUnsafeMutableBufferPointer { mean in
        square.withUnsafeMutableBufferPointer { square in
          guard let w = weights.baseAddress, let m = mean.baseAddress, let s = square.baseAddress
          else { preconditionFailure("a network without weights") }
          var state = CTAdamState(weights: w, mean: m, square: s, steps: count, rate: rate)
          let result = body(&state)
          count = state.steps
          return result
        }
      }
    }
  }
}

// MARK: - Saving

extension ClusterNetwork {
  private struct Extents: Codable {
    var dimensions, hidden, clusters, topSteps, partSteps: Int
  }

  /// Puts the weights into an archive, and Adam's moments where training goes on.
  func store(in archive: inout Archive, withMoments: Bool) {
    archive.set(
      "network.extents",
      Extents(
        dimensions: dimensions, hidden: usedUnits, clusters: clusters, topSteps: top.steps,
        partSteps: parts.steps))
    func set(_ name: String, _ values: [Float]) {
      archive.set("network." + name, tensor: Tensor(values, shape: [values.count]))
    }
    set("top", top.weights)
    set("parts", parts.weights)
    guard withMoments else { return }
    set("top.mean", top.mean)
    set("top.square", top.square)
    set("parts.mean", parts.mean)
    set("parts.square", parts.square)
  }

  /// The networks of an archive.
  init(from archive: Archive) throws(InputError) {
    let extents: Extents = try archive.value("network.extents")
    let all = try archive.tensor("network.top").count
    guard 1...all ~= extents.dimensions, 1...all ~= extents.hidden, 1...all ~= extents.clusters,
      extents.dimensions <= all / extents.hidden, extents.clusters <= all / extents.hidden
    else { throw InputError(.data, "the saved network's extents are not of its weights") }
    self.init(
      dimensions: extents.dimensions, hidden: extents.hidden, clusters: extents.clusters,
      seed: Seed(0))
    func read(_ name: String, like usual: [Float]) throws(InputError) -> [Float] {
      let values: [Float] = try archive.tensor("network." + name).scalars()
      guard values.count == usual.count else {
        throw InputError(.data, "the saved network \(name) has \(values.count) numbers")
      }
      return values
    }
    top.weights = try read("top", like: top.weights)
    parts.weights = try read("parts", like: parts.weights)
    (top.steps, parts.steps) = (extents.topSteps, extents.partSteps)
    guard archive.contains(tensor: "network.top.mean") else { return }
    top.mean = try read("top.mean", like: top.mean)
    top.square = try read("top.square", like: top.square)
    parts.mean = try read("parts.mean", like: parts.mean)
    parts.square = try read("parts.square", like: parts.square)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

// How clusters split and merge (Ronen, Finder, Freifeld 2022, section 4.3; Chang and Fisher, NIPS
// 2013).

extension SplittingMixture {
  /// The fewest samples of a part that becomes a cluster.
  private static let smallestPart = 6.0

  /// Tries the splits of all clusters, or the merges of near ones.
  ///
  /// - Returns: ln H of what was done, by `split 3` and `merge 2+5` in the numbers of the clusters
  ///   before it, and of the most favourable change that was refused; under `dropped` how many
  ///   clusters without samples were taken out before the merges.
  mutating func change(
    _ turn: DeepDPM.Turn, _ outputs: ClusterNetwork.Outputs, _ settings: DeepDPM, _ seed: Seed
  ) -> [String: Double] {
    var generator = SplitMix64(seed: seed.stream("deep-dpm changes", progress.epoch))
    let ratio = HastingsRatio(
      prior: settings.prior(of: rows), concentration: settings.concentration,
      likelihoodPower: settings.likelihoodPower)
    let before = clusters
    let measures =
      turn == .split
      ? splits(outputs, settings, ratio, &generator) : merges(settings, ratio, &generator)
    if clusters != before || measures.keys.contains(where: { !$0.hasPrefix("refused") }) {
      progress.lastChange = progress.epoch
    }
    return measures
  }

  private static func accepts(_ logRatio: Double, _ generator: inout SplitMix64) -> Bool {
    let drawn = generator.nextUniform()
    return logRatio > 0 || drawn < exp(logRatio)
  }

  // MARK: Splits

  private mutating func splits(
    _ outputs: ClusterNetwork.Outputs, _ settings: DeepDPM, _ ratio: HastingsRatio,
    _ generator: inout SplitMix64
  ) -> [String: Double] {
    var halves = labels.indices.map { 2 * labels[$0] + Int32(outputs.part($0)) }
    let moments = Moments.of(rows, around: origin, group: halves, groups: 2 * clusters)
    var (accepted, refused): ([(cluster: Int, logRatio: Double)], Double?) = ([], nil)
    for k in 0..<clusters {
      let (first, second) = (moments[2 * k], moments[2 * k + 1])
      guard min(first.count, second.count) >= Self.smallestPart else { continue }
      let logRatio = ratio.ofSplit(first, second)
      if Self.accepts(logRatio, &generator) {
        accepted.append((k, logRatio))
      } else if clusters == 1, let best = unequalCut(of: k, ratio, settings, &halves) {
        accepted.append((k, best))
      } else {
        refused = max(refused ?? -.infinity, logRatio)
      }
    }
    learnPartsAnew(of: Set(0..<clusters).subtracting(accepted.map(\.cluster)), settings, &generator)
    for (k, _) in accepted {
      for row in labels.indices where halves[row] == 2 * k + 1 { labels[row] = Int32(clusters) }
      split(k, settings, &generator)
    }
    var measures = Dictionary(
      uniqueKeysWithValues: accepted.map { ("split \($0.cluster)", $0.logRatio) })
    measures["refused split"] = refused
    return measures
  }

  /// Cuts cluster `k` where along its longest axis it gains most, if it gains.
  ///
  /// The parts that are learned are those of 2-means, of like sizes: of many small clusters in a row two
  /// halves may gain nothing where one against the rest does. For the only cluster that would be the end;
  /// where there are several it would cut what is not Gaussian into ever more pieces.
  private mutating func unequalCut(
    of k: Int, _ ratio: HastingsRatio, _ settings: DeepDPM, _ halves: inout [Int32]
  ) -> Double? {
    let (members, points, places) = alongLongestAxis(k)
    let sorted = places.sorted()
    var best: (logRatio: Double, cut: Double, moments: [Moments])?
    for share in 1..<16 {
      let cut = sorted[sorted.count * share / 16]
      let moments = Moments.of(
        points, around: origin, group: places.map { $0 < cut ? 0 : 1 }, groups: 2)
      guard min(moments[0].count, moments[1].count) >= Self.smallestPart else { continue }
      let logRatio = ratio.ofSplit(moments[0], moments[1])
      if logRatio > best?.logRatio ?? 0 { best = (logRatio, cut, moments) }
    }
    guard let best, var list = parts?.list else { return nil }
    list.replaceSubrange((2 * k)...(2 * k + 1), with: estimate(best.moments, settings).list)
    parts = concatenated(list)
    for (row, place) in zip(members, places) {
      halves[row] = Int32(2 * k + (place < best.cut ? 0 : 1))
    }
    return best.logRatio
  }

  /// The clusters that were not split look for other parts until the next time: what was learned may be
  /// a poor optimum, such as a few samples against the rest of two clusters.
  private mutating func learnPartsAnew(
    of unsplit: Set<Int>, _ settings: DeepDPM, _ generator: inout SplitMix64
  ) {
    guard var partList = parts?.list, !unsplit.isEmpty else { return }
    for k in unsplit.sorted() {
      network.drawParts(of: k, using: &generator)
      partList.replaceSubrange((2 * k)...(2 * k + 1), with: halves(of: k, settings).list)
    }
    parts = concatenated(partList)
  }

  /// Cluster `k` becomes its first part, and the last cluster its second; `labels` say so already.
  mutating func split(_ k: Int, _ settings: DeepDPM, _ generator: inout SplitMix64) {
    guard let old = parts else { preconditionFailure("a split without parts") }
    let last = clusters
    network.split(k, using: &generator)
    let weight = components.weights[k]
    var list = components.list
    let pair = Array(old.list[(2 * k)...(2 * k + 1)])
    list[k] = pair[0].weighing(weight * pair[0].weights[0])
    list.append(pair[1].weighing(weight * pair[1].weights[0]))
    components = concatenated(list)
    var partList = old.list
    partList.replaceSubrange((2 * k)...(2 * k + 1), with: halves(of: k, settings).list)
    parts = concatenated(partList + [halves(of: last, settings)])
  }

  // MARK: Merges

  private mutating func merges(
    _ settings: DeepDPM, _ ratio: HastingsRatio, _ generator: inout SplitMix64
  ) -> [String: Double] {
    var moments = Moments.of(rows, around: origin, group: labels, groups: clusters)
    let before = clusters
    for k in moments.indices.reversed() where moments[k].count == 0 && clusters > 1 {
      remove(k)
      moments.remove(at: k)
    }
    let proposals = neighborPairs(settings.mergeNeighbors)
      .map { (first: $0, second: $1, logRatio: -ratio.ofSplit(moments[$0], moments[$1])) }
      .sorted { ($1.logRatio, $0.first, $0.second) < ($0.logRatio, $1.first, $1.second) }
    var (taken, accepted, refused) = (Set<Int>(), [(Int, Int)](), nil as Double?)
    var measures: [String: Double] = [:]
    if clusters < before { measures["dropped"] = Double(before - clusters) }
    for (first, second, logRatio) in proposals
    where !taken.contains(first) && !taken.contains(second) {
      if Self.accepts(logRatio, &generator) {
        taken.formUnion([first, second])
        accepted.append((first, second))
        measures["merge \(first)+\(second)"] = logRatio
      } else {
        refused = max(refused ?? -.infinity, logRatio)
      }
    }
    measures["refused merge"] = refused
    // From behind, so that the numbers before stay what they are.
    for (first, second) in accepted.sorted(by: { $0.1 > $1.1 }) {
      let likelier =
        ratio.prior.logMarginalLikelihood(moments[first])
          >= ratio.prior.logMarginalLikelihood(moments[second]) ? first : second
      merge(
        first, second, keeping: likelier, moments[first].with(moments[second]), settings, &generator
      )
    }
    return measures
  }

  /// Each cluster with its nearest ones by the means, every pair once, the lower number first.
  private func neighborPairs(_ count: Int) -> [(Int, Int)] {
    let (d, means) = (rows.shape[1], components.means)
    func distance(_ a: Int, _ b: Int) -> Double {
      (0..<d).reduce(0) { sum, j in
        let difference = means[a * d + j] - means[b * d + j]
        return sum + difference * difference
      }
    }
    var seen = Set<[Int]>()
    for k in 0..<clusters {
      let others = (0..<clusters).filter { $0 != k }.map { (distance(k, $0), $0) }.sorted(by: <)
      for (_, other) in others.prefix(count) { seen.insert([min(k, other), max(k, other)]) }
    }
    return seen.map { ($0[0], $0[1]) }
  }

  /// Cluster `first` takes in `second`, which is taken out; `moments` are those of both.
  mutating func merge(
    _ first: Int, _ second: Int, keeping kept: Int, _ moments: Moments, _ settings: DeepDPM,
    _ generator: inout SplitMix64
  ) {
    precondition(first < second, "the lower number stays")
    network.merge(first, second, keeping: kept, using: &generator)
    let weight = components.weights[first] + components.weights[second]
    var list = components.list
    list[first] = estimate([moments], settings).weighing(weight)
    list.remove(at: second)
    components = concatenated(list)
    relabel(taking: second, to: first)
    guard var partList = parts?.list else { return }
    partList.removeSubrange((2 * second)...(2 * second + 1))
    partList.replaceSubrange((2 * first)...(2 * first + 1), with: halves(of: first, settings).list)
    parts = concatenated(partList)
  }

  /// Takes out a cluster without samples.
  mutating func remove(_ k: Int) {
    network.remove(k)
    var list = components.list
    list.remove(at: k)
    let total = list.reduce(0) { $0 + $1.weights[0] }
    components = concatenated(list.map { $0.weighing($0.weights[0] / total) })
    if var partList = parts?.list {
      partList.removeSubrange((2 * k)...(2 * k + 1))
      parts = concatenated(partList)
    }
    relabel(taking: k, to: 0)
  }

  private mutating func relabel(taking old: Int, to new: Int) {
    for row in labels.indices where labels[row] >= old {
      labels[row] = labels[row] == old ? Int32(new) : labels[row] - 1
    }
  }
}

extension GaussianComponents {
  /// Each component on its own.
  fileprivate var list: [GaussianComponents] {
    let d = dimensions
    return (0..<count).map { k in
      GaussianComponents(
        weights: [weights[k]], means: Array(means[(k * d)..<((k + 1) * d)]),
        covariances: Array(covariances[(k * d * d)..<((k + 1) * d * d)]))
    }
  }

  /// A single component with another weight.
  fileprivate func weighing(_ weight: Double) -> GaussianComponents {
    GaussianComponents(weights: [weight], means: means, covariances: covariances)
  }
}

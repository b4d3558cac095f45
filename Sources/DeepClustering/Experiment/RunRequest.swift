// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What is asked of a run before it begins, whose method and K may be left to be chosen.
///
/// ``RunConfiguration`` is what follows, and what the run keeps.
public struct RunRequest: Decodable, Sendable, Equatable {
  /// The method's name; nil where none was named.
  public var method: String?
  /// K, or that it be chosen; nil where nothing was said.
  public var clusters: ClusterChoice?
  /// The numbers of clusters to try where K is chosen; nil for the usual ones.
  public var clusterRange: ClusterRange?
  /// All other settings.
  public var settings: RunConfiguration

  /// A request for the usual settings, which leaves method and K open.
  public init(data: String) { settings = RunConfiguration(data: data) }

  /// The request of a YAML file: the settings of a configuration, where `clusters` may be `auto`, and
  /// `clusterRange`.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - data: Takes the place of the file's `data` when given.
  /// - Throws: `InputError` for a file that cannot be read, is not YAML or has unknown keys.
  public init(contentsOf url: URL, data: String? = nil) throws(InputError) {
    let file = try YAMLFile(url)
    try file.refuseUnknown(
      .object(file.object()),
      known: RunConfiguration.keys + [CodingKeys.clusterRange.rawValue])
    self = try file.decode(RunRequest.self, userInfo: RunConfiguration.userInfo(data: data))
  }

  private enum CodingKeys: String, CodingKey {
    case method, clusters, clusterRange
  }

  /// Reads a request; what is missing is left open, or keeps its usual setting.
  public init(from decoder: any Decoder) throws {
    settings = try RunConfiguration(from: decoder, mayLeaveOpen: true)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    method = try values.decodeIfPresent(String.self, forKey: .method)
    clusters = try values.decodeIfPresent(ClusterChoice.self, forKey: .clusters)
    clusterRange = try values.decodeIfPresent(ClusterRange.self, forKey: .clusterRange)
  }

  /// Whether the method is to be chosen: neither it nor K is given, nor anything that belongs to a
  /// method.
  public var choosesMethod: Bool {
    method == nil && clusters == nil && settings.profile == nil
      && settings.hyperparameters.isEmpty
  }

  /// Whether K is to be chosen: that is asked for, or nothing is.
  public var choosesClusters: Bool { choosesMethod || clusters == .automatic }

  /// The settings with the method, the usual one where none was named, and with K where it is a
  /// number.
  public var configuration: RunConfiguration {
    var result = settings
    result.method = method ?? RunConfiguration(data: settings.data).method
    result.clusters = nil
    if case .number(let number) = clusters { result.clusters = number }
    return result
  }

  /// Takes back what was asked of K where the method reads none, such as ``DBSCAN``, so that nothing is
  /// studied or kept that has no effect.
  ///
  /// - Returns: A sentence about it; nil where there was nothing to take back.
  /// - Throws: `InputError` for a method that does not exist, and for a range that nothing would try.
  public mutating func dropUnreadClusters() throws(InputError) -> String? {
    let name = configuration.method
    let reads = try MethodCatalog.method(name).takesClusters
    if let clusterRange, !choosesClusters || !reads {
      throw InputError(
        .usage,
        "--cluster-range \(clusterRange) is tried where K is chosen, and "
          + (reads
            ? "here it is not: use --clusters auto, or leave it out"
            : "\(name) finds K itself: leave it out"))
    }
    guard !reads, let asked = clusters else { return nil }
    clusters = nil
    return "\(name) finds the number of clusters itself: "
      + (asked == .automatic ? "there is none to choose" : "\(asked.text) is not read")
  }
}

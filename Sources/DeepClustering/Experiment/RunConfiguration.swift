// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Torch
internal import Yams

/// All that decides a run: data, method, hyperparameters, seed, and how to compute.
public struct RunConfiguration: Codable, Sendable, Equatable {
  /// A catalog name or a path.
  public var data: String
  /// A file with the class of each row; labels measure, they are never learned from.
  public var labels: String?
  /// The column of a text table that holds the classes.
  public var labelColumn: String?
  /// The columns of a text table with a header line that are no features, by name; nil for none.
  public var ignoreColumns: [String]?
  /// What the images of a folder are resized to; nil for the size that they have in common.
  public var imageSize: ImageSize?
  /// How many words of texts are kept; nil for the usual number.
  public var maxFeatures: Int?
  /// A file with the words of texts to use.
  public var vocabulary: String?
  /// The method's name.
  public var method = "dec"
  /// One of the method's profiles; nil for its default.
  public var profile: String?
  /// K, or what a method that finds it begins with; nil for what the method usually takes.
  public var clusters: Int?
  /// Changed hyperparameters by name.
  public var hyperparameters: [String: JSONValue] = [:]
  /// How the values are scaled.
  public var preprocessing = Preprocessing.automatic
  /// The share of the rows that is kept from the fit, to measure how its result carries over; nil
  /// for none.
  public var heldOut: Double?
  /// From which every random stream is derived.
  public var seed: UInt64 = 1
  /// Where to compute.
  public var device = Device.cpu
  /// The precision of the large products.
  public var precision = Precision.float32
  /// Threads on the CPU; nil for as many as `OMP_NUM_THREADS` says, or else as there are cores.
  public var threads: Int?
  /// How the report's map places the samples, which decides no other result; nil for the usual.
  public var map: EmbeddingMap?

  /// A configuration with the usual settings.
  public init(data: String) { self.data = data }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case data, labels, labelColumn, ignoreColumns, imageSize, maxFeatures, vocabulary, method
    case profile, clusters, hyperparameters, preprocessing, heldOut
    case seed, device, precision, threads, map
  }

  /// Under which a decoder is told the data that take the place of the file's.
  private static let givenData = CodingUserInfoKey(rawValue: "data")

  /// The keys of a settings file.
  static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

  /// Reads a configuration; what is missing keeps its usual setting, except for `data`.
  public init(from decoder: any Decoder) throws {
    try self.init(from: decoder, mayLeaveOpen: false)
  }

  /// Reads a configuration, or what is said of one in a ``RunRequest``, where K may be `auto`.
  init(from decoder: any Decoder, mayLeaveOpen: Bool) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let given = Self.givenData.flatMap { decoder.userInfo[$0] as? String }
    self.init(data: try given ?? values.decode(String.self, forKey: .data))
    labels = try values.decodeIfPresent(String.self, forKey: .labels)
    labelColumn = try values.decodeIfPresent(String.self, forKey: .labelColumn)
    ignoreColumns = try values.decodeIfPresent([String].self, forKey: .ignoreColumns)
    imageSize = try values.decodeIfPresent(ImageSize.self, forKey: .imageSize)
    maxFeatures = try values.decodeIfPresent(Int.self, forKey: .maxFeatures)
    vocabulary = try values.decodeIfPresent(String.self, forKey: .vocabulary)
    method = try values.decodeIfPresent(String.self, forKey: .method) ?? method
    profile = try values.decodeIfPresent(String.self, forKey: .profile)
    if !mayLeaveOpen { clusters = try values.decodeIfPresent(Int.self, forKey: .clusters) }
    hyperparameters =
      try values.decodeIfPresent([String: JSONValue].self, forKey: .hyperparameters) ?? [:]
    preprocessing =
      try values.decodeIfPresent(Preprocessing.self, forKey: .preprocessing) ?? preprocessing
    heldOut = try values.decodeIfPresent(Double.self, forKey: .heldOut)
    seed = try values.decodeIfPresent(UInt64.self, forKey: .seed) ?? seed
    device = try values.decodeIfPresent(Device.self, forKey: .device) ?? device
    precision = try values.decodeIfPresent(Precision.self, forKey: .precision) ?? precision
    threads = try values.decodeIfPresent(Int.self, forKey: .threads)
    map = try values.decodeIfPresent(EmbeddingMap.self, forKey: .map)
  }

  /// What a decoder is told of data that take the place of a file's.
  static func userInfo(data: String?) -> [CodingUserInfoKey: any Sendable] {
    guard let givenData, let data else { return [:] }
    return [givenData: data]
  }

  /// The configuration of a YAML file; keys that mean nothing are refused.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - data: Takes the place of the file's `data` when given.
  /// - Returns: The configuration.
  /// - Throws: `InputError` for a file that cannot be read, is not YAML or has unknown keys.
  public static func read(_ url: URL, data: String? = nil) throws(InputError) -> RunConfiguration {
    let file = try YAMLFile(url)
    try file.refuseUnknown(.object(file.object()), known: keys)
    // Not by way of the values above: as JSON numbers large seeds would lose their last digits.
    return try file.decode(RunConfiguration.self, userInfo: userInfo(data: data))
  }

  /// The configuration as YAML.
  public func yaml() throws(InputError) -> String {
    do {
      let encoder = YAMLEncoder()
      // A dictionary has another order in each process; the same run should be the same file.
      encoder.options.sortKeys = true
      var others = self
      others.heldOut = nil
      // With all its digits, which Yams would not write.
      return try encoder.encode(others) + (heldOut.map { "heldOut: \($0)\n" } ?? "")
    } catch {
      throw InputError(.internalError, "the configuration has no YAML form: \(error)")
    }
  }

  /// The threads that were asked for: here, or else by `OMP_NUM_THREADS`, which gets no more than
  /// there are cores; one for each core where nothing says.
  func threadCount(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Int {
    if let threads { return threads }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    // OpenMP takes a list, one number for each level of nesting.
    let first = environment["OMP_NUM_THREADS"]?.split(separator: ",").first.map(String.init) ?? ""
    guard let wanted = Int(first.trimmingCharacters(in: .whitespaces)), wanted >= 1 else {
      return cores
    }
    return min(wanted, cores)
  }

  /// Changes hyperparameters, which may have been changed already, be it by another name.
  ///
  /// - Parameter changes: Values by name, as ``Hyperparameters/setting(_:of:)`` takes them.
  /// - Throws: `InputError` for a method that does not exist; names that are none are refused where they
  ///   are used.
  public mutating func set(_ changes: [String: JSONValue]) throws(InputError) {
    guard !changes.isEmpty else { return }
    let type = try MethodCatalog.method(method)
    let usual = type.init(clusters: type.usualClusters)
    func path(_ name: String) -> String {
      (try? Hyperparameters.wholeName(of: name, in: usual)) ?? name
    }
    let changed = Set(changes.keys.map(path))
    hyperparameters = hyperparameters.filter { !changed.contains(path($0.key)) }
      .merging(changes) { $1 }
  }

  /// The method with its profile and changed hyperparameters.
  public func makeMethod() throws(InputError) -> any ClusteringMethod {
    try refuseThreads()
    return try make(try MethodCatalog.method(method))
  }

  /// Refuses a number of threads that no machine has.
  package func refuseThreads() throws(InputError) {
    guard let threads, !(1...4096 ~= threads) else { return }
    throw InputError(
      .usage,
      "the number of threads must be at least 1"
        + (threads < 1 ? "" : " and at most 4096") + ", not \(threads)")
  }

  /// The method with the hyperparameters that a run was begun with, whose defaults may have been others.
  func makeMethod(as recorded: JSONValue?) throws(InputError) -> any ClusteringMethod {
    func remade<M: ClusteringMethod>(_ method: M) throws(InputError) -> M {
      let changes = Hyperparameters.changes(from: recorded, to: method)
      return try Hyperparameters.setting(
        Dictionary(uniqueKeysWithValues: changes.map { ($0.name, $0.then) }), of: method)
    }
    return try remade(makeMethod())
  }

  private func make<M: ClusteringMethod>(_ type: M.Type) throws(InputError) -> M {
    let clusters = clusters ?? M.usualClusters
    guard clusters >= 1 else {
      throw InputError(.usage, "the number of clusters is \(clusters), but it must be at least 1")
    }
    var made = M(clusters: clusters)
    if let profile {
      guard let found = M.profile(profile, clusters: clusters) else {
        let names = M.card.profiles.map(\.name).joined(separator: ", ")
        throw InputError(
          .usage, "\(M.card.name) has no profile \(profile): it has \(names)")
      }
      made = found
    }
    return try Hyperparameters.setting(hyperparameters, of: made)
  }
}

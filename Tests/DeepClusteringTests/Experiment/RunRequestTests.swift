// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct RunRequestTests {
  private func read(_ yaml: String, data: String? = nil) throws -> RunRequest {
    let folder = try DataFolder()
    let path = try folder.write("request.yaml", yaml)
    return try RunRequest(contentsOf: URL(fileURLWithPath: path), data: data)
  }

  /// Both are chosen where neither is given, nor anything that belongs to a method.
  @Test(arguments: [
    ("seed: 3\n", true, true), ("clusterRange: 2-60\n", true, true),
    ("clusters: auto\n", false, true), ("method: dec\nclusters: auto\n", false, true),
    ("clusters: 3\n", false, false), ("method: kmeans\n", false, false),
    ("profile: paper\n", false, false), ("hyperparameters: {tolerance: 0}\n", false, false),
  ])
  func knowsWhatIsOpen(yaml: String, choosesMethod: Bool, choosesClusters: Bool) throws {
    let request = try read(yaml, data: "digits")
    #expect(request.choosesMethod == choosesMethod)
    #expect(request.choosesClusters == choosesClusters)
  }

  @Test func whatIsGivenIsInTheConfiguration() throws {
    let largest = "seed: 18446744073709551615\n"
    var request = try read("data: digits\nmethod: kmeans\nclusters: 5\n" + largest)
    var expected = RunConfiguration(data: "digits")
    (expected.method, expected.clusters, expected.seed) = ("kmeans", 5, .max)
    #expect(request.configuration == expected)
    // As the options of a command change it.
    (request.method, request.clusters) = ("idec", .automatic)
    (expected.method, expected.clusters) = ("idec", nil)
    #expect(request.configuration == expected)
    #expect(RunRequest(data: "digits").configuration == RunConfiguration(data: "digits"))
  }

  /// A run's own file is a request for the same run.
  @Test func aConfigurationIsARequest() throws {
    var configuration = RunConfiguration(data: "digits")
    (configuration.profile, configuration.clusters) = ("paper", 7)
    configuration.hyperparameters = ["tolerance": .number(1.0 / 3)]
    configuration.heldOut = 0.2
    configuration.ignoreColumns = ["id", "when"]
    let request = try read(configuration.yaml())
    #expect(request.configuration == configuration)
    #expect(!request.choosesMethod && !request.choosesClusters)
  }

  @Test(arguments: [
    ("data: digits\nclusters: many\n", "clusters: K must be a whole number or auto"),
    ("data: digits\nclusterRange: 9-2\n", "clusterRange: '9-2' is not two whole numbers"),
    ("data: digits\nclusterrange: 2-9\n", "did you mean clusterRange"),
    ("method: kmeans\n", "data"),
  ])
  func refusesWhatItDoesNotKnow(yaml: String, says: String) {
    let error = refusal { try read(yaml) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("request.yaml") == true)
  }

  @Test func takesBackWhatAMethodDoesNotRead() throws {
    let cases: [(ClusterChoice, String)] = [
      (.automatic, "none to choose"), (.number(7), "7 is not read"),
    ]
    for (clusters, says) in cases {
      var request = RunRequest(data: "digits")
      (request.method, request.clusters) = ("hdbscan", clusters)
      let note = try request.dropUnreadClusters() ?? ""
      #expect(note.contains("hdbscan finds the number") && note.contains(says))
      #expect(request.clusters == nil && !request.choosesClusters)
      // A start, and the most there can be.
      for method in ["deep-dpm", "dirichlet-process-mixture", "kmeans"] {
        (request.method, request.clusters) = (method, clusters)
        let none = try request.dropUnreadClusters()
        #expect(none == nil && request.clusters == clusters)
      }
    }
  }

  @Test func aRangeThatNothingTriesIsRefused() throws {
    func said(_ method: String?, _ clusters: ClusterChoice?) throws -> String? {
      var request = RunRequest(data: "digits")
      request.clusterRange = ClusterRange("2-60")
      (request.method, request.clusters) = (method, clusters)
      return try request.dropUnreadClusters()
    }
    #expect(try said(nil, nil) == nil)
    #expect(try said("kmeans", .automatic) == nil)
    let given = refusal { try said("kmeans", nil) }
    #expect(given?.kind == .usage && given?.description.contains("--clusters auto") == true)
    let unread = refusal { try said("dbscan", .automatic) }
    #expect(unread?.description.contains("dbscan finds K itself: leave it out") == true)
  }
}

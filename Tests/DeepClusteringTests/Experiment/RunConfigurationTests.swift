// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct RunConfigurationTests {
  private func read(_ yaml: String, data: String? = nil) throws -> RunConfiguration {
    let folder = try DataFolder()
    let path = try folder.write("config.yaml", yaml)
    return try RunConfiguration.read(URL(fileURLWithPath: path), data: data)
  }

  @Test func survivesYAML() throws {
    var configuration = RunConfiguration(data: "a folder/with: odd, #name.csv")
    #expect(try read(configuration.yaml()) == configuration)
    configuration.labels = "labels.npy"
    configuration.labelColumn = "class"
    configuration.ignoreColumns = ["id", "a, b: #c"]
    (configuration.method, configuration.profile) = ("idec", "paper")
    (configuration.clusters, configuration.seed) = (3, 12_345)
    configuration.hyperparameters = [
      "hidden": .array([.integer(3), .integer(4)]), "tolerance": .number(1e-4),
      "trainsEncoder": .bool(false), "start": .string("k-means"), "epochs": .integer(2),
    ]
    configuration.preprocessing = .meanSquare
    (configuration.device, configuration.precision) = (.cuda(1), .bfloat16)
    configuration.threads = 3
    #expect(try !configuration.yaml().contains("map"))
    configuration.map = .tSNE
    #expect(try read(configuration.yaml()) == configuration)
  }

  /// What was asked for goes first, then the environment, then the cores.
  @Test func threadsComeFromTheConfigurationOrTheEnvironment() {
    var configuration = RunConfiguration(data: "digits")
    let cores = ProcessInfo.processInfo.activeProcessorCount
    for (text, expected) in [
      ("1", 1), (" 1 ,4", 1), ("0", cores), ("-2", cores), ("many", cores), ("", cores),
      ("99999999", cores),
    ] {
      let found = configuration.threadCount(environment: ["OMP_NUM_THREADS": text])
      #expect(found == expected, "\(text)")
    }
    #expect(configuration.threadCount(environment: [:]) == cores)
    configuration.threads = 3
    #expect(configuration.threadCount(environment: ["OMP_NUM_THREADS": "1"]) == 3)
  }

  /// YAML has numbers, truth values and nothing; names of data may look like them.
  @Test(arguments: ["2024", "1e5", "true", "null", "~", "0x10", "- a", "yes", "1_000"])
  func namesThatLookLikeOtherValuesSurvive(name: String) throws {
    var configuration = RunConfiguration(data: name)
    (configuration.labelColumn, configuration.ignoreColumns) = (name, [name, "id"])
    #expect(try read(configuration.yaml()) == configuration)
  }

  /// Sixteen and more digits, with and without an exponent.
  @Test(arguments: [1.0 / 3, 0.0012345678901234567, 2.0 / 3e7, 12345678.901234567, 1e-300, 3])
  func numbersSurviveToTheLastDigit(number: Double) throws {
    var configuration = RunConfiguration(data: "digits")
    configuration.hyperparameters = ["tolerance": .number(number)]
    configuration.heldOut = number
    let found = try read(configuration.yaml())
    #expect(found.heldOut == number)
    #expect(Double(found.hyperparameters["tolerance"]?.text ?? "") == number)
  }

  @Test func theLargestSeedSurvives() throws {
    var configuration = RunConfiguration(data: "digits")
    configuration.seed = .max
    #expect(try read(configuration.yaml()).seed == .max)
  }

  @Test func whatIsMissingIsAsUsual() throws {
    var expected = RunConfiguration(data: "digits")
    expected.method = "kmeans"
    #expect(try read("data: digits\nmethod: kmeans\n") == expected)
    expected.data = "other"
    #expect(try read("data: digits\nmethod: kmeans\n", data: "other") == expected)
    #expect(try read("method: kmeans\n", data: "other") == expected)
  }

  @Test(arguments: [
    ("data: digits\ncluster: 3\n", "clusters"), ("data: digits\nlabelcolumn: x\n", "labelColumn"),
    ("data: digits\nignorecolumns: [x]\n", "did you mean ignoreColumns"),
    ("data: digits\nignoreColumns: x\n", "ignoreColumns must be a list"),
    ("data: digits\nzzz: 1\n", "zzz"), ("method: kmeans\n", "data"),
    ("data: digits\nclusters: many\n", "clusters"),
    ("data: digits\nseed: -1\n", "seed must be a whole number, 0 or more"),
    // A run has its K; `auto` is for what is asked of one.
    ("data: digits\nclusters: auto\n", "clusters must be a whole number"),
    ("data: digits\nclusterRange: 2-60\n", "clusterRange"),
    ("data: digits\nprecision: float16\n", "precision must be one of float32, bfloat16"),
    ("data: digits\npreprocessing: log\n", "preprocessing must be one of none, unit-range"),
    ("data: digits\nmap: tsne\n", "map must be one of umap, t-sne, principal-components"),
    ("data: digits\ndevice: tpu\n", "tpu"),
    ("data: [unclosed\n", "YAML"), ("just text\n", "config.yaml"),
  ])
  func refusesWhatItDoesNotKnow(yaml: String, place: String) {
    let error = refusal { try read(yaml) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains(place) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("config.yaml") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func aMissingFileIsMissing() {
    let error = refusal { try RunConfiguration.read(URL(fileURLWithPath: "/no/such.yaml")) }
    #expect(error?.kind == .missing)
  }

  @Test func makesTheMethod() throws {
    var configuration = RunConfiguration(data: "digits")
    (configuration.profile, configuration.clusters) = ("paper", 6)
    configuration.hyperparameters = ["tolerance": .number(0.5)]
    let method = try #require(try configuration.makeMethod() as? DEC)
    var expected = try #require(DEC.profile("paper", clusters: 6))
    expected.training.tolerance = 0.5
    #expect(method == expected)
    configuration.profile = "papers"
    #expect(refusal { try configuration.makeMethod() }?.description.contains("practical") == true)
    (configuration.profile, configuration.clusters) = (nil, 0)
    #expect(refusal { try configuration.makeMethod() }?.kind == .usage)
    (configuration.method, configuration.clusters) = ("dbscan", 3)
    #expect(refusal { try configuration.makeMethod() }?.kind == .usage)
  }
}

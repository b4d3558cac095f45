// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct HyperparametersTests {
  private func dec(_ changes: [String: JSONValue]) throws -> SelfTraining {
    try Hyperparameters.setting(changes, of: DEC(clusters: 4)).training
  }

  @Test func setsByPathOrByItsEnd() throws {
    let training = try dec([
      "pretraining.epochs": .integer(7), "hidden": .array([.integer(9), .integer(8)]),
      "tolerance": .number(0.25), "trainsEncoder": .bool(false), "start": .string("k-means"),
      "layout.activation": .string("leaky-relu"), "pretraining.batchSize": .integer(11),
      "batchSize": .integer(12), "optimizer.learningRate": .integer(2),
    ])
    #expect(training.pretraining.epochs == 7)
    #expect(training.pretraining.layout.hidden == [9, 8])
    #expect(training.pretraining.layout.activation == .leakyRelu)
    #expect(training.tolerance == 0.25 && !training.trainsEncoder && training.start == .kMeans)
    // A whole path comes before an end: DEC's own batch size, and its own optimiser.
    #expect(training.pretraining.batchSize == 11 && training.batchSize == 12)
    #expect(training.optimizer.learningRate == 2)
    #expect(training.pretraining.optimizer.learningRate == Pretraining().optimizer.learningRate)
    // What was not named stays.
    var expected = SelfTraining(clusters: 4)
    expected.pretraining.epochs = 7
    #expect(try dec(["epochs": .integer(7)]) == expected)
    #expect(try dec([:]) == SelfTraining(clusters: 4))
  }

  /// Which of two names won was a matter of the alphabet.
  @Test func oneHyperparameterHasOneValue() throws {
    let error = refusal { try dec(["epochs": .integer(7), "pretraining.epochs": .integer(9)]) }
    #expect(
      error?.description
        == "epochs and pretraining.epochs are one hyperparameter of dec: give it once")
    var configuration = RunConfiguration(data: "digits")
    configuration.method = "dec"
    configuration.hyperparameters = ["pretraining.epochs": .integer(9), "tolerance": .number(1)]
    try configuration.set(["epochs": .integer(7)])
    #expect(configuration.hyperparameters == ["epochs": .integer(7), "tolerance": .number(1)])
    try configuration.set(["pretraining.epochs": .integer(8), "nothing": .integer(1)])
    #expect(configuration.hyperparameters["pretraining.epochs"] == .integer(8))
    #expect(configuration.hyperparameters["epochs"] == nil)
  }

  @Test func refusesAnEndThatSeveralHave() {
    let error = refusal { try dec(["learningRate": .number(1)]) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("optimizer.learningRate") == true)
    #expect(error?.description.contains("pretraining.optimizer.learningRate") == true)
  }

  @Test(arguments: [
    ("tolerence", "tolerance"), ("updateinterval", "updateInterval"), ("epoch", "epochs"),
  ])
  func namesWhatMayHaveBeenMeant(wrong: String, near: String) {
    let error = refusal { try dec([wrong: .integer(1)]) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains(wrong) == true)
    #expect(error?.description.contains(near) == true, "\(error?.description ?? "")")
  }

  @Test func refusesNamesOfNothing() {
    for name in ["zzzzzz", "", "pretraining", ".epochs", "pochs"] {
      #expect(refusal { try dec([name: .integer(1)]) }?.kind == .usage, "\(name)")
    }
  }

  @Test(arguments: [
    ("epochs", JSONValue.string("many")), ("epochs", .number(1.5)), ("epochs", .bool(true)),
    ("epochs", .null), ("trainsEncoder", .integer(1)), ("tolerance", .string("0.1")),
    ("start", .string("graphs")), ("start", .integer(1)), ("hidden", .string("500")),
    ("hidden", .array([.integer(5), .string("x")])), ("tolerance", .array([.number(1)])),
    ("activation", .string("swish")), ("kind", .string("sgdm")),
  ])
  func refusesValuesOfTheWrongKind(name: String, value: JSONValue) {
    let path = name == "kind" ? "pretraining.optimizer.kind" : name
    let error = refusal { try dec([path: value]) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains(value.text) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("clusters", JSONValue.integer(0)), ("batchSize", .integer(0)), ("updateInterval", .integer(0)),
    ("hidden", .array([.integer(5), .integer(0)])), ("latent", .integer(-1)),
    ("maximumIterations", .integer(0)), ("dropout", .number(1)), ("corruption", .number(1)),
    ("epochs", .integer(-1)), ("degreesOfFreedom", .number(0)), ("tolerance", .number(-0.1)),
    ("restarts", .integer(0)), ("filters", .array([.integer(0)])),
    ("pretraining.augmentation.shift", .integer(1)),
    ("pretraining.augmentation.crop", .integer(0)),
    ("pretraining.augmentation.crop", .number(1.5)),
  ])
  func refusesValuesThatNoMethodCanWorkWith(name: String, value: JSONValue) {
    let error = refusal { try dec([name: value]) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
  }

  /// What a layout cannot be made with is refused before anything is trained.
  @Test(
    arguments: [
      (["layout.neighbors": .integer(0)], "at least 2"),
      (["layout.neighbors": .integer(1)], "at least 2"),
      (["layout.spread": .integer(0)], "above 0"),
      (["layout.minimumDistance": .number(-0.1)], "0 or more"),
      (["layout.minimumDistance": .number(1.5)], "at most layout.spread, which is 1.0"),
      (["layout.spread": .number(0.5), "layout.minimumDistance": .number(0.6)], "at most"),
    ] as [([String: JSONValue], String)])
  func refusesLayoutsThatCannotBeMade(changes: [String: JSONValue], says: String) throws {
    for error in [
      refusal { try Hyperparameters.setting(changes, of: N2D(clusters: 2)) },
      refusal { try Hyperparameters.setting(changes, of: DeepDPM(clusters: 2)) },
    ] {
      #expect(error?.kind == .usage)
      #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }
  }

  @Test(
    arguments: [
      (["coreShare": .number(1.5)], "above 0 and at most 1"),
      (["coreShare": .integer(0)], "above 0 and at most 1"),
      (["minimumSamples": .integer(0)], "above 0"),
    ] as [([String: JSONValue], String)])
  func refusesDensitiesThatSayNothing(changes: [String: JSONValue], says: String) {
    let error = refusal { try Hyperparameters.setting(changes, of: DBSCAN(clusters: 1)) }
    #expect(error?.kind == .usage && error?.description.contains(says) == true)
    #expect(
      (try? Hyperparameters.setting(["coreShare": .integer(1)], of: DBSCAN(clusters: 1))) != nil)
  }

  @Test func layoutsUpToTheBoundsAreTaken() throws {
    let method = try Hyperparameters.setting(
      [
        "layout.neighbors": .integer(2), "layout.spread": .integer(2),
        "layout.minimumDistance": .integer(2),
      ], of: N2D(clusters: 2))
    #expect(method.layout.neighbors == 2 && method.layout.minimumDistance == 2)
    // Elsewhere a neighbour is another sample, and one is enough.
    let graph = try Hyperparameters.setting(["neighbors": .integer(1)], of: LDMGI(clusters: 2))
    #expect(graph.neighbors == 1)
  }

  /// Two choices have the same name, and each has its own words.
  @Test func namesTheWordsOfTheChoiceThatWasMeant() {
    for (path, word) in [("pretraining.layout.kind", "convolutional"), ("optimizer.kind", "adamw")]
    {
      let error = refusal { try dec([path: .string("x")]) }
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
    // Written as `pretraining`, though the property has another name.
    let error = refusal {
      try Hyperparameters.setting(
        ["pretraining.optimizer.kind": .string("x")], of: AutoencoderKMeans(clusters: 2))
    }
    #expect(error?.description.contains("adamw") == true, "\(error?.description ?? "")")
  }

  @Test func refusesAnEndlessKMeans() {
    for name in ["restarts", "maximumIterations"] {
      let error = refusal {
        try Hyperparameters.setting([name: .integer(0)], of: KMeans(clusters: 2))
      }
      #expect(error?.kind == .usage)
    }
  }

  @Test func readsTextsOfTheCommandLine() {
    let texts: [(String, JSONValue)] = [
      ("12", .integer(12)), ("-3", .integer(-3)), ("0.5", .number(0.5)), ("1e-3", .number(1e-3)),
      ("true", .bool(true)), ("false", .bool(false)), ("graph", .string("graph")),
      ("500,500,2000", .array([.integer(500), .integer(500), .integer(2_000)])),
      ("500,", .array([.integer(500)])), ("nan", .string("nan")), ("inf", .string("inf")),
      ("", .string("")), ("k-means++", .string("k-means++")),
      ("[4, 5]", .array([.integer(4), .integer(5)])), ("[7]", .array([.integer(7)])),
    ]
    for (text, value) in texts { #expect(Hyperparameters.value(of: text) == value, "\(text)") }
  }

  @Test func listsLeavesInOrder() {
    let value = JSONValue.object([
      "b": .integer(1), "a": .object(["d": .null, "c": .array([.integer(1)])]),
    ])
    #expect(value.leaves().map(\.path) == ["a.c", "a.d", "b"])
    #expect(value.text == "a=c=1,d=none,b=1")
  }

  /// Numbers of a request need not be numbers, nor have an end.
  @Test func aFitRefusesWhatHasNoEnd() throws {
    let data = try Dataset(values: Blobs(rows: 60).values, columns: 8)
    func refused(_ change: (inout IDEC) -> Void) -> String {
      var method = IDEC(clusters: 3)
      change(&method)
      return refusal { try method.fit(data) }?.description ?? ""
    }
    #expect(refused { $0.training.tolerance = .nan }.contains("cannot be nan: it must be a finite"))
    #expect(refused { $0.training.tolerance = .infinity }.contains("must be a finite"))
    #expect(refused { $0.training.batchSize = .max }.contains("must be at most 2147483647"))
    #expect(refused { $0.training.pretraining.epochs = .max }.contains("must be at most"))
    #expect(
      refused { $0.training.pretraining.layout.hidden = [1 << 40] }
        .contains("must be at most 100000"))
    let set = refusal {
      try Hyperparameters.setting(["pretraining.batchSize": .integer(.max)], of: IDEC(clusters: 3))
    }
    #expect(set?.kind == .usage)
  }

  /// A method whose numbers were set in code is checked when it is fitted, as one of the command is.
  @Test func aFitRefusesWhatNothingCanWorkWith() throws {
    let blobs = Blobs(rows: 90)
    let data = Dataset(
      name: "blobs", values: blobs.tensor.scalars(), rows: 90, columns: blobs.tensor.shape[1])
    var never = KMeans(clusters: 3)
    never.restarts = 0
    #expect(
      refusal { try never.fit(data) }?.description == "restarts cannot be 0: it must be above 0")
    var empty = DEC(clusters: 3)
    empty.training.updateInterval = 0
    #expect(refusal { try empty.fit(data) }?.kind == .usage)
    for method in MethodCatalog.all { try profilesPass(method) }
  }

  private func profilesPass<M: ClusteringMethod>(_ type: M.Type) throws {
    for profile in M.card.profiles {
      try Hyperparameters.check(try #require(M.profile(profile.name, clusters: 3)))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

extension ExperimentResults {
  /// The table as CSV: a row for each line, empty where there is no value.
  public func csv() -> String {
    let parts = ["mean", "std", "median", "low95", "high95", "min", "max"]
    var titles = ["scale", "data", "method", "clusters", "precision", "seeds", "planned_seeds"]
    for score in ["acc", "nmi", "ari", "found_clusters", "noise", "held_out_acc", "g"] {
      titles += parts.map { "\(score)_\($0)" }
    }
    titles += ["acc_at_most", "published_acc", "published_nmi", "published_ari"]
    titles.append("published_source")
    titles += Self.settingsTitles
    var rows = [titles]
    for line in lines {
      var row = [scale?.name ?? "full", line.data, line.name, Self.field(line.clusters)]
      row += [line.precision, String(line.runs.count), String(line.planned)]
      for summary in [
        line.acc, line.nmi, line.ari, line.found, line.noise, line.heldOutACC,
        line.generalizability,
      ] {
        row += Self.fields(summary)
      }
      row.append(Self.field(line.accCeiling))
      let published = line.published
      row += [published?.acc, published?.nmi, published?.ari].map { Self.field($0) }
      row.append(published?.source ?? "")
      row += Self.fields(line.settings)
      rows.append(row)
    }
    return Self.csv(rows)
  }

  /// Every run as CSV.
  public func runsCSV() -> String {
    let titles = [
      "scale", "data", "method", "given_clusters", "precision", "seed", "clusters", "noise",
      "acc", "nmi", "ari", "ami", "purity", "silhouette", "acc_at_most", "held_out_acc",
      "held_out_loss", "training_loss", "generalizability", "seconds", "pretraining_seconds",
      "clustering_seconds", "network", "stop_reason", "threads", "version", "commit",
      "data_sha256", "machine", "taken_from",
    ]
    var rows = [titles + Self.settingsTitles]
    for line in lines {
      for run in line.runs {
        var row = [scale?.name ?? "full", line.data, line.name, Self.field(line.clusters)]
        row += [line.precision, String(run.seed), Self.field(run.clusters), Self.field(run.noise)]
        let scores = run.scores
        let measured = [
          scores.acc, scores.nmi, scores.ari, scores.ami, scores.purity, scores.silhouette,
          scores.accCeiling,
        ]
        row += measured.map { Self.field($0) }
        let kept = run.heldOut
        row += [kept?.scores?.acc, kept?.loss, kept?.trainingLoss, kept?.generalizability]
          .map { Self.field($0) }
        row += ["total", "pretraining", "clustering"].map { Self.field(run.seconds[$0]) }
        row += [run.pretrained ?? "", run.stopReason ?? "", Self.field(run.threads)]
        row += [run.version ?? "", run.commit ?? "", run.dataDigest ?? ""]
        row += [run.machine ?? "", run.takenFrom ?? ""]
        row += Self.fields(line.settings)
        rows.append(row)
      }
    }
    return Self.csv(rows)
  }

  /// What a line was run with, in both files; `clusters_asked` is there where K was found.
  private static let settingsTitles = [
    "base_method", "profile", "preprocessing", "clusters_asked", "held_out", "hyperparameters",
  ]

  private static func fields(_ settings: Settings?) -> [String] {
    guard let settings else { return settingsTitles.map { _ in "" } }
    return [
      settings.method, settings.profile ?? "", settings.preprocessing?.rawValue ?? "",
      settings.clusters?.text ?? "", field(settings.heldOut),
      settings.changes.joined(separator: "; "),
    ]
  }

  private static func fields(_ summary: ScoreSummary?) -> [String] {
    let values: [Double?] = [
      summary?.mean, summary?.deviation, summary?.median, summary?.interval?[0],
      summary?.interval?[1], summary?.lowest, summary?.highest,
    ]
    return values.map { field($0) }
  }

  private static func field<Value: Numeric>(_ value: Value?) -> String {
    value.map { "\($0)" } ?? ""
  }

  private static func csv(_ rows: [[String]]) -> String {
    rows.map { row in row.map { csvField($0) }.joined(separator: ",") + "\n" }.joined()
  }
}

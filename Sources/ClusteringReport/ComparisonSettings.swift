// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// What runs were asked for and made on, setting by setting.
struct ComparisonSettings {
  struct Line: Equatable {
    var name: String
    /// Of each run; nil where it has none.
    var values: [String?]
    /// Whether it is a hyperparameter that the methods of some of the runs do not have.
    var isOfSomeMethods = false
  }

  var runs: [RunFolder]

  /// The settings in which not all runs are alike: the general ones, then the methods' own.
  var differing: [Line] {
    let records = runs.map(\.record)
    let general: [Line] = [
      Line(name: "data", values: records.map { $0.data.source ?? $0.data.name }),
      Line(
        name: "digest of the data",
        values: records.map { $0.data.digest.map { String($0.prefix(12)) } }),
      Line(name: "samples", values: records.map { $0.data.rows.map(NumberText.grouped) }),
      Line(name: "preprocessing", values: records.map(\.data.preprocessing)),
      Line(name: "method", values: records.map(\.method.name)),
      Line(name: "profile", values: records.map(\.method.profile)),
      Line(name: "K", values: records.map { String($0.clusters) }),
      Line(name: "seed", values: records.map { $0.seed.map(String.init) }),
      Line(name: "precision", values: records.map(\.precision)),
      Line(name: "device", values: records.map(\.device)),
      Line(name: "threads", values: records.map { $0.threads.map(String.init) }),
      Line(name: "kernels", values: records.map(\.kernels)),
      Line(name: "processor", values: records.map { $0.machine?.processor }),
      Line(name: "version", values: records.map(\.version)),
      Line(name: "commit", values: records.map(\.commit)),
    ]
    let own = records.map { record in
      Dictionary(
        (record.method.hyperparameters?.leaves() ?? []).map { ($0.path, $0.value.text) }
      ) { first, _ in first }
    }
    var paths = Set(own.flatMap(\.keys))
    let isK = zip(own, records).allSatisfy {
      $0["clusters"] == nil || $0["clusters"] == "\($1.clusters)"
    }
    if isK { paths.remove("clusters") }
    let lines =
      general
      + paths.sorted().map { path -> Line in
        let values = own.map { $0[path] }
        return Line(name: path, values: values, isOfSomeMethods: values.contains(nil))
      }
    return lines.filter { Set($0.values).count > 1 }
  }
}

// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// The commands that go on from a run, as one would type them where it was begun.
struct RunCommands {
  var run: RunFolder

  private var folder: String { shellQuoted(run.path) }
  private var data: String { shellQuoted(run.record.data.source ?? run.record.data.name) }

  var reproduce: String {
    "deepclust fit \(data) --config \(shellQuoted(run.path + "/config.yaml")) "
      + "--output \(shellQuoted(run.path + "-again"))"
  }

  var resume: String {
    "deepclust fit --resume --output \(folder)"
  }

  /// Nil for a method that has no answer for new rows.
  var predict: String? {
    func answers<M: ClusteringMethod>(_ type: M.Type) -> Bool {
      M.Outcome.self != PartitionModel.self
    }
    guard let method = try? MethodCatalog.method(run.record.method.name), answers(method) else {
      return nil
    }
    return "deepclust predict \(folder) NEW-DATA --output clusters.csv"
  }

  var evaluate: String { "deepclust evaluate \(folder) --labels LABELS" }

  var load: String {
    let path = run.path.filter { $0 != "\"" && $0 != "\\" }
    let arrays =
      [("clusters", "assignments")] + (run.hasEmbedding ? [("embedding", "embedding")] : [])
    return "import numpy as np"
      + arrays.map { name, file in "\n\(name) = np.load(\"\(path)/\(file).npy\")" }.joined()
  }

  func html() -> Markup {
    var list: [(String, String)] = []
    if let status = run.record.status, status != .finished { list.append(("Go on", resume)) }
    list.append(("Make this run again", reproduce))
    if let predict { list.append(("Assign new data to these clusters", predict)) }
    list += [("Compare with labels", evaluate), ("Read the results in Python", load)]
    let place: Markup =
      run.record.workingDirectory == nil
      ? "" : "<p>To be typed in the folder where the run was begun.</p>"
    return place
      + list.map { title, command in
        """
        <div class="command"><h4>\(title)</h4><button type="button" data-copy hidden>Copy</button>\
        <pre><code>\(command)</code></pre></div>
        """
      }.joined()
  }
}

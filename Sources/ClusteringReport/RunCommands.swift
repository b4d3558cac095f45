// SPDX-License-Identifier: Apache-2.0

import DeepClustering
/// The commands that go on from a run, as one would type them beside its folder.
struct RunCommands {
  var run: RunFolder

  private var folder: String { ShellText.quoted(run.name) }
  private var data: String { ShellText.quoted(run.record.data.source ?? run.record.data.name) }

  var reproduce: String {
    "deepclust fit \(data) --config \(ShellText.quoted(run.name + "/config.yaml")) "
      + "--output \(ShellText.quoted(run.name + "-again"))"
  }

  var resume: String {
    "deepclust fit --resume --output \(folder)"
  }

  var predict: String { "deepclust predict \(folder) NEW-DATA --output labels.npy" }

  var evaluate: String {
    "deepclust evaluate \(ShellText.quoted(run.name + "/assignments.npy")) --labels LABELS"
  }

  var load: String {
    let name = run.name.filter { $0 != "\"" && $0 != "\\" }
    return """
      import numpy as np
      clusters  = np.load("\(name)/assignments.npy")
      embedding = np.load("\(name)/embedding.npy")
      """
  }

  func html() -> Markup {
    var list: [(String, String)] = []
    if let status = run.record.status, status != .finished { list.append(("Go on", resume)) }
    list += [
      ("Make this run again", reproduce), ("Assign new data to these clusters", predict),
      ("Compare with labels", evaluate), ("Read the results in Python", load),
    ]
    return list.map { title, command in
      """
      <div class="command"><h4>\(title)</h4><button type="button" data-copy hidden>Copy</button>\
      <pre><code>\(command)</code></pre></div>
      """
    }.joined()
  }
}

// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

/// What the run was: data, method, settings, machine, time; and how to go on.
struct RunDetails {
  var run: RunFolder

  private var record: RunRecord { run.record }

  func section() -> Section {
    Section(
      id: "run", heading: "The run", label: "Run",
      lead: "Everything that is needed to make it again.",
      content: """
        <div class="card"><dl class="facts">
        \(facts().map(fact).joined())</dl>\(timeSpent())</div>
        <div class="grid-2 later">
        <div class="card"><h3>Hyperparameters</h3>\(hyperparameters())</div>
        <div class="card"><h3>How to go on</h3>\(RunCommands(run: run).html())</div></div>
        \(ClusterCountCard(run: run).html())
        """)
  }

  private func facts() -> [(name: String, value: String, isWide: Bool)] {
    var facts: [(name: String, value: String, isWide: Bool)] = []
    func add(_ name: String, _ value: String?, isWide: Bool = false) {
      if let value, !value.isEmpty { facts.append((name, value, isWide)) }
    }
    add("Method", record.method.title ?? record.method.name)
    add("Clusters (K)", NumberText.grouped(record.clusters))
    add("Seed", record.seed.map { String($0) })
    add("Precision", record.precision)
    add("Paper", record.method.paper, isWide: true)
    add("Data", data())
    add("Held out", heldOut(), isWide: true)
    add("Preprocessing", record.data.preprocessing)
    add("Source", record.data.source)
    add("Digest of the data", record.data.digest.map { String($0.prefix(16)) })
    add("Device", device())
    add("Machine", machine())
    add("Kernels", record.kernels)
    add("Started", record.started.map(Self.time))
    add("Finished", record.finished.map(Self.time))
    add("Stopped because", record.stopReason)
    add("deepclust", version())
    return facts
  }

  private func fact(_ fact: (name: String, value: String, isWide: Bool)) -> Markup {
    """
    <div\(Markup(verbatim: fact.isWide ? " class=\"wide\"" : ""))><dt>\(fact.name)</dt>\
    <dd>\(fact.value)</dd></div>

    """
  }

  private func data() -> String {
    var text = record.data.name
    if let rows = record.data.rows, let columns = record.data.columns {
      text += ", \(NumberText.grouped(rows)) × \(NumberText.grouped(columns))"
    }
    if let shape = record.data.imageShape {
      let channels = shape.channels == 1 ? "" : " × \(shape.channels)"
      text += " (\(shape.height) × \(shape.width)\(channels) images)"
    }
    return text
  }

  private func heldOut() -> String? {
    guard let heldOut = record.heldOut else { return nil }
    let named = [
      ("ACC", heldOut.scores?.acc), ("NMI", heldOut.scores?.nmi), ("ARI", heldOut.scores?.ari),
      ("loss", heldOut.loss), ("loss of the others", heldOut.trainingLoss),
      ("generalizability", heldOut.generalizability),
    ]
    let parts = named.compactMap { name, value in
      value.map { "\(name) \(NumberText.fixed($0, 4))" }
    }
    return (["\(NumberText.grouped(heldOut.rows)) samples"] + parts).joined(separator: ", ")
  }

  private func device() -> String? {
    let threads = record.threads.map { $0 == 1 ? "1 thread" : "\($0) threads" }
    return [record.device, threads].compactMap { $0 }.joined(separator: ", ")
  }

  private func machine() -> String? {
    guard let machine = record.machine else { return nil }
    let cores = machine.cores.map { $0 == 1 ? "1 core" : "\($0) cores" }
    return [
      machine.processor, cores, machine.memoryBytes.map(NumberText.memory), machine.system,
    ].compactMap { $0 }.joined(separator: ", ")
  }

  private func version() -> String? {
    guard let version = record.version else { return record.commit.map { "commit \($0)" } }
    return version + (record.commit.map { ", commit \($0)" } ?? "")
  }

  /// "2026-11-21T08:00:00Z" as "2026-11-21 08:00:00 UTC"; other forms stay as they are.
  private static func time(_ text: String) -> String {
    guard text.count == 20, text.hasSuffix("Z") else { return text }
    return text.dropLast().replacing("T", with: " ") + " UTC"
  }

  private func timeSpent() -> Markup {
    let order = ["choosing K", "data", "pretraining", "clustering", "scoring"]
    guard let seconds = record.seconds else { return .empty }
    let known = order + seconds.keys.filter { !order.contains($0) && $0 != "total" }.sorted()
    let parts = known.compactMap { name in
      seconds[name].flatMap { $0 > 0 && $0.isFinite ? (name: name, seconds: $0) : nil }
    }
    guard !parts.isEmpty else { return .empty }
    let sum = parts.reduce(0) { $0 + $1.seconds }
    let total = seconds["total"] ?? sum
    let bars = parts.enumerated().map { index, part -> Markup in
      """
      <i style="flex:\(part.seconds / sum * 100) 0 0;background:\(Palette.color(index).hex)" \
      data-tip="\(part.name)
      \(NumberText.duration(part.seconds))"></i>
      """
    }
    let keys = parts.enumerated().map { index, part -> Markup in
      """
      <li><span class="dot" style="background:\(Palette.color(index).hex)"></span>\(part.name) \
      \(NumberText.duration(part.seconds))</li>
      """
    }
    return """
      <h4>Time: \(NumberText.duration(total)) in all</h4>
      <div class="spent" aria-hidden="true">\(bars.joined())</div>\
      <ul class="keys">\(keys.joined())</ul>
      """
  }

  /// Lists with a space behind each comma: "500, 500, 2000".
  private func spaced(_ value: JSONValue) -> String {
    value.text.replacingOccurrences(of: ",", with: ", ")
  }

  private func hyperparameters() -> Markup {
    let readsClusters = (try? MethodCatalog.method(record.method.name))?.takesClusters ?? true
    let rows = (record.method.hyperparameters?.leaves() ?? []).filter {
      readsClusters || $0.path != "clusters"
    }
    guard !rows.isEmpty else { return "<p class=\"note\">The run does not record any.</p>" }
    let body = rows.map { row -> Markup in
      "<tr><th scope=\"row\">\(row.path)</th><td class=\"number\">\(spaced(row.value))</td></tr>\n"
    }
    return """
      <div class="scroller"><table><thead><tr><th>Name</th><th class="number">Value</th></tr></thead>\
      <tbody>
      \(body.joined())</tbody></table></div>
      """
  }
}

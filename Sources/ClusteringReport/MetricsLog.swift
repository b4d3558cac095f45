// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

/// What `metrics.jsonl` says: the course of a run, a step a line.
struct MetricsLog: Equatable, Sendable {
  struct Scores: Decodable, Equatable, Sendable {
    var acc: Double?
    var nmi: Double?
    var ari: Double?
  }

  struct Entry: Decodable, Equatable, Sendable {
    var stage: String
    var step: Int
    var of: Int?
    var seconds: Double?
    var loss: Double?
    var losses: [String: Double?]?
    /// Figures of the method's own.
    var measures: [String: Double?]?
    var changed: Double?
    var scores: Scores?
  }

  /// One stage of a run, in the order in which stages began.
  struct Stage: Equatable, Sendable {
    var name: String
    /// In rising order of their steps, one entry a step: those that led to the result.
    var entries: [Entry]
  }

  var stages: [Stage] = []

  /// Reads the lines.
  ///
  /// A last line without its end is left out: the run was cut off while writing it.
  static func parse(_ bytes: Data, name: String) throws(InputError) -> MetricsLog {
    let decoder = JSONDecoder()
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if let last = lines.last, (try? decoder.decode(Entry.self, from: last)) == nil {
      lines.removeLast()
    }
    var order: [String] = []
    var entries: [String: [Entry]] = [:]
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let entry: Entry
      do {
        entry = try decoder.decode(Entry.self, from: line)
      } catch {
        throw InputError(
          .data, "line \(index + 1) of \(name) is damaged: \(JSONProblem.sentence(error))")
      }
      if entries[entry.stage] == nil { order.append(entry.stage) }
      // A step that comes again takes the place of the earlier one and of all that followed it:
      // training that diverged begins anew with its first step.
      while let last = entries[entry.stage]?.last, last.step >= entry.step {
        entries[entry.stage]?.removeLast()
      }
      entries[entry.stage, default: []].append(entry)
    }
    return MetricsLog(stages: order.map { Stage(name: $0, entries: entries[$0] ?? []) })
  }
}

extension MetricsLog {
  /// The figure that counts the clusters without samples that were taken out.
  static let dropped = "dropped"

  /// Whether a figure is the log ratio of a split or a merge, named after its clusters, or counts the
  /// clusters that were taken out.
  static func isChangeOfClusters(_ name: String) -> Bool {
    name.hasPrefix("split ") || name.hasPrefix("merge ") || name == dropped
  }
}

extension MetricsLog.Stage {
  /// The terms of the loss, those that some step has, in alphabetical order.
  var lossNames: [String] {
    Set(entries.flatMap { $0.losses.map { Array($0.keys) } ?? [] }).sorted()
  }

  /// The figures of the method's own, those that some step has, in alphabetical order; without the
  /// number of clusters and its changes, made or refused, and the number of the attempt.
  var measureNames: [String] {
    Set(entries.flatMap { $0.measures.map { Array($0.keys) } ?? [] })
      .filter { name in
        name != "clusters" && name != "attempt" && !name.hasPrefix("refused ")
          && !MetricsLog.isChangeOfClusters(name)
      }
      .sorted()
  }

  /// The start or move that each entry belongs to, of methods that try several; else zeros.
  var attempts: [Int] { entries.map { Int(($0.measures?["attempt"] ?? nil) ?? 0) } }

  /// Numbers for the pieces that curves consist of: another one wherever the attempt changes, so that two
  /// stretches between attempts are two pieces.
  var pieces: [Int] {
    var piece = 0
    return zip(attempts, [attempts.first ?? 0] + attempts).map { attempt, before in
      if attempt != before { piece += 1 }
      return piece
    }
  }

  var lastStep: Int { entries.last?.step ?? 0 }
}

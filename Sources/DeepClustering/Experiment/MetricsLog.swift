// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// `metrics.jsonl`: one JSON object for each step, written as it happens.
///
/// A learner that diverged and began anew counts its steps from 1 again. These lines have the number
/// of the trial; those of the trials before stay, and only those of the last led to the result.
final class MetricsLog {
  /// One line.
  struct Line: Codable {
    var stage: String
    var step: Int
    var of: Int
    var seconds: Double
    var loss: Double?
    var losses: [String: Double]
    /// Left out where there are none.
    var measures: [String: Double]?
    var changed: Double?
    var scores: Scores?
    /// Set by the log: from 2 on, and left out in the first trial.
    var trial: Int?
  }

  private let handle: FileHandle
  private let url: URL
  /// The last line, which tells whether a step belongs to another trial.
  private var last: Line?

  /// Whether the log was shorter than it should be, or damaged, so that steps are missing in it.
  let lacksLines: Bool

  /// Opens the log of a run, cut to a length: what came after the last checkpoint is done again.
  ///
  /// Of a log that is damaged the lines before the damage are kept.
  init(_ url: URL, keeping length: UInt64) throws(InputError) {
    self.url = url
    let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw InputError(
        .inputOutput, "\(url.path) cannot be written: \(String(cString: strerror(errno)))")
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      let lines = try handle.readToEnd() ?? Data()
      let whole = Self.wholeLines(of: lines.prefix(Int(clamping: length)))
      lacksLines = UInt64(whole.count) < length
      last = Self.lastLine(of: whole)
      try handle.truncate(atOffset: UInt64(whole.count))
      try handle.seekToEnd()
    } catch {
      throw InputError(.inputOutput, "\(url.path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// The lines before the first that is cut off or is not one of a log.
  static func wholeLines(of data: Data) -> Data {
    var end = data.startIndex
    while let newline = data[end...].firstIndex(of: UInt8(ascii: "\n")),
      (try? JSONDecoder().decode(Line.self, from: data[end..<newline])) != nil
    { end = newline + 1 }
    return data[..<end]
  }

  /// Asks the disk to keep what was logged.
  func synchronize() throws(InputError) {
    do {
      try handle.synchronize()
    } catch {
      throw InputError(.inputOutput, "\(url.path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// The bytes so far.
  var length: UInt64 { (try? handle.offset()) ?? 0 }

  private static func lastLine(of lines: Data) -> Line? {
    lines.split(separator: UInt8(ascii: "\n")).last
      .flatMap { try? JSONDecoder().decode(Line.self, from: $0) }
  }

  /// Adds a line.
  func append(_ line: Line) throws(InputError) {
    var line = line
    if let last, last.stage == line.stage {
      line.trial = line.step > last.step ? last.trial : (last.trial ?? 1) + 1
    }
    // JSON has no infinities; a loss that diverged is left out.
    if let loss = line.loss, !loss.isFinite { line.loss = nil }
    line.losses = line.losses.filter { $0.value.isFinite }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    do {
      try handle.write(contentsOf: try encoder.encode(line) + Data("\n".utf8))
    } catch {
      throw InputError(.inputOutput, "\(url.path) cannot be written: \(error.localizedDescription)")
    }
    last = line
  }

  /// Adds lines that were logged elsewhere.
  func append(_ lines: Data) throws(InputError) {
    do {
      try handle.write(contentsOf: lines)
    } catch {
      throw InputError(.inputOutput, "\(url.path) cannot be written: \(error.localizedDescription)")
    }
    last = Self.lastLine(of: lines) ?? last
  }
}

// SPDX-License-Identifier: Apache-2.0
import DeepClustering
import Foundation

/// Shows a run's progress on standard error: a line that is redrawn on a terminal, plain lines
/// every few seconds elsewhere.
final class ProgressDisplay {
  private let quiet: Bool
  /// The run, where there are several.
  private let run: String?
  /// What stands before each line, from the seconds since the display was made.
  private let heading: (Double) -> String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private var lastShown: ContinuousClock.Instant?
  private var stage = ""
  /// Of the stage's steps, each counted a fiftieth less with every later one: a machine that slept, or
  /// had other work, is forgotten.
  private var recent = (seconds: 0.0, steps: 0.0)
  private var lineIsOpen = false
  private let begun = ContinuousClock().now

  init(
    quiet: Bool, run: String? = nil, heading: @escaping (Double) -> String = { _ in "" }
  ) {
    (self.quiet, self.run, self.heading) = (quiet, run, heading)
  }

  /// Shows an event.
  func show(_ event: Run.Event) {
    switch event {
    case .warning(let text):
      end()
      tell("warning: \(run.map { "\($0): " } ?? "")\(text)")
    case .stage(let text):
      guard !quiet else { return }
      end()
      tell("• \(text)")
    case .step(let stage, let step, let of, let seconds, let report, let scores):
      if stage != self.stage { (self.stage, recent) = (stage, (0, 0)) }
      recent = (0.98 * recent.seconds + seconds, 0.98 * recent.steps + 1)
      guard !quiet else { return }
      let last = report.stopReason != nil
      // On a terminal ten times a second, in a file every ten seconds.
      let pause = isTerminal ? 0.1 : 10.0
      if !last, let lastShown, clock.now - lastShown < .seconds(pause) { return }
      lastShown = clock.now
      draw(line(step: step, of: of, report, scores))
      guard let reason = report.stopReason else { return }
      end()
      tell("  \(stage) ended: \(reason)")
    }
  }

  /// Ends the line that is being redrawn.
  func end() {
    guard lineIsOpen else { return }
    StandardStreams.tell("\n")
    lineIsOpen = false
  }

  private func draw(_ line: String) {
    guard isTerminal else { return tell("  " + line) }
    StandardStreams.tell("\r\u{1B}[K  \(line)")
    lineIsOpen = true
  }

  private func line(step: Int, of: Int, _ report: StepReport, _ scores: Scores?) -> String {
    let (seconds, attoseconds) = (clock.now - begun).components
    let head = heading(Double(seconds) + Double(attoseconds) * 1e-18)
    var parts = ["\(head)\(stage) \(step)/\(of)"]
    if isTerminal {
      let width = 20
      let filled = min(width, step * width / max(of, 1))
      parts[0] +=
        " [" + String(repeating: "=", count: filled)
        + String(repeating: " ", count: width - filled) + "]"
    }
    let perStep = recent.seconds / max(recent.steps, 1)
    parts.append(
      perStep < 1 ? "\(fixed(1 / max(perStep, 1e-9), 1)) steps/s" : "\(fixed(perStep, 1)) s/step")
    parts.append("loss \(String(format: "%.5g", report.loss))")
    if let changed = report.changed { parts.append("changed \(fixed(100 * changed, 2)) %") }
    if let acc = scores?.acc { parts.append("ACC \(fixed(acc, 4))") }
    if report.stopReason == nil {
      parts.append("at most \(duration(perStep * Double(max(of - step, 0)))) left")
    }
    return parts.joined(separator: "  ")
  }
}

// SPDX-License-Identifier: Apache-2.0

/// What to try when the values of a fit are no longer numbers.
struct Divergence {
  /// `pretraining` or `clustering`.
  let stage: String
  /// The hyperparameter to change, and how: `a smaller`, `optimizer.learningRate`; nil where the
  /// method has none that would help.
  let remedy: (change: String, path: String)?

  /// The remedy is a learning rate of the stage, or else the regularization.
  ///
  /// - Parameters:
  ///   - stage: `pretraining` or `clustering`.
  ///   - hyperparameters: Those of the method, with those of its pretraining under `pretraining`.
  init(_ stage: String, of hyperparameters: JSONValue) {
    self.stage = stage
    let paths = hyperparameters.leaves().map(\.path).filter {
      $0.hasPrefix("pretraining.") == (stage == "pretraining")
    }
    /// The one nearest to the top.
    func path(_ name: String) -> String? {
      paths.filter { $0 == name || $0.hasSuffix("." + name) }
        .min { ($0.count, $0) < ($1.count, $1) }
    }
    if let rate = path("learningRate") {
      remedy = (change: "a smaller", path: rate)
    } else {
      remedy = path("regularization").map { (change: "a larger", path: $0) }
    }
  }

  /// The error for the command line, which takes `--set` and `--preprocessing`.
  func commandError(after step: String) -> InputError {
    error(after: step, remedy.map { "\($0.change) --set \($0.path)=…" }, "--preprocessing")
  }

  /// The error for a program.
  func error(after step: String) -> InputError {
    error(after: step, remedy.map { "\($0.change) \($0.path)" }, "preprocessing")
  }

  private func error(after step: String, _ first: String?, _ other: String) -> InputError {
    let advice = (first.map { "\($0), or " } ?? "") + "another \(other)"
    return InputError(
      .data,
      "the \(stage) diverged, its values are no longer numbers after \(step): try \(advice)")
  }
}

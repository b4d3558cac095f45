// SPDX-License-Identifier: Apache-2.0

/// Seconds as people say them: `5 s`, `3 min 20 s`, `2 h 5 min`.
func duration(_ seconds: Double) -> String {
  let whole = Int(max(0, min(seconds, 1e9)).rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole % 3600 / 60) min"
}

/// The sum of what some runs still take; `at least` where that is not known of all.
func duration(ofAll seconds: [Double?]) -> String {
  let known = seconds.compactMap(\.self)
  if known.isEmpty && !seconds.isEmpty { return "unknown" }
  return (known.count < seconds.count ? "at least " : "") + duration(known.reduce(0, +))
}

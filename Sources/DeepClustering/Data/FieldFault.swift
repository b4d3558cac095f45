// SPDX-License-Identifier: Apache-2.0

/// Why a field of a table is no number, and what to do about it.
struct FieldFault {
  /// What the fields before this one tell about its column.
  enum Column {
    /// The first row of data is being read, and no column of classes was named.
    case perhapsClasses
    /// The same, with a column of classes named.
    case noFeature
    /// It held numbers so far.
    case numbers
  }

  let text: String
  let column: Column
  /// The column's number, counted from 1.
  let number: Int
  /// The column's name; nil without a header line.
  let name: String?
  /// What separates the fields; nil for blanks.
  let separator: UInt8?

  /// What common programs write for a value that is not there, in lower case.
  private static let missing: Set<String> = [
    "na", "n/a", "#n/a", "<na>", "null", "none", "nil", "?", "-", "--", ".", "\\n", "missing",
  ]

  /// Whether a class was not written; “none” or “-” may be names.
  static func isMissingClass(_ text: String) -> Bool {
    text.isEmpty || ["na", "n/a", "#n/a", "<na>", "nan", "null", "?"].contains(text.lowercased())
  }

  /// The rest of the sentence that begins with the place of the field.
  var sentence: String {
    if text.isEmpty { return "is empty; fill in or remove missing values first" }
    let quoted = "'\(text.prefix(40))'"
    if Self.missing.contains(text.lowercased()) {
      return "is missing (\(quoted)); fill in or remove missing values first"
    }
    return "is \(quoted), and a number was expected; \(advice)"
  }

  private var advice: String {
    if text.hasPrefix("{") || text.hasPrefix("[") {
      return "JSON and lists in brackets are not read: write the rows as CSV"
    }
    if separator == nil && text.contains("|") {
      return "'|' does not separate fields here: write commas, semicolons or tabs"
    }
    let isQuoted = separator == UInt8(ascii: ",")
    if Self.hasDecimalComma(text), !isQuoted || !isGrouped {
      return "write a point in place of the decimal comma"
    }
    if isGrouped { return "write numbers without separators between thousands" }
    switch column {
    case .perhapsClasses:
      return "if that column holds the classes, say --label-column \(number)"
        + (ignoring.map { ", and if it is no feature, \($0)" } ?? "")
    case .noFeature:
      return ignoring.map { "if that column is no feature, say \($0)" }
        ?? "remove columns that are no features"
    case .numbers: return "correct it, or remove the row"
    }
  }

  /// The option that leaves the column out; nil where it has no name that the option can take.
  private var ignoring: String? {
    guard let name, !name.isEmpty, !name.contains(",") else { return nil }
    return "--ignore-columns \(shellQuoted(name))"
  }

  /// Digits, one comma, digits.
  static func hasDecimalComma(_ text: String) -> Bool {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return false }
    let whole = parts[0].first == "-" ? parts[0].dropFirst() : parts[0]
    // 1.234,5 is how those who write decimal commas group the thousands.
    let digits = String(whole).filter { $0 != "." }
    return areDigits(digits) && areDigits(String(parts[1]))
  }

  /// A number once the marks between groups of three digits are taken out.
  private var isGrouped: Bool {
    for mark in [",", "'", " ", "\u{A0}", "."] as [Character] {
      let groups = text.split(separator: mark, omittingEmptySubsequences: false)
      guard groups.count > 1, groups[0].count <= 4, let last = groups.last else { continue }
      let isThree = groups.dropFirst().dropLast().allSatisfy { $0.count == 3 }
      let end = last.prefix(while: { $0 != "." })
      let joined = text.filter { $0 != mark }
      if isThree, end.count == 3, NumberParser.number(of: joined) != nil { return true }
    }
    return false
  }

  private static func areDigits(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// The names that someone may have meant who wrote one that does not exist.
public enum NearNames {
  /// The nearest names, at most three, by the number of letters to insert, remove, change or swap.
  ///
  /// A name is near when no more than a third of its letters differ, or when one of the two starts
  /// with the other.
  public static func of(_ wanted: String, among names: [String]) -> [String] {
    let lowered = wanted.lowercased()
    let near = names.compactMap { name -> (name: String, distance: Int)? in
      guard !name.isEmpty else { return nil }
      let distance = distance(lowered, name.lowercased())
      let isPart = lowered.count >= 3 && (name.hasPrefix(lowered) || lowered.hasPrefix(name))
      guard distance <= max(1, name.count / 3) || isPart else { return nil }
      return (name, distance)
    }
    // The sort is stable, so names of one distance stay in their order.
    return near.sorted { $0.distance < $1.distance }.prefix(3).map(\.name)
  }

  /// What to tell someone who wrote a name that does not exist: those he may have meant, or all.
  static func hint(for wanted: String, among names: [String]) -> String {
    let near = of(wanted, among: names)
    return near.isEmpty
      ? "there are \(names.joined(separator: ", "))"
      : "did you mean \(near.joined(separator: " or "))?"
  }

  /// The restricted edit distance of two texts.
  static func distance(_ first: String, _ second: String) -> Int {
    let (a, b) = (Array(first), Array(second))
    var table = [[Int]](repeating: Array(0...b.count), count: a.count + 1)
    for i in 0...a.count { table[i][0] = i }
    for i in 0..<a.count {
      for j in 0..<b.count {
        let change = table[i][j] + (a[i] == b[j] ? 0 : 1)
        table[i + 1][j + 1] = min(change, table[i][j + 1] + 1, table[i + 1][j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          table[i + 1][j + 1] = min(table[i + 1][j + 1], table[i - 1][j - 1] + 1)
        }
      }
    }
    return table[a.count][b.count]
  }
}

// SPDX-License-Identifier: Apache-2.0

/// What the name of an array says: the features or the classes, and of which part of a data set.
///
/// Names have a group before the last slash and, behind or before the word, what part of the data
/// it is: `train/data`, `x_test` and `train_images` are features, and `y_test` has the classes of
/// `x_test`.
struct ArrayPart: Hashable {
  /// Everything up to the last slash.
  let group: String
  /// One of ``splits`` in small letters, or empty.
  let split: String

  /// Words for a part of a data set, the longer of two with one beginning first.
  static let splits = [
    "training", "train", "trn", "testing", "test", "tst", "validation", "valid", "val", "dev",
  ]

  init(group: String, split: String = "") {
    (self.group, self.split) = (group, split)
  }

  /// The part that a name has a word's array of; nil where the name is made otherwise.
  init?(of name: String, word: String) {
    group = name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
    let own = name.dropFirst(group.count)
    if own == word {
      split = ""
      return
    }
    let (lowered, word) = (own.lowercased(), word.lowercased())
    let split = Self.splits.first { split in
      ["_", "-", ""].contains { lowered == word + $0 + split || lowered == split + $0 + word }
    }
    guard let split else { return nil }
    self.split = split
  }

  /// Whether the part is there to be learned from, or to be tested with; nil for neither.
  var isTraining: Bool? {
    let last = split.isEmpty ? group.dropLast().split(separator: "/").last.map(String.init) : split
    switch last?.lowercased() {
    case "train", "training", "trn": return true
    case "test", "testing", "tst": return false
    default: return nil
    }
  }
}

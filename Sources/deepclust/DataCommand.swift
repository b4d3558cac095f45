// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation

/// `deepclust data`: the catalog, and what a file holds.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Lists, fetches and describes data sets.",
    subcommands: [List.self, Get.self, Info.self, Subsample.self])

  /// `deepclust data list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the data sets by name.")

    func run() {
      let catalog = Catalog()
      for entry in Catalog.entries {
        let here = entry.isSynthetic ? "made" : catalog.location(of: entry) == nil ? "" : "here"
        print(
          "\(column(entry.name, 18))\(column("\(entry.rows) × \(entry.columns)", 14))"
            + "\(column("\(entry.classes) classes", 12))\(column(here, 6))\(entry.title)")
      }
    }

    private func column(_ text: String, _ width: Int) -> String {
      text.padding(toLength: max(width, text.count + 1), withPad: " ", startingAt: 0)
    }
  }

  /// `deepclust data get NAME`.
  struct Get: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetches a data set and verifies it.")
    @Argument(help: "A name of `deepclust data list`.") var name: String

    func run() throws {
      guard Catalog.entry(named: name) != nil else {
        // Says which names are near.
        _ = try Dataset.load(name)
        throw InputError(.usage, "\(name) is a file, not a name of `deepclust data list`")
      }
      let data = try Dataset.load(name, progress: tell)
      print("\(name): \(data.rows) rows of \(data.columns) values are here")
    }
  }

  /// `deepclust data info FILE`.
  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says what a file or data set holds.")
    @Argument(help: "A catalog name or a path.") var data: String
    @Option(help: "A file with the class of each row.") var labels: String?
    @Option(
      parsing: .unconditional, help: "The column of a text table that holds the classes.")
    var labelColumn: String?
    @Option(help: "Columns of a text table that are no features: NAME[,NAME…].")
    var ignoreColumns: ColumnNames?

    func run() throws {
      let dataset = try Dataset.load(
        data, labels: labels, labelColumn: labelColumn, ignoreColumns: ignoreColumns?.names ?? [],
        progress: tell)
      let warnings = try dataset.validated(clusters: nil)
      print("\(dataset.name): \(dataset.rows) rows of \(dataset.columns) values")
      if let shape = dataset.imageShape {
        print("images    \(shape.height) × \(shape.width), \(shape.channels) channels")
      }
      if let range = dataset.valueRange {
        print("values    \(range.lowerBound) to \(range.upperBound)")
      }
      if let counts = dataset.classCounts, let names = dataset.classNames {
        print("classes   " + zip(names, counts).map { "\($0): \($1)" }.joined(separator: ", "))
      }
      print("scaling   \(Preprocessing.automatic.resolved(for: dataset).rawValue) by default")
      print("digest    \(dataset.digest())")
      for warning in warnings { print("warning   \(warning)") }
    }
  }
  /// `deepclust data subsample DATA`.
  struct Subsample: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a part of labelled data with unequal classes.",
      discussion: """
        Rows of the first class are kept with the probability RETENTION, those of the last with 1, \
        and those between with probabilities between, as in the DEC paper. Wherever DATA is asked \
        for, mnist@10% stands for the part of mnist at a retention of 0.1 and seed 1, and \
        mnist@10%:7 for that at seed 7.
        """)
    @Argument(help: "A catalog name or a path.") var data: String
    @Option(help: "The share of the first class that is kept, above 0 and at most 1.")
    var retention: Double
    @Option(help: "From which the kept rows follow.") var seed: UInt64 = 1
    @Option(help: "A file with the class of each row.") var labels: String?
    @Option(
      parsing: .unconditional, help: "The column of a text table that holds the classes.")
    var labelColumn: String?
    @Option(help: "Columns of a text table that are no features: NAME[,NAME…].")
    var ignoreColumns: ColumnNames?
    @Option(help: "The .npz file to write, with the arrays x and y.") var output: String

    func run() throws {
      try checkOutput(output, "--output", endings: "npz")
      let whole = try Dataset.load(
        data, labels: labels, labelColumn: labelColumn, ignoreColumns: ignoreColumns?.names ?? [],
        progress: tell)
      let part = try whole.subsampled(retention: retention, seed: seed)
      try part.writeNPZ(to: URL(fileURLWithPath: output))
      let counts = (part.classCounts ?? []).map(String.init).joined(separator: " ")
      print("\(output): \(part.rows) of \(whole.rows) rows, by class \(counts)")
    }
  }
}

/// The names of columns in one word, with commas between them.
struct ColumnNames: ExpressibleByArgument {
  let names: [String]

  /// The names; nil where one is empty.
  init?(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard names.allSatisfy({ !$0.isEmpty }) else { return nil }
  }
}

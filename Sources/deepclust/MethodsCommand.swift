// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation

/// `deepclust methods`: what there is.
struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract: "Lists the methods, or one method's paper, profiles and hyperparameters.")

  @Argument(help: "A method's name.") var name: String?
  @Option(help: "Shows the hyperparameters of this profile.") var profile: String?

  func run() throws {
    guard let name else {
      let width = MethodCatalog.all.map { $0.card.name.count }.max() ?? 0
      for type in MethodCatalog.all {
        let card = type.card
        print("\(card.name.padding(toLength: width, withPad: " ", startingAt: 0)) \(card.title)")
        print(String(repeating: " ", count: width + 1) + "\(card.paper), \(card.venue)")
      }
      return
    }
    let type = try MethodCatalog.method(name)
    let card = type.card
    print("\(card.title)\n\(card.paper), \(card.venue)\n\nprofiles")
    for (index, profile) in card.profiles.enumerated() {
      print("  \(profile.name): \(profile.purpose)\(index == 0 ? " (default)" : "")")
    }
    var configuration = RunConfiguration(data: "")
    (configuration.method, configuration.profile) = (name, profile)
    let method = try configuration.makeMethod()
    print("\nhyperparameters of \(profile ?? card.profiles[0].name)")
    for leaf in Hyperparameters.values(of: method).leaves()
    where type.takesClusters || leaf.path != "clusters" {
      print("  \(leaf.path) = \(leaf.value.text)")
    }
  }
}

// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PackageDescription

/// The environment variable, or nil when it is unset or empty.
func variable(_ name: String) -> String? {
  Context.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}

/// The folder of the `torch` module that `python3` would import, or nil.
func pythonTorch() -> String? {
  let code = "import importlib.util as u; s = u.find_spec('torch'); print(s.origin if s else '')"
  let python = Process()
  let output = Pipe()
  python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  python.arguments = ["python3", "-c", code]
  python.standardOutput = output
  python.standardError = FileHandle.nullDevice
  guard (try? python.run()) != nil else { return nil }
  let answer = output.fileHandleForReading.readDataToEndOfFile()
  python.waitUntilExit()
  let origin = String(decoding: answer, as: UTF8.self).trimmingCharacters(in: .newlines)
  return origin.isEmpty ? nil : URL(fileURLWithPath: origin).deletingLastPathComponent().path
}

/// Where libtorch is: the same places, in the same order, as `scripts/libtorch`.
///
/// Nothing is checked here: SwiftPM caches what this file evaluates to, so an answer that depended
/// on what is on the disk would outlive a run of `scripts/libtorch`. A missing libtorch is reported
/// by CTorch when it is compiled.
let libtorch: String = {
  if let folder = variable("LIBTORCH") { return folder }
  if variable("LIBTORCH_USE_PYTORCH") == "1", let folder = pythonTorch() { return folder }
  let home = variable("HOME") ?? NSHomeDirectory()
  let cache = variable("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
  return "\(cache ?? home + "/.cache")/deepclust/libtorch-2.11.0"
}()

let features: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "swift-deep-clustering",
  products: [
    .library(name: "Torch", targets: ["Torch"]),
    .library(name: "DeepClustering", targets: ["DeepClustering"]),
    .library(name: "ClusteringReport", targets: ["ClusteringReport"]),
    .executable(name: "deepclust", targets: ["deepclust"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(
      name: "CTorch",
      cxxSettings: [
        // -O3 in debug builds too: the loops here run once for every batch or sample.
        .unsafeFlags([
          "-O3", "-isystem", "\(libtorch)/include",
          "-isystem", "\(libtorch)/include/torch/csrc/api/include",
        ])
      ],
      linkerSettings: [
        .unsafeFlags([
          "-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib",
          "-Xlinker", "\(libtorch)/lib/libgomp.so.1",
        ]),
        .linkedLibrary("torch_cpu"), .linkedLibrary("c10"), .linkedLibrary("m"),
      ]),
    .systemLibrary(name: "CZlib"),
    .target(name: "CImages", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),
    .target(name: "Torch", dependencies: ["CTorch"], swiftSettings: features),
    .target(
      name: "DeepClustering",
      dependencies: [
        "Torch", "CTorch", "CZlib", "CImages", .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: features),
    .target(
      name: "ClusteringReport", dependencies: ["DeepClustering"], swiftSettings: features),
    .executableTarget(
      name: "deepclust",
      dependencies: [
        "DeepClustering", "ClusteringReport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: features),
    .executableTarget(
      name: "fit-and-predict", dependencies: ["DeepClustering", "Torch"],
      path: "Examples/fit-and-predict", swiftSettings: features),
    .executableTarget(
      name: "stop-and-resume", dependencies: ["DeepClustering", "Torch"],
      path: "Examples/stop-and-resume", swiftSettings: features),
    .testTarget(name: "TorchTests", dependencies: ["Torch"], swiftSettings: features),
    .testTarget(
      name: "DeepClusteringTests",
      dependencies: ["DeepClustering", "Torch"],
      exclude: ["Golden"],
      swiftSettings: features),
    .testTarget(
      name: "ClusteringReportTests",
      dependencies: ["ClusteringReport", "DeepClustering", "CZlib"],
      swiftSettings: features),
    .testTarget(
      name: "CommandTests", dependencies: ["deepclust"], swiftSettings: features),
    .testTarget(
      name: "ExamplesTests", dependencies: ["fit-and-predict", "stop-and-resume"],
      swiftSettings: features),
  ],
  cxxLanguageStandard: .cxx20
)

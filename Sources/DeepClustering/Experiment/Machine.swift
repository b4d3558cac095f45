// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// The version of this library.
public let deepClusteringVersion = "0.1.0"

extension RunRecord.Machine {
  /// This machine.
  public static var current: RunRecord.Machine {
    let info = ProcessInfo.processInfo
    return RunRecord.Machine(
      processor: processorName, cores: info.activeProcessorCount,
      memoryBytes: Double(info.physicalMemory), system: info.operatingSystemVersionString)
  }

  private static var processorName: String? {
    let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}

/// The most memory that this process has held, in bytes; nil where the system does not tell.
func peakMemoryBytes() -> Double? {
  var usage = rusage()
  guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
  return Double(usage.ru_maxrss) * 1024
}

/// Now, as ISO 8601 in UTC.
func timestamp() -> String { ISO8601DateFormatter().string(from: Date()) }

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@Suite struct DeviceTests {
  @Test func readsNames() {
    #expect(Device("cpu") == .cpu)
    #expect(Device("cuda") == .cuda(0))
    #expect(Device("cuda:3") == .cuda(3))
    for name in ["", "CPU", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda:1.5", "cuda 1", "cpu:0"] {
      #expect(Device(name) == nil, "\(name)")
    }
    #expect([Device.cpu, .cuda(2)].map(\.description) == ["cpu", "cuda:2"])
  }

  @Test func survivesJSON() throws {
    let data = try JSONEncoder().encode([Device.cpu, .cuda(1)])
    #expect(String(decoding: data, as: UTF8.self) == #"["cpu","cuda:1"]"#)
    #expect(try JSONDecoder().decode([Device].self, from: data) == [.cpu, .cuda(1)])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Device].self, from: Data(#"["tpu"]"#.utf8))
    }
  }

  @Test func theProcessorIsAlwaysThere() {
    #expect(Device.cpu.unavailableReason() == nil)
  }

  /// On a machine with a GPU the last device is one too many; elsewhere all are.
  @Test func aMissingGPUHasAReasonOfOneSentence() throws {
    let reason = try #require(Device.cuda(9_999).unavailableReason())
    #expect(!reason.contains("\n"))
    #expect(reason.contains("CUDA"))
    #expect(!reason.hasSuffix("."))
    if Device.cuda(0).unavailableReason() != nil { #expect(reason.contains("--device cpu")) }
  }
}

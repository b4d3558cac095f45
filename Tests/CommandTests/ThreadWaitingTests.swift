// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// How long the threads of a command spin, as OpenMP itself tells when it is loaded.
@Suite struct ThreadWaitingTests {
  private func said(_ setting: String, _ words: [String]) throws -> [String] {
    let place = try Workplace()
    try SmallData.write(to: place)
    let script =
      "unset GOMP_SPINCOUNT OMP_WAIT_POLICY; \(setting) OMP_DISPLAY_ENV=verbose exec \"$0\" \"$@\""
    let outcome = try place.start(
      ["-c", script, Workplace.deepclust.path] + words, program: URL(fileURLWithPath: "/bin/bash")
    ).outcome()
    #expect(outcome.status == 0, "\(outcome.error)")
    return outcome.error.matches(of: /GOMP_SPINCOUNT = '([0-9]+)'/).map { String($0.output.1) }
  }

  @Test func waitsAreBriefUnlessTheUserSaysOtherwise() throws {
    let fit = ["fit", "small.npy", "--method", "kmeans", "-k", "2", "--quiet"]
    #expect(try said("", fit) == ["300000", "1000"])
    #expect(try said("GOMP_SPINCOUNT=77", fit) == ["77"])
    #expect(try said("OMP_WAIT_POLICY=passive", fit) == ["0"])
    #expect(try said("", ["methods"]) == ["300000"], "nothing to wait for")
  }
}

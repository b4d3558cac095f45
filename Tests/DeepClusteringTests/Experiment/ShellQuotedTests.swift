// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct ShellQuotedTests {
  @Test func wordsAreQuotedWhereAShellWouldReadThem() {
    #expect(shellQuoted("runs/mnist-1") == "runs/mnist-1")
    #expect(shellQuoted("$(rm)") == "'$(rm)'")
    #expect(shellQuoted("it's here") == "'it'\\''s here'")
    #expect(shellQuoted("") == "''")
    let folder = RunFolder(URL(fileURLWithPath: "my runs/it's 1"))
    #expect(folder.resumeCommand == "deepclust fit --resume --output 'my runs/it'\\''s 1'")
  }
}

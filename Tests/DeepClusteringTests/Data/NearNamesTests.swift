// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct NearNamesTests {
  @Test func countsEdits() {
    #expect(NearNames.distance("kitten", "sitting") == 3)
    #expect(NearNames.distance("", "abc") == 3)
    #expect(NearNames.distance("mnist", "mnits") == 1)
    #expect(NearNames.distance("same", "same") == 0)
  }

  @Test func findsTheNearestFirst() {
    let names = ["mnist", "fashion-mnist", "usps", "digits", "mnist-5k"]
    #expect(NearNames.of("MNIST5k", among: names) == ["mnist-5k", "mnist"])
    #expect(NearNames.of("fashion", among: names) == ["fashion-mnist"])
    #expect(NearNames.of("digit", among: names) == ["digits"])
    #expect(NearNames.of("iris", among: names) == [])
    #expect(NearNames.of("Unnamed: 0", among: ["", "a"]) == [], "no name is near to none")
  }
}

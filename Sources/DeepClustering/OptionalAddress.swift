// SPDX-License-Identifier: Apache-2.0

/// The address of an array's elements, or nil.
func withOptional<Element, R>(
  _ values: [Element]?, _ body: (UnsafePointer<Element>?) -> R
) -> R {
  guard let values else { return body(nil) }
  return values.withUnsafeBufferPointer { body($0.baseAddress) }
}

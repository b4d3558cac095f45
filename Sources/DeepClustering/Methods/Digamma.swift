// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// ψ(x), the derivative of log Γ, for x > 0.
///
/// Abramowitz and Stegun, Handbook of mathematical functions, 6.3.5 up to x ≥ 10, then 6.3.18.
func digamma(_ x: Double) -> Double {
  var (x, sum) = (x, 0.0)
  while x < 10 {
    sum -= 1 / x
    x += 1
  }
  let square = 1 / (x * x)
  let series =
    square
    * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240 - square / 132))))
  return sum + log(x) - 0.5 / x - series
}

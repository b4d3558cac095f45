// SPDX-License-Identifier: Apache-2.0
internal import CTorch

extension Tensor {
  /// Images that are turned, moved or scaled: the pixel at p shows what was at A·(p, 1).
  ///
  /// Positions run from −1 to 1 between the outer edges of an image, x before y. Values between
  /// pixels are interpolated bilinearly; outside the image all is zero.
  ///
  /// - Parameter affine: A for each image, samples × 2 × 3.
  /// - Returns: As many images of the same size, samples × channels × height × width.
  public func sampled(at affine: Tensor) -> Tensor {
    Tensor(ct_affine_sample(handle, affine.handle))
  }

  /// Rows of pixels, channels last, as images: samples × channels × height × width, a view.
  public func images(height: Int, width: Int, channels: Int) -> Tensor {
    reshaped([-1, height, width, channels]).transposed(1, 3).transposed(2, 3)
  }

  /// Images of samples × channels × height × width as rows of pixels, channels last.
  public func imageRows() -> Tensor {
    let pixels = shape.dropFirst().reduce(1, *)
    return transposed(1, 3).transposed(1, 2).reshaped([shape[0], pixels])
  }
}

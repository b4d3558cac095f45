# SPDX-License-Identifier: Apache-2.0
"""The first principal components of MNIST's 70,000 images, as codes for the comparisons of layouts.

    python principal_components.py COLUMNS CODES.npy      # $DEEPCLUST_DATA holds mnist/
"""
import gzip
import os
import pathlib
import sys

import numpy as np
from sklearn.decomposition import PCA

folder = pathlib.Path(os.environ["DEEPCLUST_DATA"]) / "mnist"
files = [folder / f"{part}-images-idx3-ubyte.gz" for part in ("train", "t10k")]
images = np.concatenate([np.frombuffer(gzip.open(file).read(), np.uint8, offset=16) for file in files])
codes = PCA(int(sys.argv[1]), random_state=0).fit_transform(images.reshape(-1, 784).astype(np.float32) / 255)
np.save(sys.argv[2], codes.astype(np.float32))

# SPDX-License-Identifier: Apache-2.0
"""UMAP side by side: a table of codes laid out by deepclust and by umap-learn, in turn.

Both get the same rows, 15 neighbours and the same number of dimensions and epochs; umap-learn runs on
all threads, hence without a seed of its own, after a warm-up on 2,000 rows that compiles it. Ours is
`deepclust project` in a process of its own, and its seconds are those of the layout, neighbours
included. Quality is measured on 5,000 of the rows: trustworthiness and the share of the 15 nearest
neighbours that are kept, both against all rows.

    python umap_layout.py CODES.npy [--components 2] [--deepclust .build/release/deepclust] [--rounds 3]
"""
import time

import layout_comparison

options = layout_comparison.arguments(__doc__, components=2)

import numpy as np  # noqa: E402
import umap  # noqa: E402


def theirs(codes):
    model = umap.UMAP(
        n_components=options.components, n_neighbors=layout_comparison.NEIGHBORS, n_jobs=options.threads)
    begin = time.perf_counter()
    layout = model.fit_transform(codes)
    return time.perf_counter() - begin, layout


codes = np.load(options.codes).astype(np.float32)
theirs(codes[:2_000])
settings = ["--components", str(options.components)]
layout_comparison.compare(options, codes, settings, "umap-learn", lambda seed: theirs(codes))

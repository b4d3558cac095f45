# SPDX-License-Identifier: Apache-2.0
"""t-SNE side by side: a table of codes laid out by deepclust and by openTSNE, in turn.

Both get the same rows, perplexity 30, 250 steps of early exaggeration and 500 after them. Ours is
`deepclust project --method tsne` in a process of its own, and its seconds are those of the layout,
neighbours included; so are openTSNE's, which are read after a warm-up on 2,000 rows. Its neighbours
are approximate at this size, ours exact. Quality is measured on 5,000 of the rows: trustworthiness
and the share of the 15 nearest neighbours that are kept, both against all rows.

    python tsne_layout.py CODES.npy [--deepclust .build/release/deepclust] [--rounds 3]
"""
import time

import layout_comparison

options = layout_comparison.arguments(__doc__)

import numpy as np  # noqa: E402
import openTSNE  # noqa: E402


def theirs(codes, seed):
    model = openTSNE.TSNE(n_jobs=options.threads, random_state=seed)
    begin = time.perf_counter()
    layout = np.asarray(model.fit(codes))
    return time.perf_counter() - begin, layout


codes = np.load(options.codes).astype(np.float32)
theirs(codes[:2_000], 1)
layout_comparison.compare(options, codes, ["--method", "tsne"], "openTSNE", lambda seed: theirs(codes, seed))

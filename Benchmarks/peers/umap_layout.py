# SPDX-License-Identifier: Apache-2.0
"""UMAP side by side: a table of codes laid out by deepclust and by umap-learn, in turn.

Both get the same rows, 15 neighbours and the same number of dimensions and epochs; umap-learn runs on
all threads, hence without a seed of its own, after a warm-up on 2,000 rows that compiles it. Ours is
`deepclust project` in a process of its own, and its seconds are those of the layout, neighbours
included. Quality is measured on 5,000 of the rows: trustworthiness and the share of the 15 nearest
neighbours that are kept, both against all rows.

    python umap_layout.py CODES.npy [--components 2] [--deepclust .build/release/deepclust] [--rounds 3]
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import warnings

PROJECT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("codes", type=pathlib.Path)
    parser.add_argument("--components", type=int, default=2)
    parser.add_argument("--deepclust", type=pathlib.Path, default=PROJECT / ".build/release/deepclust")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


options = arguments()
os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(options.threads)

import numpy as np  # noqa: E402
import umap  # noqa: E402

from layout_quality import NEIGHBORS, quality  # noqa: E402

warnings.simplefilter("ignore")


def ours(codes, seed):
    with tempfile.TemporaryDirectory() as folder:
        command = [options.deepclust, "project", options.codes, "--output", f"{folder}/layout.npy", "--json",
                   "--quiet", "--components", str(options.components), "--threads", str(options.threads),
                   "--seed", str(seed)]
        answer = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        return answer["seconds"], np.load(f"{folder}/layout.npy")


def theirs(codes, seed):
    model = umap.UMAP(n_components=options.components, n_neighbors=NEIGHBORS, n_jobs=options.threads)
    begin = time.perf_counter()
    layout = model.fit_transform(codes)
    return time.perf_counter() - begin, layout


def main():
    codes = np.load(options.codes).astype(np.float32)
    sample = np.random.default_rng(0).choice(len(codes), min(5_000, len(codes)), replace=False)
    umap.UMAP(n_components=options.components, n_neighbors=NEIGHBORS).fit(codes[:2_000])
    contenders = {"deepclust": ours, "umap-learn": theirs}
    seconds, layouts = {name: [] for name in contenders}, {}
    for turn in range(options.rounds):
        for name, run in contenders.items():
            elapsed, layouts[name] = run(codes, turn + 1)
            seconds[name].append(elapsed)
    print(f"{len(codes)} x {codes.shape[1]} in {options.components} dimensions, {options.threads} threads")
    for name in contenders:
        trust, kept = quality(codes, layouts[name], sample)
        print(f"  {name:10} median {statistics.median(seconds[name]):.1f} s ({', '.join(f'{s:.1f}' for s in seconds[name])})"
              f"  trustworthiness {trust:.4f}  neighbours kept {kept:.4f}")
    ratio = statistics.median(seconds["umap-learn"]) / statistics.median(seconds["deepclust"])
    print(f"  ours is {ratio:.2f} times as fast")


if __name__ == "__main__":
    main()

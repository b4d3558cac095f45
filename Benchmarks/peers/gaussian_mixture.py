# SPDX-License-Identifier: Apache-2.0
"""A Gaussian mixture side by side: full covariances from the same start, by deepclust and scikit-learn.

Both make the same number of iterations over the same single-precision rows, drawn from a mixture whose
components overlap, from the partition by the nearest of K random rows. Ours is `deepclust bench-mixture`
in a process of its own; theirs takes weights, means and precisions of the partition, which are not in
its time. The mean log-likelihood before the last iteration must agree to 1e-4.

    python gaussian_mixture.py [--rows 70000] [--columns 10] [--clusters 10] [--iterations 20] [--rounds 5]
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

PROJECT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=70_000)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--clusters", type=int, default=10)
    parser.add_argument("--iterations", type=int, default=20)
    parser.add_argument("--deepclust", type=pathlib.Path, default=PROJECT / ".build/release/deepclust")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


options = arguments()
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)

import numpy as np  # noqa: E402
from sklearn.mixture import GaussianMixture  # noqa: E402

warnings.simplefilter("ignore")


def problem():
    """Overlapping components with random covariances, and a partition to start from."""
    rng = np.random.default_rng(7)
    k, d = options.clusters, options.columns
    means, shapes = rng.normal(size=(k, d)) * 1.5, rng.normal(size=(k, d, d)) / np.sqrt(d)
    member = rng.integers(0, k, options.rows)
    noise = rng.normal(size=(options.rows, d))
    x = (means[member] + np.einsum("nd,nde->ne", noise, shapes[member])).astype(np.float32)
    start = x[rng.choice(len(x), k, replace=False)]
    squares = ((x**2).sum(1)[:, None] + (start**2).sum(1) - 2 * x @ start.T)
    return x, squares.argmin(1)


def ours(folder):
    command = [options.deepclust, "bench-mixture", f"{folder}/x.npy", f"{folder}/labels.npy",
               "--iterations", str(options.iterations), "--threads", str(options.threads)]
    answer = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return answer["seconds"][0], answer["logLikelihoods"][-1]


def theirs(x, labels):
    k = options.clusters
    parts = [x[labels == c].astype(np.float64) for c in range(k)]
    covariances = [np.cov(part.T, bias=True) + 1e-6 * np.eye(x.shape[1]) for part in parts]
    mixture = GaussianMixture(
        k, tol=0, max_iter=options.iterations, init_params="random_from_data",
        weights_init=np.array([len(part) / len(x) for part in parts]),
        means_init=np.stack([part.mean(0) for part in parts]),
        precisions_init=np.stack([np.linalg.inv(c) for c in covariances]),
    )
    rows = x.astype(np.float64)
    begin = time.perf_counter()
    mixture.fit(rows)
    return time.perf_counter() - begin, mixture.lower_bounds_[options.iterations - 1]


def main():
    x, labels = problem()
    seconds, heights = {"deepclust": [], "scikit-learn": []}, {}
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/x.npy", x)
        np.save(f"{folder}/labels.npy", labels.astype(np.int64))
        contenders = {"deepclust": lambda: ours(folder), "scikit-learn": lambda: theirs(x, labels)}
        for _ in range(options.rounds):
            for name, run in contenders.items():
                elapsed, heights[name] = run()
                seconds[name].append(elapsed)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratio = medians["scikit-learn"] / medians["deepclust"]
    gap = abs(heights["deepclust"] - heights["scikit-learn"])
    if options.json:
        print(json.dumps({"seconds": seconds, "logLikelihoods": heights, "ratio": ratio}))
    else:
        print(f"{options.rows} x {options.columns}, K = {options.clusters}, {options.iterations} iterations, "
              f"{options.threads} threads")
        for name, values in seconds.items():
            print(f"  {name:12} median {medians[name]:.3f} s ({', '.join(f'{s:.3f}' for s in values)})"
                  f"  log-likelihood {heights[name]:.6f}")
        print(f"  ours is {ratio:.2f} times as fast; the log-likelihoods differ by {gap:.1e}")
    sys.exit(gap > 1e-4)


if __name__ == "__main__":
    main()

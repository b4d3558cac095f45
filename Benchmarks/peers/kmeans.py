# SPDX-License-Identifier: Apache-2.0
"""k-means side by side: 20 Lloyd iterations from the same start by this project, scikit-learn and faiss, in turn.

Prints the median seconds of each, how many times faster ours is than the faster peer, and the costs.
Each ends with labels for its last centroids; the data is in memory when the clock starts. Ours is the command
`deepclust bench-kmeans`, in a process of its own.

    python kmeans.py --data DIR [--deepclust .build/release/deepclust] [--rounds 5] [--threads 2] [--case TEXT]

DIR holds mnist/*.gz (IDX) and umap-embeddings/mnist_x.npy.
"""
import argparse
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import warnings

PROJECT = pathlib.Path(__file__).resolve().parents[2]
ITERATIONS = 20


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deepclust", type=pathlib.Path, default=PROJECT / ".build/release/deepclust")
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--case", default="", help="only cases whose name contains this")
    return parser.parse_args()


options = arguments()
os.environ["OMP_NUM_THREADS"] = str(options.threads)  # before the libraries read it
os.environ.setdefault("OPENBLAS_NUM_THREADS", str(options.threads))

import faiss  # noqa: E402
import numpy as np  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402

warnings.simplefilter("ignore", ConvergenceWarning)
faiss.omp_set_num_threads(options.threads)


def mnist():
    parts = []
    for name in ("train", "t10k"):
        with gzip.open(options.data / "mnist" / f"{name}-images-idx3-ubyte.gz") as file:
            parts.append(np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784))
    return np.concatenate(parts).astype(np.float32) / 255


def embedding():
    return np.load(options.data / "umap-embeddings" / "mnist_x.npy").astype(np.float32)


def mixture():
    random = np.random.default_rng(1)
    centres = random.normal(size=(1000, 128))
    return (centres[random.integers(0, 1000, 200_000)] + random.normal(size=(200_000, 128))).astype(np.float32)


CASES = [
    ("70,000 x 784, K=10 (MNIST)", mnist, 10),
    ("70,000 x 10, K=10 (MNIST by UMAP)", embedding, 10),
    ("70,000 x 784, K=100 (MNIST)", mnist, 100),
    ("200,000 x 128, K=1000 (mixture)", mixture, 1000),
]


def ours(points, start):
    """Seconds and the final cost."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/points.npy", points)
        np.save(f"{folder}/start.npy", start)
        command = [options.deepclust, "bench-kmeans", f"{folder}/points.npy", f"{folder}/start.npy",
                   "--iterations", str(ITERATIONS), "--threads", str(options.threads)]
        answer = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return answer["seconds"][0], answer["cost"]


def by_sklearn(points, start):
    model = KMeans(len(start), init=start, n_init=1, max_iter=ITERATIONS, tol=0, algorithm="lloyd")
    begin = time.perf_counter()
    model.fit(points)
    return time.perf_counter() - begin, cost(points, model.cluster_centers_)


def by_faiss(points, start):
    count, dimension = start.shape
    model = faiss.Clustering(dimension, count)
    model.niter = ITERATIONS
    model.max_points_per_centroid = len(points)  # no subsampling
    model.min_points_per_centroid = 1
    faiss.copy_array_to_vector(start.ravel(), model.centroids)
    index = faiss.IndexFlatL2(dimension)
    begin = time.perf_counter()
    model.train(points, index)
    index.search(points, 1)  # train leaves no labels for its last centroids; the others do
    elapsed = time.perf_counter() - begin
    return elapsed, cost(points, faiss.vector_to_array(model.centroids).reshape(start.shape))


def cost(points, centroids):
    """The k-means cost in double precision."""
    total, centroids = 0.0, centroids.astype(np.float64)
    norms = (centroids**2).sum(1)
    for i in range(0, len(points), 10_000):
        block = points[i : i + 10_000].astype(np.float64)
        total += ((block**2).sum(1) + (norms - 2 * block @ centroids.T).min(1)).sum()
    return total


def main():
    contenders = {"ours": ours, "scikit-learn": by_sklearn, "faiss": by_faiss}
    for name, make, clusters in CASES:
        if options.case not in name:
            continue
        points = np.ascontiguousarray(make())
        start = points[np.random.default_rng(0).choice(len(points), clusters, replace=False)].copy()
        seconds, costs = {key: [] for key in contenders}, {}
        for _ in range(options.rounds):
            for key, run in contenders.items():
                elapsed, costs[key] = run(points, start)
                seconds[key].append(elapsed)
        medians = {key: statistics.median(values) for key, values in seconds.items()}
        print(f"{name}: {ITERATIONS} iterations, {options.threads} threads, median (lowest) of {options.rounds}")
        for key in contenders:
            print(f"  {key:13} {medians[key]:9.4f} s ({min(seconds[key]):.4f})  cost {costs[key]:.8g} "
                  f"({costs[key] / costs['ours'] - 1:+.1e})")
        ratio = min(medians["scikit-learn"], medians["faiss"]) / medians["ours"]
        lowest = min(min(seconds["scikit-learn"]), min(seconds["faiss"])) / min(seconds["ours"])
        print(f"  ours is {ratio:.2f} times as fast as the faster peer (lowest times: {lowest:.2f})", flush=True)


if __name__ == "__main__":
    main()

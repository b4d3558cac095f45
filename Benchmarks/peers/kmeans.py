# SPDX-License-Identifier: Apache-2.0
"""k-means side by side: 20 Lloyd iterations from the same start by this project, scikit-learn and faiss, in turn.

Prints the median seconds of each, how many times faster ours is than the faster peer, and the costs.
Each ends with labels for its last centroids; the data is in memory when the clock starts.

    python kmeans.py --library libctkmeans.so --data DIR [--rounds 5] [--threads 2] [--case TEXT]

DIR holds mnist/*.gz (IDX) and umap-embeddings/mnist_x.npy. The library is the k-means part of CTorch alone; from
Sources/CTorch:  clang++ -std=c++20 -O3 -fPIC -shared -Iinclude kmeans*.cpp -lgomp -o libctkmeans.so
"""
import argparse
import ctypes
import gzip
import os
import pathlib
import statistics
import time
import warnings

ITERATIONS = 20


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", required=True, help="shared library with the ct_kmeans_ functions")
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


class Step(ctypes.Structure):
    _fields_ = [("cost", ctypes.c_double), ("movement", ctypes.c_double), ("changed", ctypes.c_int64),
                ("refilled", ctypes.c_int32), ("empty", ctypes.c_int32)]


library = ctypes.CDLL(os.path.abspath(options.library))
library.ct_kmeans_new.restype = ctypes.c_void_p
library.ct_kmeans_new.argtypes = [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int32]
library.ct_kmeans_free.argtypes = [ctypes.c_void_p]
library.ct_kmeans_step.restype = ctypes.c_bool
library.ct_kmeans_step.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32] + 4 * [ctypes.c_void_p]
library.ct_kmeans_assign.restype = ctypes.c_bool
library.ct_kmeans_assign.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32] + 4 * [ctypes.c_void_p]


def ours(points, start):
    """Seconds and final centroids."""
    begin = time.perf_counter()
    centroids, labels = start.copy(), np.full(len(points), -1, np.int32)
    weights, step, cost = np.empty(len(start)), Step(), ctypes.c_double()
    handle = library.ct_kmeans_new(points.ctypes.data, *points.shape, None, options.threads)
    for _ in range(ITERATIONS):
        assert library.ct_kmeans_step(handle, centroids.ctypes.data, len(start), labels.ctypes.data,
                                      centroids.ctypes.data, weights.ctypes.data, ctypes.byref(step))
    assert library.ct_kmeans_assign(handle, centroids.ctypes.data, len(start), labels.ctypes.data, None, None,
                                    ctypes.byref(cost))
    library.ct_kmeans_free(handle)
    return time.perf_counter() - begin, centroids


def by_sklearn(points, start):
    model = KMeans(len(start), init=start, n_init=1, max_iter=ITERATIONS, tol=0, algorithm="lloyd")
    begin = time.perf_counter()
    model.fit(points)
    return time.perf_counter() - begin, model.cluster_centers_


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
    return time.perf_counter() - begin, faiss.vector_to_array(model.centroids).reshape(start.shape)


def cost(points, centroids):
    """The k-means cost in double precision, the same way for all."""
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
        for round_ in range(options.rounds):
            for key, run in contenders.items():
                elapsed, centroids = run(points, start)
                seconds[key].append(elapsed)
                if round_ == 0:
                    costs[key] = cost(points, centroids)
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

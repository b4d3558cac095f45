# SPDX-License-Identifier: Apache-2.0
"""What the comparisons of layouts share: options, turns, and how well a layout keeps neighbourhoods."""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import tempfile
import warnings

PROJECT = pathlib.Path(__file__).resolve().parents[2]
NEIGHBORS = 15


def arguments(description, **more):
    """The options of a comparison, `more` being integers with their defaults; sets the peers' threads.

    It runs before NumPy is imported, which reads the number of threads once.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("codes", type=pathlib.Path)
    parser.add_argument("--deepclust", type=pathlib.Path, default=PROJECT / ".build/release/deepclust")
    for name, default in {"rounds": 3, "threads": 2, **more}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(options.threads)
    warnings.simplefilter("ignore")
    return options


def ours(options, seed, *settings):
    """Seconds and places of `deepclust project`."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        command = [options.deepclust, "project", options.codes, *settings, "--output", f"{folder}/layout.npy",
                   "--json", "--quiet", "--threads", str(options.threads), "--seed", str(seed)]
        answer = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        return answer["seconds"], np.load(f"{folder}/layout.npy")


def compare(options, codes, settings, peer, theirs):
    """Lays out in turn, and prints seconds, quality and ratio; `theirs(seed)` gives seconds and places."""
    import numpy as np

    sample = np.random.default_rng(0).choice(len(codes), min(5_000, len(codes)), replace=False)
    contenders = {"deepclust": lambda seed: ours(options, seed, *settings), peer: theirs}
    seconds, layouts = {name: [] for name in contenders}, {}
    for turn in range(options.rounds):
        for name, run in contenders.items():
            elapsed, layouts[name] = run(turn + 1)
            seconds[name].append(elapsed)
            print(f"round {turn + 1}: {name} {elapsed:.1f} s", flush=True)
    print(f"{len(codes)} x {codes.shape[1]}, {' '.join(settings)}, {options.threads} threads")
    for name in contenders:
        trust, kept = quality(codes, layouts[name], sample)
        print(f"  {name:10} median {statistics.median(seconds[name]):.1f} s ({', '.join(f'{s:.1f}' for s in seconds[name])})"
              f"  trustworthiness {trust:.4f}  neighbours kept {kept:.4f}")
    ratio = statistics.median(seconds[peer]) / statistics.median(seconds["deepclust"])
    # Only ours ran as processes of their own.
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  ours is {ratio:.2f} times as fast and held {memory:.0f} MB at most")


def quality(codes, layout, sample):
    """Trustworthiness (Venna and Kaski 2001) and neighbour preservation of the sampled rows."""
    import numpy as np
    from sklearn.neighbors import NearestNeighbors

    n, k = len(codes), NEIGHBORS
    true = NearestNeighbors(n_neighbors=k + 1).fit(codes).kneighbors(codes[sample], return_distance=False)[:, 1:]
    near = NearestNeighbors(n_neighbors=k + 1).fit(layout).kneighbors(layout[sample], return_distance=False)[:, 1:]
    kept = np.mean([len(set(a) & set(b)) / k for a, b in zip(true, near)])
    penalty = 0
    for i, neighbours in zip(sample, near):
        squares = ((codes - codes[i]) ** 2).sum(1)
        squares[i] = -1
        ranks = np.searchsorted(np.sort(squares), squares[neighbours])
        penalty += np.maximum(ranks - k, 0).sum()
    return 1 - 2 * penalty / (len(sample) * k * (2 * n - 3 * k - 1)), kept

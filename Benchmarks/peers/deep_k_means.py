# SPDX-License-Identifier: Apache-2.0
"""Deep k-means without pretraining (DKM^a) on USPS in plain PyTorch, step by step as the authors' program does it:
batches drawn independently, clusters from the codes last seen in a batch (stale) beside those of the last network
(fresh), Adam of rate 1e-3, lambda as given, alpha from 0.1 over 40 values, five epochs each.

It tells what their recipe gives on the data that we have, apart from our own code. The accuracy of
experiments/results/joint-usps.md is to be read beside it.

    $peers/bin/python Benchmarks/peers/deep_k_means.py --data $DEEPCLUST_DATA --seeds 1 2 3
"""

import argparse
import gzip
import math
import pathlib

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import normalized_mutual_info_score

CLUSTERS = 10
BATCH = 256


def usps(folder):
    """9,298 images of 256 values from -1 to 1, and their classes."""
    tables = []
    for part in ("train", "test"):
        with gzip.open(pathlib.Path(folder) / "usps" / f"zip.{part}.gz", "rt") as lines:
            tables.append(np.loadtxt(lines))
    table = np.concatenate(tables)
    return table[:, 1:].astype(np.float32), table[:, 0].astype(int)


def accuracy(clusters, classes):
    """The share of the samples in the cluster that is matched with their class."""
    counts = np.zeros((CLUSTERS, CLUSTERS), int)
    np.add.at(counts, (clusters, classes), 1)
    return counts[linear_sum_assignment(-counts)].sum() / len(classes)


def layers(sizes):
    """Dense layers with ReLU between them, Glorot-uniform weights and biases of zero."""
    modules = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        if modules:
            modules.append(torch.nn.ReLU())
        layer = torch.nn.Linear(inputs, outputs)
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
        modules.append(layer)
    return torch.nn.Sequential(*modules)


def alphas():
    """alpha_n = 2^(1 / ln(n)^2) alpha_(n - 1) for n = 2 ... 40, from 0.1."""
    values = [0.1]
    for n in range(2, 41):
        values.append(2 ** (1 / math.log(n) ** 2) * values[-1])
    return values


def fit(rows, weight, seed):
    """The stale and the fresh clusters after 200 epochs."""
    torch.manual_seed(seed)
    random = np.random.RandomState(seed)
    sizes = [rows.shape[1], 500, 500, 2000, CLUSTERS]
    encoder, decoder = layers(sizes), layers(sizes[::-1])
    centers = (2 * torch.rand(CLUSTERS, CLUSTERS) - 1).requires_grad_()
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters(), centers], lr=1e-3)
    stale = np.zeros(len(rows), int)
    for alpha in alphas():
        for _ in range(5 * math.ceil(len(rows) / BATCH)):
            chosen = random.choice(len(rows), BATCH, replace=False)
            x = rows[chosen]
            codes = encoder(x)
            distances = ((codes[:, None] - centers) ** 2).sum(2)
            clustering = (distances * torch.softmax(-alpha * distances, 1)).sum(1).mean()
            reconstruction = ((x - decoder(codes)) ** 2).sum(1).mean()
            optimizer.zero_grad()
            (reconstruction + weight * clustering).backward()
            optimizer.step()
            stale[chosen] = distances.argmin(1).numpy()
    with torch.no_grad():
        return stale, torch.cdist(encoder(rows), centers).argmin(1).numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="the folder that holds usps/")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--weight", type=float, default=0.1, help="lambda")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rows, classes = usps(arguments.data)
    results = []
    for seed in arguments.seeds:
        found = fit(torch.from_numpy(rows), arguments.weight, seed)
        results.append(
            [(accuracy(f, classes), normalized_mutual_info_score(classes, f)) for f in found]
        )
        (stale, fresh) = results[-1]
        print(
            f"seed {seed}  stale ACC {stale[0]:.4f} NMI {stale[1]:.4f}"
            f"  fresh ACC {fresh[0]:.4f} NMI {fresh[1]:.4f}",
            flush=True,
        )
    mean, deviation = np.mean(results, 0), np.std(results, 0)
    for name, m, d in zip(("stale", "fresh"), mean, deviation):
        print(f"{name}  ACC {m[0]:.4f} +- {d[0]:.4f}  NMI {m[1]:.4f} +- {d[1]:.4f}")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Deep k-means on USPS in plain PyTorch, step by step as the authors' program does it: batches drawn independently,
clusters from the codes last seen in a batch (stale) beside those of the last network (fresh), Adam of rate 1e-3,
lambda as given. Without pretraining (DKM^a) alpha goes from 0.1 over 40 values, five epochs each. With --pretrained
(DKM^p) 50 epochs of the autoencoder come first, then k-means, then 100 epochs with alpha = 1000 and the same Adam,
which remembers the gradients of the pretraining.

It tells what their recipe gives on the data that we have, apart from our own code. The accuracy of
experiments/results/joint-usps.md is to be read beside it.

    $peers/bin/python Benchmarks/peers/deep_k_means.py --data $DEEPCLUST_DATA --seeds 1 2 3
    $peers/bin/python Benchmarks/peers/deep_k_means.py --data $DEEPCLUST_DATA --pretrained --weight 1
"""

import argparse
import gzip
import math
import pathlib

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
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


def fit(rows, weight, seed, pretrained):
    """The stale and the fresh clusters after the last epoch."""
    torch.manual_seed(seed)
    random = np.random.RandomState(seed)
    sizes = [rows.shape[1], 500, 500, 2000, CLUSTERS]
    encoder, decoder = layers(sizes), layers(sizes[::-1])
    weights = [*encoder.parameters(), *decoder.parameters()]
    optimizer = torch.optim.Adam(weights, lr=1e-3)
    stale = np.zeros(len(rows), int)

    def train(epochs, alpha=None):
        for _ in range(epochs * math.ceil(len(rows) / BATCH)):
            chosen = random.choice(len(rows), BATCH, replace=False)
            x = rows[chosen]
            codes = encoder(x)
            loss = ((x - decoder(codes)) ** 2).sum(1).mean()
            if alpha is not None:
                distances = ((codes[:, None] - centers) ** 2).sum(2)
                soft = torch.softmax(-alpha * distances, 1)
                loss = loss + weight * (distances * soft).sum(1).mean()
                stale[chosen] = distances.argmin(1).numpy()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    if pretrained:
        train(50)
        with torch.no_grad():
            start = KMeans(CLUSTERS, n_init=10, random_state=seed).fit(encoder(rows).numpy())
        centers = torch.tensor(start.cluster_centers_, dtype=torch.float32, requires_grad=True)
    else:
        centers = (2 * torch.rand(CLUSTERS, CLUSTERS) - 1).requires_grad_()
    optimizer.add_param_group({"params": [centers]})
    for alpha in [1000] * 20 if pretrained else alphas():
        train(5, alpha)
    with torch.no_grad():
        return stale, torch.cdist(encoder(rows), centers).argmin(1).numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="the folder that holds usps/")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--weight", type=float, default=0.1, help="lambda")
    parser.add_argument("--pretrained", action="store_true", help="DKM^p instead of DKM^a")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rows, classes = usps(arguments.data)
    results = []
    for seed in arguments.seeds:
        found = fit(torch.from_numpy(rows), arguments.weight, seed, arguments.pretrained)
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

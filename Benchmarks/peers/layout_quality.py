# SPDX-License-Identifier: Apache-2.0
"""How well a layout keeps the neighbourhoods of its rows."""
import numpy as np
from sklearn.neighbors import NearestNeighbors

NEIGHBORS = 15


def quality(codes, layout, sample):
    """Trustworthiness (Venna and Kaski 2001) and neighbour preservation of the sampled rows."""
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

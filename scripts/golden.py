#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the reference numbers of the tests, one small JSON file a section.

    python scripts/golden.py              all sections
    python scripts/golden.py metrics      the named sections only

Needs numpy, scipy, scikit-learn and, for some sections, torch. To add a section, write a function
that returns what JSON can hold, and decorate it with the name of its file. Numbers come from the
named libraries only, never from this project.
"""
import json
import pathlib
import sys

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests/DeepClusteringTests/Golden"
SECTIONS = {}


def section(name):
    """Registers the function that makes Golden/<name>.json."""

    def register(make):
        SECTIONS[name] = make
        return make

    return register


@section("metrics")
def metrics():
    """Scores of pairs of labellings (scikit-learn, SciPy) and silhouettes (scikit-learn)."""
    rng = np.random.default_rng(11)
    classes = np.repeat([0, 1, 2], [7, 5, 8])
    noisy = rng.integers(0, 10, 500)
    good = np.where(rng.random(500) < 0.8, (noisy * 3 + 1) % 10, rng.integers(0, 10, 500))
    skewed = np.repeat([0, 1, 2, 3], [150, 30, 15, 5])
    pairs = {
        "perfect": (classes, classes),
        "permuted": (np.array([2, 0, 1])[classes], classes),
        "one cluster": (np.zeros(20, int), classes),
        "one class": (classes, np.zeros(20, int)),
        "one of each": (np.zeros(6, int), np.full(6, 4)),
        "all singletons": (np.arange(20), classes),
        "singletons twice": (np.arange(12), np.arange(12)[::-1]),
        "more clusters than classes": (rng.integers(0, 13, 300), rng.integers(0, 4, 300)),
        "fewer clusters than classes": (good // 3, noisy),
        "unbalanced": (np.where(rng.random(200) < 0.3, 0, skewed + 1), skewed),
        "independent": (rng.integers(0, 10, 500), noisy),
        "good": (good, noisy),
        "noise and gaps": (np.where(rng.random(500) < 0.1, -1, good * 1_000_003), noisy * 2 + 5),
    }
    cases = [
        {"name": name, "predicted": p.tolist(), "labels": y.tolist(), "scores": scores(p, y)}
        for name, (p, y) in pairs.items()
    ]
    # Whole data sets as tables, clusters × classes: the test expands them into labels.
    sizes = rng.multinomial(70_000, rng.dirichlet(np.full(10, 40.0)))
    tables = {
        "70,000 samples, 10 clusters": [
            rng.multinomial(size, rng.dirichlet(0.05 + 8 * np.eye(10)[i]))
            for i, size in enumerate(sizes)
        ],
        "70,000 samples, 100 clusters": [
            rng.multinomial(size, rng.dirichlet(np.full(100, 0.1))) for size in sizes
        ],
        "200,000 samples, by chance": [
            rng.multinomial(20_000, np.full(10, 0.1)) for _ in range(10)
        ],
    }
    for name, columns in tables.items():
        table = np.stack(columns, axis=1)
        rows, cols = np.indices(table.shape)
        p, y = (np.repeat(v.ravel(), table.ravel()) for v in (rows, cols))
        cases.append({"name": name, "table": table.tolist(), "scores": scores(p, y)})
    return {"cases": cases, "silhouettes": silhouettes(rng), "assignments": assignments(rng)}


def scores(predicted, labels):
    from scipy.optimize import linear_sum_assignment
    from sklearn import metrics as m

    table = m.cluster.contingency_matrix(labels, predicted).T
    rows, cols = linear_sum_assignment(table, maximize=True)
    best = table[rows, cols].sum()
    result = {
        "acc": best / len(labels),
        "nmi": m.normalized_mutual_info_score(labels, predicted),
        "ami": m.adjusted_mutual_info_score(labels, predicted),
        "ari": m.adjusted_rand_score(labels, predicted),
        "purity": table.max(axis=1).sum() / len(labels),
        "homogeneity": m.homogeneity_score(labels, predicted),
        "completeness": m.completeness_score(labels, predicted),
    }
    # Scores of single classes are defined only where no other matching is as good.
    unique = True
    for row, col in zip(rows, cols):
        without = table.copy()
        without[row, col] = 0
        if table[row, col] > 0:
            other = without[linear_sum_assignment(without, maximize=True)].sum()
            unique = unique and other < best
    if unique:
        clusters, classes = np.unique(predicted), np.unique(labels)
        mapping = {clusters[r]: classes[c] for r, c in zip(rows, cols)}
        mapped = np.array([mapping.get(p, -99) for p in predicted])
        precision, recall, f1, support = m.precision_recall_fscore_support(
            labels, mapped, labels=classes, zero_division=0
        )
        result["precision"], result["recall"] = precision.tolist(), recall.tolist()
        result["f1"], result["support"] = f1.tolist(), support.tolist()
    return {k: v if isinstance(v, list) else float(v) for k, v in result.items()}


def silhouettes(rng):
    from sklearn.metrics import silhouette_score

    clusters = np.repeat([0, 1, 2, 7], [15, 20, 24, 1])
    centers = np.repeat([[0, 0, 0], [3, 1, 0], [0, 2, 4], [9, 9, 9]], [15, 20, 24, 1], axis=0)
    points = np.round(centers + rng.normal(size=(60, 3)), 3).astype(np.float32)
    random = rng.permutation(clusters)
    # A cluster of equal points that another cluster shares.
    equal = points.copy()
    equal[:20] = equal[0]
    return [
        {
            "values": [round(float(v), 3) for v in x.ravel()],
            "columns": 3,
            "clusters": c.tolist(),
            "mean": float(silhouette_score(x.astype(np.float64), c)),
        }
        for x, c in [(points, clusters), (points, random), (equal, clusters)]
    ]


def assignments(rng):
    from scipy.optimize import linear_sum_assignment

    cases = []
    for rows, columns in [(1, 1), (5, 5), (4, 9), (9, 4), (20, 20)]:
        weights = np.round(rng.normal(size=(rows, columns)) * 10, 2)
        r, c = linear_sum_assignment(weights, maximize=True)
        column_of_row = np.full(rows, -1)
        column_of_row[r] = c
        cases.append(
            {
                "weights": weights.tolist(),
                "columnOfRow": column_of_row.tolist(),
                "total": float(weights[r, c].sum()),
            }
        )
    return cases


@section("principal-components")
def principal_components():
    """Directions, variances and projections of scikit-learn, largest coordinate positive."""
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(12)
    # Whole 64ths are exact in single precision. Far from the origin a covariance from sums of
    # squares would lose its digits.
    mixed = rng.normal(size=(30, 4)) * [4, 2, 1, 0.5] @ np.linalg.qr(rng.normal(size=(4, 4)))[0]
    cases = []
    for name, values, count in [
        ("far away", np.round((mixed + 1000) * 64) / 64, 3),
        ("fewer rows than columns", np.round(rng.normal(size=(4, 6)) * 192) / 64, 3),
    ]:
        cases.append(pca_case(PCA, name, values, count) | {"values": values.ravel().tolist()})
    # Too large to keep: the test makes the same values from the same formula, exactly.
    rows, columns = np.indices((200, 90))
    values = ((rows * rows * 7 + rows * columns * 13 + columns * columns * 31) % 101).astype(float)
    values *= 1 + columns % 7
    cases.append(pca_case(PCA, "many columns", values, 2, keep=10))
    return {"cases": cases}


def pca_case(PCA, name, values, count, keep=None):
    pca = PCA(count, svd_solver="full").fit(values)
    largest = np.abs(pca.components_).argmax(axis=1)
    signs = np.sign(pca.components_[np.arange(count), largest])[:, None]
    return {
        "name": name,
        "columns": values.shape[1],
        "directions": (pca.components_ * signs).ravel().tolist(),
        "variances": pca.explained_variance_.tolist(),
        "total": float(values.var(axis=0, ddof=1).sum()),
        "projected": (pca.transform(values) * signs.T)[:keep].ravel().tolist(),
    }


def main():
    names = sys.argv[1:] or list(SECTIONS)
    for name in names:
        if name not in SECTIONS:
            known = ", ".join(SECTIONS)
            sys.exit(f"golden.py: there is no section {name}; the sections are {known}")
        path = FOLDER / f"{name}.json"
        FOLDER.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(SECTIONS[name](), separators=(",", ":")) + "\n")
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the reference numbers of the tests, one small JSON file a section.

    python scripts/golden.py              all sections
    python scripts/golden.py metrics      the named sections only

Needs numpy, scipy, scikit-learn and, for some sections, torch or Pillow. To add a section, write a function
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


@section("affinities")
def affinities():
    """Conditional probabilities of a perplexity over the nearest neighbours, by scikit-learn."""
    from sklearn.manifold._utils import _binary_search_perplexity
    from sklearn.neighbors import NearestNeighbors

    rng = np.random.default_rng(13)
    cases = []
    # Also in a unit that is far from 1, and with two rows at one place.
    for perplexity, scale in [(5.0, 1.0), (3.0, 1024.0)]:
        rows = np.round(rng.normal(size=(30, 3)) * 64) / 64 * scale
        rows[1] = rows[0]
        count = int(3 * perplexity)
        distances = NearestNeighbors(n_neighbors=count + 1).fit(rows).kneighbors(rows)[0][:, 1:]
        squares = (distances**2).astype(np.float32)
        found = _binary_search_perplexity(squares, perplexity, 0)
        cases.append({
            "perplexity": perplexity, "count": count,
            "squares": squares.ravel().tolist(), "probabilities": found.ravel().tolist(),
        })
    return {"cases": cases}


# Numerics: what `Torch` and the methods compute, by PyTorch in double precision. Inputs are rounded
# to whole 64ths, which are exact in single precision.


def exact(rng, *shape, scale=1.0):
    return np.round(rng.normal(size=shape) * scale * 64) / 64


def packed(tensor):
    """A tensor or array as the tests read it."""
    array = tensor.detach().double().numpy() if hasattr(tensor, "detach") else np.asarray(tensor)
    values = np.where(np.isfinite(array), array, 0).ravel()
    return {"shape": list(array.shape), "values": [float(f"{v:.9g}") for v in values]}


def activations():
    import torch
    from torch.nn import functional as f

    return {
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "selu": torch.selu,
        "celu": f.celu,
        "elu": f.elu,
        "leaky-relu": lambda x: f.leaky_relu(x, 0.01),
        "steep-leaky-relu": lambda x: f.leaky_relu(x, 0.2),
        "identity": lambda x: x,
    }


@section("layers")
def layers():
    """Outputs and gradients of the layers, for the loss Σ c·y."""
    import torch

    rng = np.random.default_rng(21)

    def leaf(*shape):
        return torch.tensor(exact(rng, *shape), dtype=torch.float64, requires_grad=True)

    def gradients(output, c, *inputs):
        return [packed(g) for g in torch.autograd.grad((output * c).sum(), inputs)]

    x, weight, bias, c = leaf(5, 7), leaf(4, 7), leaf(4), leaf(5, 4).detach()
    linear = {"x": packed(x), "weight": packed(weight), "bias": packed(bias), "c": packed(c)}
    linear["cases"] = []
    for name, activation in activations().items():
        y = activation(x @ weight.T + bias)
        grads = gradients(y, c, x, weight, bias)
        linear["cases"].append({"activation": name, "y": packed(y), "gradients": grads})
    # Mixed precision: operands and results are rounded to bfloat16, the sums are exact.
    low = [t.detach().bfloat16().double() for t in (x, weight, bias)]
    y = torch.relu(low[0] @ low[1].T + low[2]).bfloat16()
    gy = c.bfloat16().double() * (y > 0)
    grads = [(gy @ low[1]).bfloat16(), (gy.T @ low[0]).bfloat16(), gy.sum(0)]
    linear["bfloat16"] = {
        "activation": "relu",
        "y": packed(y),
        "gradients": [packed(g) for g in grads],
    }

    points = torch.tensor([-20, -3, -1, -0.25, 0, 0.25, 1, 3, 20], dtype=torch.float64)
    points.requires_grad_()
    curves = [
        {
            "name": n,
            "y": packed(a(points)),
            "slope": packed(torch.autograd.grad(a(points).sum(), points)[0]),
        }
        for n, a in activations().items()
    ]

    images, kernel, offset = leaf(2, 3, 6, 5), leaf(4, 3, 3, 3), leaf(4)
    y = torch.nn.functional.conv2d(images, kernel, offset, stride=2, padding=1)
    c = leaf(*y.shape).detach()
    conv = {"x": packed(images), "weight": packed(kernel), "bias": packed(offset), "c": packed(c)}
    conv |= {"y": packed(y), "gradients": gradients(y, c, images, kernel, offset)}

    codes, kernel, offset = leaf(2, 3, 3, 4), leaf(3, 2, 3, 3), leaf(2)
    y = torch.nn.functional.conv_transpose2d(
        codes, kernel, offset, stride=2, padding=1, output_padding=1
    )
    c = leaf(*y.shape).detach()
    transposed = {
        "x": packed(codes),
        "weight": packed(kernel),
        "bias": packed(offset),
        "c": packed(c),
    }
    transposed |= {"y": packed(y), "gradients": gradients(y, c, codes, kernel, offset)}

    norm = torch.nn.BatchNorm1d(3, momentum=0.1, eps=1e-5).double()
    with torch.no_grad():
        norm.weight.copy_(leaf(3))
        norm.bias.copy_(leaf(3))
    batches = {"weight": packed(norm.weight), "bias": packed(norm.bias), "steps": []}
    for training in (True, True, False):
        x, c = leaf(6, 3), leaf(6, 3).detach()
        norm.train(training)
        y = norm(x)
        step = {"training": training, "x": packed(x), "c": packed(c), "y": packed(y)}
        step["gradients"] = gradients(y, c, x, norm.weight, norm.bias)
        step |= {"mean": packed(norm.running_mean), "variance": packed(norm.running_var)}
        batches["steps"].append(step)
    return {
        "linear": linear,
        "activations": curves,
        "conv2d": conv,
        "convTranspose2d": transposed,
        "batchNorm": batches,
    }


@section("optimizers")
def optimizers():
    """Parameters after steps whose gradient is a·p + b, with the rate of step t times 0.5^(t // 2)."""
    import torch

    rng = np.random.default_rng(22)
    start = [exact(rng, 2, 3), exact(rng, 3)]
    steps = [[exact(rng, *p.shape) for p in start] for _ in range(5)]
    cases = []
    for kind, make, settings in [
        ("sgd", torch.optim.SGD, {"lr": 0.1}),
        ("sgd", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
        ("sgd", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        ("sgd", torch.optim.SGD, {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.2}),
        ("adam", torch.optim.Adam, {"lr": 0.01}),
        ("adam", torch.optim.Adam, {"lr": 0.01, "weight_decay": 0.3}),
        ("adamw", torch.optim.AdamW, {"lr": 0.01, "weight_decay": 0.3}),
    ]:
        for forgets in (False, True):
            parameters = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in start]
            optimizer = make(parameters, **settings)
            after = []
            for t, gradients in enumerate(steps):
                if forgets and t == 3:
                    optimizer = make(parameters, **settings)
                optimizer.param_groups[0]["lr"] = settings["lr"] * 0.5 ** (t // 2)
                for p, g in zip(parameters, gradients):
                    p.grad = 0.5 * p.detach() + torch.tensor(g)
                optimizer.step()
                after.append([packed(p) for p in parameters])
            cases.append(
                {
                    "kind": kind,
                    "rate": settings["lr"],
                    "momentum": settings.get("momentum", 0),
                    "nesterov": settings.get("nesterov", False),
                    "decay": settings.get("weight_decay", 0),
                    "forgets": forgets,
                    "after": after,
                }
            )
    return {
        "start": [packed(p) for p in start],
        "gradients": [[packed(g) for g in step] for step in steps],
        "cases": cases,
    }


@section("k-means")
def k_means():
    """Lloyd's iterations of scikit-learn from given centroids."""
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(23)
    centers = rng.normal(size=(5, 3)) * 2
    points = exact(rng, 80, 3) + np.round(centers[rng.integers(0, 5, 80)] * 64) / 64
    weights = rng.integers(0, 5, 80).astype(float)
    cases = []
    for k, weighted in [(1, False), (4, False), (9, False), (4, True), (9, True)]:
        start = points[rng.choice(80, k, replace=False)]
        for iterations in (1, 3, 100):
            fit = KMeans(k, init=start, n_init=1, max_iter=iterations, tol=0, algorithm="lloyd")
            fit.fit(points, sample_weight=weights if weighted else None)
            cases.append(
                {
                    "start": packed(start),
                    "weighted": weighted,
                    "iterations": iterations,
                    "centroids": packed(fit.cluster_centers_),
                    "labels": fit.labels_.tolist(),
                    "cost": float(fit.inertia_),
                }
            )
    return {"points": packed(points), "weights": weights.tolist(), "cases": cases}


def student_t(z, mu, alpha):
    """q of DEC, equation (1)."""
    squares = ((z[:, None] - mu[None]) ** 2).sum(2)
    kernel = (1 + squares / alpha) ** (-(alpha + 1) / 2)
    return kernel / kernel.sum(1)[:, None]


def sharpened(q):
    """p of DEC, equation (3)."""
    weight = q**2 / q.sum(0)
    return weight / weight.sum(1)[:, None]


@section("student-t")
def soft_assignments():
    """q, p and KL(P‖Q) of DEC by numpy; z of one row is far away from all centroids."""
    rng = np.random.default_rng(24)
    z, mu = exact(rng, 12, 3, scale=2), exact(rng, 4, 3, scale=2)
    z[5] = [60, -40, 75]
    cases = []
    for alpha in (1.0, 0.5, 4.0):
        q = student_t(z, mu, alpha)
        p = sharpened(q)
        cases.append(
            {
                "alpha": alpha,
                "q": packed(q),
                "p": packed(p),
                "divergence": float((p * np.log(p / q)).sum(1).mean()),
            }
        )
    return {"z": packed(z), "mu": packed(mu), "cases": cases}


def stream(seed, name, number=0):
    """The seed of a random stream: FNV-1a over the three, then SplitMix64's finaliser."""
    mask, value = 2**64 - 1, 0xCBF29CE484222325
    for byte in seed.to_bytes(8, "little") + name.encode() + number.to_bytes(8, "little"):
        value = ((value ^ byte) * 0x100000001B3) & mask
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & mask
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & mask
    return value ^ (value >> 31)


@section("streams")
def streams():
    """Seeds of streams, and the first numbers of PyTorch's generators with these seeds."""
    import torch

    cases = []
    for seed, name, number in [
        (0, "", 0),
        (1, "weights", 0),
        (1, "weights", 1),
        (2, "weights", 0),
        (1, "Weights", 0),
        (2**64 - 1, "clustering batches", 12345),
    ]:
        value = stream(seed, name, number)
        # PyTorch's seeds are signed.
        generator = torch.Generator().manual_seed(value - 2**64 if value >= 2**63 else value)
        cases.append(
            {
                "seed": str(seed),
                "name": name,
                "number": number,
                "stream": str(value),
                "permutation": torch.randperm(9, generator=generator).tolist(),
            }
        )
    return {"cases": cases}


def network(rng, sizes):
    """Weights and biases of a dense network as PyTorch tensors."""
    import torch

    return [
        [
            torch.tensor(exact(rng, *shape, scale=0.5), dtype=torch.float64, requires_grad=True)
            for shape in ((outputs, inputs), (outputs,))
        ]
        for inputs, outputs in zip(sizes, sizes[1:])
    ]


def forward(layers, x):
    """ReLU between the layers, none after the last."""
    import torch

    for index, (weight, bias) in enumerate(layers):
        x = x @ weight.T + bias
        if index < len(layers) - 1:
            x = torch.relu(x)
    return x


def copies(tensors):
    return [t.detach().clone().requires_grad_() for t in tensors]


def generator(seed, name, number=0):
    import torch

    value = stream(seed, name, number)
    return torch.Generator().manual_seed(value - 2**64 if value >= 2**63 else value)


@section("training")
def training():
    """Whole steps of pretraining, DEC and IDEC on a tiny network, in double precision."""
    rng = np.random.default_rng(25)
    x = exact(rng, 10, 6)
    encoder, decoder = network(rng, [6, 5, 2]), network(rng, [2, 5, 6])
    centroids = exact(rng, 3, 2)
    labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 2]
    given = {
        "x": packed(x),
        "centroids": packed(centroids),
        "labels": labels,
        "seed": 7,
        "encoder": [[packed(t) for t in layer] for layer in encoder],
        "decoder": [[packed(t) for t in layer] for layer in decoder],
    }
    nets = (encoder, decoder)
    given["pretraining"] = [
        pretraining_case(x, nets, loss, layerwise)
        for loss, layerwise in [("mean", 0), ("half-sum", 0), ("half-sum", 3), ("half-mean", 3)]
    ]
    dec = {"rate": 0.5, "momentum": 0.9, "gamma": 1.0, "reconstruction": 0.0}
    idec = {"rate": 0.01, "gamma": 0.1, "reconstruction": 1.0}
    given["selfTraining"] = [
        self_training_case(x, nets, centroids, labels, name, settings)
        for name, settings in [
            ("dec", dec),
            ("dec with three degrees of freedom", dec | {"alpha": 3.0}),
            ("dec that forgets its momentum", dec | {"forgets": True}),
            ("dec with a frozen encoder", dec | {"frozen": True}),
            ("dec from labels", dec | {"startIterations": 2}),
            ("idec", idec),
        ]
    ]
    return given


def pretraining_case(x, nets, loss_name, layerwise):
    """One pass over ten rows in batches of four for each phase."""
    import torch

    x = torch.tensor(x)
    encoder, decoder = ([copies(layer) for layer in net] for net in nets)
    phases, losses = ([0, 1, 2] if layerwise else [2]), []
    for step, phase in enumerate(phases):
        order = torch.randperm(10, generator=generator(7, "pretraining batches", step))
        noise = generator(7, "pretraining noise", step)
        if phase < 2:
            parameters = encoder[phase] + decoder[1 - phase]
        else:
            parameters = [t for layer in encoder + decoder for t in layer]
        optimizer = torch.optim.SGD(parameters, lr=0.1, momentum=0.9)
        total = 0.0

        def drop(h):
            kept = torch.rand(h.shape, generator=noise) >= 0.2
            return h * kept / 0.8

        for batch, low in enumerate((0, 4, 8)):
            optimizer.param_groups[0]["lr"] = 0.1 * 0.5 ** (batch // 2)
            rows = x[order[low : low + 4]]
            if phase == 0:
                target = rows
                code = drop(torch.relu(rows @ encoder[0][0].T + encoder[0][1]))
                output = code @ decoder[1][0].T + decoder[1][1]
            elif phase == 1:
                target = torch.relu(rows @ encoder[0][0].T + encoder[0][1]).detach()
                code = drop(target) @ encoder[1][0].T + encoder[1][1]
                output = torch.relu(code @ decoder[0][0].T + decoder[0][1])
            else:
                target, output = rows, forward(decoder, forward(encoder, rows))
            squares = (output - target) ** 2
            loss = {"mean": squares.mean(), "half-mean": squares.mean() / 2,
                    "half-sum": squares.sum(1).mean() / 2}[loss_name]
            total += loss.item()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(total / 3)
    return {
        "loss": loss_name,
        "layerwiseIterations": layerwise,
        "losses": losses,
        "encoder": [[packed(t) for t in layer] for layer in encoder],
        "decoder": [[packed(t) for t in layer] for layer in decoder],
    }


def self_training_case(x, nets, centroids, labels, name, settings):
    """Two targets, with two batches of four after each."""
    import torch

    x = torch.tensor(x)
    encoder, decoder = ([copies(layer) for layer in net] for net in nets)
    mu = torch.tensor(centroids, requires_grad=True)
    alpha, frozen = settings.get("alpha", 1.0), settings.get("frozen", False)
    kept = settings["reconstruction"] > 0
    parameters = [mu]
    if not frozen:
        parameters = [t for layer in encoder + (decoder if kept else []) for t in layer] + [mu]

    def make():
        if "momentum" in settings:
            return torch.optim.SGD(parameters, lr=settings["rate"], momentum=settings["momentum"])
        return torch.optim.Adam(parameters, lr=settings["rate"])

    optimizer, reports, iteration = make(), [], 0
    for _ in range(2):
        with torch.no_grad():
            q = student_t(forward(encoder, x), mu, alpha)
            p = sharpened(q)
            if iteration < settings.get("startIterations", 0):
                p = torch.nn.functional.one_hot(torch.tensor(labels), 3).double()
        if settings.get("forgets"):
            optimizer = make()
        sums = np.zeros(2)
        for _ in range(2):
            order = torch.randperm(10, generator=generator(7, "clustering batches", iteration // 3))
            rows = order[4 * (iteration % 3) : 4 * (iteration % 3) + 4]
            z = forward(encoder, x[rows])
            divergence = (
                torch.special.xlogy(p[rows], p[rows]) - p[rows] * student_t(z, mu, alpha).log()
            )
            clustering = divergence.sum(1).mean()
            reconstruction = ((forward(decoder, z) - x[rows]) ** 2).mean()
            loss = settings["gamma"] * clustering + settings["reconstruction"] * reconstruction
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            sums += [clustering.item(), reconstruction.item()]
            iteration += 1
        reports.append({"clustering": sums[0] / 2, "reconstruction": sums[1] / 2})
    return {
        "name": name,
        "alpha": alpha,
        "rate": settings["rate"],
        "momentum": settings.get("momentum"),
        "gamma": settings["gamma"],
        "reconstruction": settings["reconstruction"],
        "forgets": settings.get("forgets", False),
        "frozen": frozen,
        "startIterations": settings.get("startIterations"),
        "reports": reports,
        "centroids": packed(mu),
        "encoder": [[packed(t) for t in layer] for layer in encoder],
        "decoder": [[packed(t) for t in layer] for layer in decoder],
    }


@section("soft-k-means")
def soft_k_means():
    """Soft k-means' loss and its gradients by PyTorch's autograd; one row lies on a centre."""
    import torch

    rng = np.random.default_rng(26)
    z, r = exact(rng, 9, 3, scale=0.5), exact(rng, 4, 3, scale=0.5)
    z[4], z[6] = r[2], [60, -40, 75]
    cases = []
    for alpha in (0.05, 0.5, 4.0, 1000.0):
        leaves = [torch.tensor(t, requires_grad=True) for t in (z, r)]
        loss = soft_loss(*leaves, alpha)
        gradients = torch.autograd.grad(loss, leaves)
        cases.append(
            {
                "alpha": alpha,
                "loss": loss.item(),
                "gradients": [packed(g) for g in gradients],
            }
        )
    return {"z": packed(z), "r": packed(r), "cases": cases}


def soft_loss(z, r, alpha):
    """Mean over z of the squared distances to all r, weighted by softmax(-alpha * distance)."""
    import torch

    squares = ((z[:, None] - r[None]) ** 2).sum(2)
    return (torch.softmax(-alpha * squares, 1) * squares).sum(1).mean()


@section("joint-training")
def joint_training():
    """Two passes of the joint methods over the samples and from the networks of `training`."""
    rng = np.random.default_rng(25)
    x = exact(rng, 10, 6)
    nets = (network(rng, [6, 5, 2]), network(rng, [2, 5, 6]))
    centers = exact(rng, 3, 2)
    return {
        "deepKMeans": [
            deep_k_means_case(x, nets, centers, alphas, weight)
            for alphas, weight in [
                ([1000.0, 1000.0], 1.0),
                ([0.5, 0.5 * 2 ** (1 / np.log(2) ** 2)], 0.25),
            ]
        ],
        "dcn": dcn_case(x, nets, centers),
        "differentiableKMeans": differentiable_k_means_case(x),
    }


def batches_of(step):
    """The batches of four of a pass over ten samples."""
    import torch

    order = torch.randperm(10, generator=generator(7, "clustering batches", step))
    return [order[low : low + 4] for low in (0, 4, 8)]


def deep_k_means_case(x, nets, centers, alphas, weight):
    """A pass for each α, Adam over network and centres."""
    import torch

    x = torch.tensor(x)
    encoder, decoder = ([copies(layer) for layer in net] for net in nets)
    r = torch.tensor(centers, requires_grad=True)
    optimizer = torch.optim.Adam([t for layer in encoder + decoder for t in layer] + [r], lr=0.01)
    reports = []
    for step, alpha in enumerate(alphas):
        sums = np.zeros(2)
        for rows in batches_of(step):
            z = forward(encoder, x[rows])
            reconstruction = ((forward(decoder, z) - x[rows]) ** 2).sum(1).mean()
            clustering = soft_loss(z, r, alpha)
            optimizer.zero_grad()
            (reconstruction + weight * clustering).backward()
            optimizer.step()
            sums += [clustering.item(), reconstruction.item()]
        nearest = torch.cdist(forward(encoder, x), r).argmin(1)
        reports.append(
            {
                "clustering": sums[0] / 3,
                "reconstruction": sums[1] / 3,
                "assignments": nearest.tolist(),
            }
        )
    return {
        "alphas": alphas,
        "weight": weight,
        "reports": reports,
        "centers": packed(r),
        "encoder": [[packed(t) for t in layer] for layer in encoder],
        "decoder": [[packed(t) for t in layer] for layer in decoder],
    }


def dcn_case(x, nets, centers):
    """Two passes from given clusters; Nesterov's step and the centroids' rule as DCN writes them."""
    import torch

    x = torch.tensor(x)
    encoder, decoder = ([copies(layer) for layer in net] for net in nets)
    parameters = [t for layer in encoder + decoder for t in layer]
    velocities = [torch.zeros_like(t) for t in parameters]
    rate, momentum, reconstruction_weight, clustering_weight = 0.01, 0.9, 0.5, 2.0
    m, counts = torch.tensor(centers), [4.0, 4.0, 4.0]
    assigned = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1, 2, 2])
    reports = []
    for step in range(2):
        sums = np.zeros(2)
        for rows in batches_of(step):
            h = forward(encoder, x[rows])
            clustering = ((h - m[assigned[rows]]) ** 2).sum(1).mean()
            reconstruction = ((forward(decoder, h) - x[rows]) ** 2).sum(1).mean()
            loss = reconstruction_weight * reconstruction + clustering_weight * clustering
            gradients = torch.autograd.grad(loss, parameters)
            with torch.no_grad():
                for p, v, g in zip(parameters, velocities, gradients):
                    p += momentum**2 * v - (1 + momentum) * rate * g
                    v.mul_(momentum).sub_(rate * g)
                h = forward(encoder, x[rows])
                nearest = torch.cdist(h, m).argmin(1)
                for code, k in zip(h, nearest.tolist()):
                    counts[k] += 1
                    m[k] = (1 - 1 / counts[k]) * m[k] + code / counts[k]
                assigned[rows] = nearest
            sums += [clustering.item(), reconstruction.item()]
        reports.append(
            {
                "clustering": sums[0] / 3,
                "reconstruction": sums[1] / 3,
                "assignments": assigned.tolist(),
            }
        )
    return {
        "reports": reports,
        "centers": packed(m),
        "counts": counts,
        "encoder": [[packed(t) for t in layer] for layer in encoder],
        "decoder": [[packed(t) for t in layer] for layer in decoder],
    }


def differentiable_k_means_case(x):
    """Two passes of Adam from three of the samples, the second at half the rate, and the cost of
    k-means after each."""
    import torch

    x = torch.tensor(x)
    mu = x[[0, 3, 8]].clone().requires_grad_()
    optimizer = torch.optim.Adam([mu], lr=0.05)
    reports = []
    for step, alpha in enumerate([0.25, 0.25 * 2 ** (1 / np.log(2) ** 2)]):
        total = 0.0
        optimizer.param_groups[0]["lr"] = 0.05 * (1 - step / 2)
        for rows in batches_of(step):
            loss = soft_loss(x[rows], mu, alpha)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        squares = torch.cdist(x, mu.detach()) ** 2
        reports.append(
            {
                "clustering": total / 3,
                "cost": squares.min(1).values.sum().item(),
                "assignments": squares.argmin(1).tolist(),
            }
        )
    return {"reports": reports, "centers": packed(mu)}


@section("gaussian-mixture")
def gaussian_mixture():
    """Seven iterations of expectation and maximisation from a partition, by scikit-learn."""
    from sklearn.mixture import GaussianMixture

    rng = np.random.default_rng(31)
    centres = exact(rng, 3, 2, scale=2)
    truth = np.repeat([0, 1, 2], [30, 15, 15])
    x = np.round((centres[truth] + rng.normal(size=(60, 2)) * [0.5, 1.5]) * 64) / 64
    labels = np.where(rng.random(60) < 0.3, rng.integers(0, 3, 60), truth)
    weights = np.bincount(labels) / 60
    means = np.stack([x[labels == c].mean(0) for c in range(3)])
    full = np.stack([np.cov(x[labels == c].T, bias=True) for c in range(3)]) + 1e-6 * np.eye(2)
    variances = np.stack([np.diag(matrix) for matrix in full])
    precisions = {
        "full": np.linalg.inv(full),
        "tied": np.linalg.inv(np.tensordot(weights, full, 1)),
        "diag": 1 / variances,
        "spherical": 1 / variances.mean(1),
    }
    cases = []
    for kind, precision in precisions.items():
        mixture = GaussianMixture(
            3, covariance_type=kind, tol=0, max_iter=7, weights_init=weights, means_init=means,
            precisions_init=precision,
        ).fit(x)
        inverses = {
            "full": lambda c: mixture.covariances_[c],
            "tied": lambda c: mixture.covariances_,
            "diag": lambda c: np.diag(mixture.covariances_[c]),
            "spherical": lambda c: mixture.covariances_[c] * np.eye(2),
        }
        cases.append(
            {
                "covariance": {"diag": "diagonal"}.get(kind, kind),
                "weights": mixture.weights_.tolist(),
                "means": packed(mixture.means_),
                "covariances": packed(np.stack([inverses[kind](c) for c in range(3)])),
                "logLikelihoods": list(mixture.lower_bounds_),
                "bic": mixture.bic(x),
                "aic": mixture.aic(x),
                "logDensities": packed(mixture.score_samples(x)),
                "probabilities": packed(mixture.predict_proba(x)),
            }
        )
    return {"x": packed(x), "labels": labels.tolist(), "cases": cases}


@section("dirichlet-process-mixture")
def dirichlet_process_mixture():
    """Iterations of a truncated Dirichlet process mixture from a partition, by scikit-learn."""
    from sklearn.mixture import BayesianGaussianMixture
    from scipy.special import digamma

    rng = np.random.default_rng(47)
    centres = exact(rng, 3, 2, scale=3)
    truth = np.repeat([0, 1, 2], [40, 25, 15])
    x = np.round((centres[truth] + rng.normal(size=(80, 2)) * [0.5, 1.0]) * 64) / 64
    labels = np.where(rng.random(80) < 0.4, rng.integers(0, 5, 80), truth)

    class FromLabels(BayesianGaussianMixture):
        """Takes the partition instead of k-means' clusters."""

        def _initialize_parameters(self, X, *rest, **named):
            self._initialize(X, np.eye(5)[labels])

    cases = []
    for iterations, concentration in [(1, None), (30, None), (400, 5.0)]:
        mixture = FromLabels(
            n_components=5, weight_concentration_prior=concentration, max_iter=iterations, tol=0,
            weight_concentration_prior_type="dirichlet_process",
        ).fit(x)
        cases.append(
            {
                "iterations": iterations,
                "concentration": concentration or 0,
                "lowerBounds": list(mixture.lower_bounds_),
                "weights": mixture.weights_.tolist(),
                "means": packed(mixture.means_),
                "covariances": packed(mixture.covariances_),
                "labels": mixture.predict(x).tolist(),
                "probabilities": packed(mixture.predict_proba(x)),
            }
        )
    arguments = [0.1, 0.5, 1.0, 2.5, 9.99, 10.0, 123.4]
    return {
        "x": packed(x),
        "labels": labels.tolist(),
        "cases": cases,
        "digamma": [[v, float(digamma(v))] for v in arguments],
    }


def shapes(rng, noise):
    """Two rings and three blobs of unequal density; some points at random when asked for."""
    angles = rng.random(140) * 2 * np.pi
    rings = np.stack([np.cos(angles), np.sin(angles)], 1) * np.repeat([1.0, 3.0], [50, 90])[:, None]
    blobs = [rng.normal(size=(n, 2)) * s + c for n, s, c in
             [(60, 0.2, (6, 0)), (40, 0.5, (6, 5)), (30, 0.3, (-5, 6))]]
    random = rng.random((30 if noise else 0, 2)) * [14, 12] - [6, 4]
    return np.concatenate([rings + rng.normal(size=(140, 2)) * 0.08, *blobs, random]).astype(np.float32)


def nearest(x, k):
    """Each row's k nearest others, and the distances of all pairs."""
    from scipy.spatial.distance import cdist

    distances = cdist(x.astype(float), x.astype(float))
    order = np.argsort(distances + np.diag(np.full(len(x), -1.0)), axis=1, kind="stable")
    return order[:, 1 : k + 1], distances


def least(matrix, first, count):
    """Eigenvalues of a dense matrix from `first` on, and k-means' clusters of the eigenvectors."""
    from scipy.linalg import eigh
    from sklearn.cluster import KMeans

    values, vectors = eigh((matrix + matrix.T) / 2)
    labels = KMeans(4, n_init=50, random_state=0).fit_predict(vectors[:, first:count])
    return {"values": values[first:count].tolist(), "labels": labels.tolist()}


def embedded_case(x, linearity, ridge):
    """SEC's objective with dense matrices, by SciPy's eigenvectors."""
    near, distances = nearest(x, 7)
    n, scale = len(x), distances[np.arange(len(x)), near[:, 6]]
    weights = np.zeros((n, n))
    for i in range(n):
        for j in near[i, :5]:
            weights[i, j] = weights[j, i] = np.exp(-distances[i, j] ** 2 / (scale[i] * scale[j]))
    roots = np.sqrt(weights.sum(1))
    laplacian = np.eye(n) - weights / roots[:, None] / roots
    centring = np.eye(n) - 1 / n
    rows = centring @ x.astype(float)
    linear = rows @ np.linalg.inv(rows.T @ rows + ridge * np.eye(x.shape[1])) @ rows.T
    return {"linearity": linearity, "ridge": ridge, **least(laplacian + linearity * (centring - linear), 0, 4)}


def local_case(x, ridge):
    """LDMGI's sum of local Laplacians as a dense matrix, by SciPy's eigenvectors.

    The inverse is taken of what is orthogonal to the constant, which the centring takes away: with the
    constant a small ridge would leave only rounding of all else.
    """
    from scipy.linalg import helmert

    near, _ = nearest(x, 4)
    total, beside = np.zeros((len(x), len(x))), helmert(5)
    for i in range(len(x)):
        members = np.concatenate([[i], near[i]])
        local = beside @ x[members].astype(float)
        inverse = np.linalg.inv(local @ local.T + ridge * np.eye(4))
        total[np.ix_(members, members)] += beside.T @ inverse @ beside
    return {"ridge": ridge, **least(total, 1, 4)}


def any_order(cluster, x, labels):
    """Whether the clusters are the same in whatever order the rows come: no tie decides them."""
    from sklearn.metrics import adjusted_rand_score

    for seed in range(20):
        order = np.random.default_rng(seed).permutation(len(x))
        found = cluster(x[order])
        if adjusted_rand_score(labels[order], found) < 1 or ((found < 0) != (labels[order] < 0)).any():
            return False
    return True


@section("graph-clustering")
def graph_clustering():
    """Labels of DBSCAN, HDBSCAN, agglomerative and spectral clustering by scikit-learn."""
    from scipy.cluster.hierarchy import linkage
    from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering, SpectralClustering

    rng = np.random.default_rng(53)
    noisy, clean = shapes(rng, True), shapes(rng, False)
    twins = np.concatenate([noisy[:100], noisy[:60], noisy[200:]])
    dbscan = []
    for x, name in [(noisy, "noisy"), (twins, "twins")]:
        for radius, samples in [(0.4, 5), (0.8, 10), (0.3, 1), (0.25, 8)]:
            found = DBSCAN(eps=radius, min_samples=samples).fit(x)
            dbscan.append({"data": name, "radius": radius, "samples": samples, "labels": found.labels_.tolist()})
    hdbscan = []
    for x, name in [(noisy, "noisy"), (twins, "twins"), (clean, "clean")]:
        for size, samples in [(5, None), (10, None), (15, None), (15, 4), (5, 2), (8, 1)]:
            found = HDBSCAN(min_cluster_size=size, min_samples=samples, copy=True).fit(x)
            if not any_order(lambda x: HDBSCAN(min_cluster_size=size, min_samples=samples, copy=True).fit_predict(x),
                             x, found.labels_):
                continue
            hdbscan.append({"data": name, "size": size, "samples": samples or 0, "labels": found.labels_.tolist(),
                            "strengths": found.probabilities_.tolist()})
    agglomerative = []
    for kind in ["ward", "average", "complete", "single"]:
        for count in [2, 5, 9]:
            found = AgglomerativeClustering(count, linkage=kind).fit(noisy)
            agglomerative.append({"linkage": kind, "clusters": count, "labels": found.labels_.tolist()})
    heights = {kind: linkage(noisy.astype(float), kind)[:, 2].tolist() for kind in
               ["ward", "average", "complete", "single"]}
    spectral = []
    for affinity, settings in [("connectivity", {"affinity": "nearest_neighbors", "n_neighbors": 11}),
                               ("radial-basis", {"affinity": "rbf", "gamma": 4.0})]:
        found = SpectralClustering(5, random_state=0, **settings).fit(clean)
        spectral.append({"affinity": affinity, "labels": found.labels_.tolist()})
    groups = rng.integers(0, 4, 120)
    blobs = (rng.normal(size=(4, 6)) * 1.6)[groups] + rng.normal(size=(120, 6)).astype(np.float32)
    blobs = blobs.astype(np.float32)
    doubled = np.concatenate([blobs, blobs[:12]])
    return {
        "sec": [embedded_case(blobs, linearity, 2.0) for linearity in [1e-8, 0.5, 1e4, 1e8]],
        "ldmgi": [local_case(blobs, ridge) for ridge in [1e-8, 1e-4, 3.0, 1e4, 1e8]],
        "doubled": [local_case(doubled, ridge) for ridge in [1e-6, 1e-3]],
        "data": {"noisy": packed(noisy), "twins": packed(twins), "clean": packed(clean), "blobs": packed(blobs)},
        "dbscan": dbscan, "hdbscan": hdbscan, "agglomerative": agglomerative, "heights": heights,
        "spectral": spectral,
    }


@section("vade")
def vade():
    """The terms of VaDE's bound, and two passes of it, by torch.distributions in double precision."""
    rng = np.random.default_rng(32)
    shares = np.round(rng.random((10, 6)) * 64) / 64
    nets = network(rng, [6, 5, 2]), network(rng, [5, 2]), network(rng, [2, 5, 6])
    mixture = [exact(rng, 3), exact(rng, 3, 2), exact(rng, 3, 2)]
    terms = vade_terms(exact(rng, 4, 2, scale=2), exact(rng, 4, 2), exact(rng, 4, 2), mixture)
    given = {
        "seed": 7,
        "encoder": [[packed(t) for t in layer] for layer in nets[0]],
        "head": [packed(t) for t in nets[1][0]],
        "decoder": [[packed(t) for t in layer] for layer in nets[2]],
        "mixture": [packed(t) for t in mixture],
        "terms": terms,
    }
    given["cases"] = [
        vade_case(shares, nets, mixture, "bernoulli", 1.0),
        vade_case(exact(rng, 10, 6), nets, mixture, "gaussian", 5.0),
    ]
    return given


def vade_terms(mean, log_variance, z, mixture):
    """Each term for four codes; γ is that of z."""
    import torch
    from torch.distributions import Categorical, Normal, kl_divergence

    logits, u, log_lambda = (torch.tensor(t) for t in mixture)
    m, v, sample = torch.tensor(mean), torch.tensor(log_variance), torch.tensor(z)
    prior, q = Normal(u, (log_lambda / 2).exp()), Normal(m, (v / 2).exp())
    gamma = (logits.log_softmax(0) + prior.log_prob(sample[:, None]).sum(2)).softmax(1)
    between = kl_divergence(Normal(m[:, None], (v[:, None] / 2).exp()), prior).sum(2)
    return {
        "mean": packed(m),
        "logVariance": packed(v),
        "z": packed(sample),
        "gamma": packed(gamma),
        "crossEntropy": packed((gamma * between).sum(1) + q.entropy().sum(1)),
        "entropy": packed(q.entropy().sum(1)),
        "assignmentDivergence": packed(
            kl_divergence(Categorical(probs=gamma), Categorical(logits=logits))
        ),
    }


def vade_case(x, nets, mixture, likelihood, weight):
    """Two passes over ten rows in batches of four; the rates fall by half, but not below 0.008."""
    import torch
    from torch.distributions import Bernoulli, Categorical, Normal, kl_divergence

    x = torch.tensor(x)
    encoder, head, decoder = ([copies(layer) for layer in net] for net in nets)
    logits, u, log_lambda = latent = copies(torch.tensor(t) for t in mixture)
    weights = [t for layer in encoder + decoder + head for t in layer]
    optimizer = torch.optim.Adam([{"params": weights}, {"params": latent}], eps=1e-4)
    reports = []
    for step in range(2):
        order = torch.randperm(10, generator=generator(7, "clustering batches", step))
        noise = generator(7, "clustering noise", step)
        for group, rate in zip(optimizer.param_groups, (0.01, 0.02)):
            group["lr"] = max(rate * 0.5**step, 0.008)
        sums = np.zeros(2)
        for low in (0, 4, 8):
            rows = x[order[low : low + 4]]
            hidden = torch.relu(forward(encoder[:1], rows))
            mean, log_variance = forward(encoder[1:], hidden), forward(head, hidden)
            q = Normal(mean, (log_variance / 2).exp())
            z = mean + q.scale * torch.empty(mean.shape).normal_(generator=noise).double()
            prior = Normal(u, (log_lambda / 2).exp())
            gamma = (logits.log_softmax(0) + prior.log_prob(z[:, None]).sum(2)).softmax(1)
            output = forward(decoder, z)
            if likelihood == "bernoulli":
                log_p = Bernoulli(logits=output, validate_args=False).log_prob(rows).sum(1)
            else:
                # The constant of a normal of variance ½ is left out.
                log_p = (Normal(output, 0.5**0.5).log_prob(rows) + np.log(np.pi) / 2).sum(1)
            between = kl_divergence(Normal(mean[:, None], q.scale[:, None]), prior).sum(2)
            divergence = (gamma * between).sum(1) + kl_divergence(
                Categorical(probs=gamma), Categorical(logits=logits)
            )
            reconstruction, clustering = -log_p.mean(), divergence.mean()
            optimizer.zero_grad()
            (weight * reconstruction + clustering).backward()
            optimizer.step()
            sums += [reconstruction.item(), clustering.item()]
        reports.append({"reconstruction": sums[0] / 3, "clustering": sums[1] / 3})
    return {
        "likelihood": likelihood,
        "weight": weight,
        "x": packed(x),
        "reports": reports,
        "encoder": [[packed(t) for t in layer] for layer in encoder],
        "head": [packed(t) for t in head[0]],
        "decoder": [[packed(t) for t in layer] for layer in decoder],
        "mixture": [packed(t) for t in latent],
    }


@section("cluster-gan")
def cluster_gan():
    """ClusterGAN with dense networks."""
    import torch
    from torch.nn import functional as f

    def leaky(layers, rows):
        hidden = f.leaky_relu(rows @ layers[0][0].T + layers[0][1], 0.2)
        return hidden @ layers[1][0].T + layers[1][1]

    rng = np.random.default_rng(33)
    x = torch.tensor(np.round(rng.random((8, 6)) * 64) / 64)
    first = network(rng, [6, 5, 5]), network(rng, [5, 5, 6]), network(rng, [6, 5, 1])
    return cluster_gan_passes(x, first, leaky, forward)


@section("cluster-gan-images")
def cluster_gan_images():
    """ClusterGAN with a convolution over images of 6 × 5 pixels in two channels."""
    import torch
    from torch.nn import functional as f

    def convolved(layers, rows):
        h = rows.reshape(-1, 6, 5, 2).permute(0, 3, 1, 2)
        h = f.leaky_relu(f.conv2d(h, *layers[0], stride=2, padding=1), 0.2)
        h = h.permute(0, 2, 3, 1).reshape(len(rows), -1)
        h = f.leaky_relu(h @ layers[1][0].T + layers[1][1], 0.2)
        return h @ layers[2][0].T + layers[2][1]

    def drawn(layers, z):
        h = f.relu(z @ layers[0][0].T + layers[0][1])
        h = f.relu(h @ layers[1][0].T + layers[1][1])
        h = h.reshape(-1, 3, 2, 3).permute(0, 3, 1, 2)
        h = f.conv_transpose2d(h, *layers[2], stride=2, padding=1, output_padding=(0, 1))
        return h.permute(0, 2, 3, 1).reshape(len(z), -1)

    rng = np.random.default_rng(47)
    x = torch.tensor(np.round(rng.random((8, 60)) * 64) / 64)

    def layers(*shapes):
        return [
            [
                torch.tensor(exact(rng, *shape, scale=0.3), dtype=torch.float64)
                for shape in (weight, (outputs,))
            ]
            for weight, outputs in shapes
        ]

    window = (3, 2, 4, 4)
    first = (
        layers((window, 3), ((4, 18), 4), ((5, 4), 5)),
        layers(((4, 5), 4), ((18, 4), 18), (window, 2)),
        layers((window, 3), ((4, 18), 4), ((1, 4), 1)),
    )
    return cluster_gan_passes(x, first, convolved, drawn)


def cluster_gan_passes(x, first, leaky, forward):
    """Two passes, four steps of the critic and two of the generator, by PyTorch."""
    import torch
    from torch.nn import functional as f

    encoder, maker, critic = ([copies(layer) for layer in net] for net in first)

    def latent(random):
        label = torch.empty(4).uniform_(0, 3, generator=random).long()
        noise = torch.empty(4, 2).normal_(0, 0.1, generator=random).double()
        return noise, label, torch.cat([noise, f.one_hot(label, 3).double()], 1)

    flat = [[t for layer in net for t in layer] for net in (encoder + maker, critic)]
    optimizer = torch.optim.Adam(flat[0], lr=0.01, betas=(0.5, 0.9))
    critic_optimizer = torch.optim.Adam(flat[1], lr=0.02, betas=(0.5, 0.9))
    reports = []
    for step in range(2):
        order = torch.randperm(8, generator=generator(7, "clustering batches", step))
        random = generator(7, "latent variables", step)
        sums = {name: [] for name in ("distance", "penalty", "generator", "codes", "clustering")}
        for batch in range(2):
            rows = x[order[4 * batch : 4 * batch + 4]]
            made = torch.sigmoid(forward(maker, latent(random)[2])).detach()
            share = torch.empty(4, 1).uniform_(generator=random).double()
            between = (share * rows + (1 - share) * made).requires_grad_()
            slope = torch.autograd.grad(leaky(critic, between).sum(), between, create_graph=True)[0]
            penalty = ((slope.norm(dim=1) - 1) ** 2).mean()
            distance = leaky(critic, rows).mean() - leaky(critic, made).mean()
            critic_optimizer.zero_grad()
            (5 * penalty - distance).backward()
            critic_optimizer.step()
            sums["distance"].append(distance.item())
            sums["penalty"].append(penalty.item())
        noise, label, z = latent(random)
        made = torch.sigmoid(forward(maker, z))
        found = leaky(encoder, made)
        terms = {
            "generator": -leaky(critic, made).mean(),
            "codes": f.mse_loss(found[:, :2], noise),
            "clustering": f.cross_entropy(found[:, 2:], label),
        }
        optimizer.zero_grad()
        (terms["generator"] + 3 * terms["codes"] + 2 * terms["clustering"]).backward()
        optimizer.step()
        for name, value in terms.items():
            sums[name].append(value.item())
        reports.append({name: float(np.mean(values)) for name, values in sums.items()})
    nets = {"encoder": encoder, "generator": maker, "critic": critic}
    return {
        "seed": 7,
        "x": packed(x),
        "first": {
            name: [[packed(t) for t in layer] for layer in net] for name, net in zip(nets, first)
        },
        "last": {
            name: [[packed(t) for t in layer] for layer in net] for name, net in nets.items()
        },
        "reports": reports,
        "labels": leaky(encoder, x)[:, 2:].argmax(1).tolist(),
    }


def image_network(rng):
    """Weights and biases for 10 × 9 × 2 images, 3 and 4 filters, codes of 2."""
    import torch

    def layers(shapes):
        return [
            [
                torch.tensor(exact(rng, *shape, scale=0.3), dtype=torch.float64)
                for shape in (weight, (outputs,))
            ]
            for weight, outputs in shapes
        ]

    encoder = layers([((3, 2, 5, 5), 3), ((4, 3, 3, 3), 4), ((2, 16), 2)])
    decoder = layers([((16, 2), 16), ((4, 3, 3, 3), 3), ((3, 2, 5, 5), 2)])
    return encoder, decoder


def encoded_images(layers, x):
    """Two convolutions and a dense layer; rows hold pixels with their channels together."""
    from torch.nn import functional as f

    h = x.reshape(-1, 10, 9, 2).permute(0, 3, 1, 2)
    h = f.relu(f.conv2d(h, *layers[0], stride=2, padding=2))
    h = f.relu(f.conv2d(h, *layers[1], stride=2))
    return h.permute(0, 2, 3, 1).reshape(len(x), -1) @ layers[2][0].T + layers[2][1]


def decoded_images(layers, z):
    from torch.nn import functional as f

    h = f.relu(z @ layers[0][0].T + layers[0][1]).reshape(-1, 2, 2, 4).permute(0, 3, 1, 2)
    h = f.relu(f.conv_transpose2d(h, *layers[1], stride=2))
    h = f.conv_transpose2d(h, *layers[2], stride=2, padding=2, output_padding=(1, 0))
    return h.permute(0, 2, 3, 1).reshape(len(z), -1)


def augmented(rows, shape, noise, shift=0.1, rotation=10.0):
    """Images turned and shifted by SciPy, each channel on its own; zeros lie outside."""
    import torch
    from scipy.ndimage import affine_transform

    height, width, channels = shape
    numbers = torch.empty(len(rows), 3).uniform_(-1, 1, generator=noise).double().numpy()
    images = np.asarray(rows).reshape(-1, height, width, channels)
    result = np.empty_like(images)
    center = np.array([(height - 1) / 2, (width - 1) / 2])
    for i, (turn, x, y) in enumerate(numbers):
        angle = np.deg2rad(turn * rotation)
        # Rows come before columns: the pixel at p shows what was at matrix · p + offset.
        matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        offset = center - matrix @ center + shift * np.array([y * height, x * width])
        for c in range(channels):
            result[i, :, :, c] = affine_transform(
                images[i, :, :, c], matrix, offset, order=1, mode="grid-constant"
            )
    return torch.tensor(result.reshape(len(rows), -1))


@section("images")
def images():
    """Augmentation by SciPy; whole steps on a tiny convolutional network by PyTorch."""
    rng = np.random.default_rng(26)
    pictures = exact(rng, 4, 6 * 5 * 3)
    x, centroids = exact(rng, 10, 10 * 9 * 2), exact(rng, 3, 2, scale=0.5)
    nets, labels = image_network(rng), [0, 1, 2, 0, 1, 2, 0, 1, 2, 2]
    shifted = augmented(pictures, (6, 5, 3), generator(7, "augmentation", 3), 0.25, 40.0)
    return {
        "pictures": packed(pictures),
        "augmented": packed(shifted),
        "x": packed(x),
        "seed": 7,
        "centroids": packed(centroids),
        "labels": labels,
        "encoder": [[packed(t) for t in layer] for layer in nets[0]],
        "decoder": [[packed(t) for t in layer] for layer in nets[1]],
        "pretraining": image_pretraining(x, nets),
        "idec": image_idec(x, nets, centroids),
        "aspc": image_aspc(x, nets, centroids, labels),
        "deepCluster": image_deep_cluster(x, nets),
        "ward": ward_groups(rng),
    }


def image_result(losses, encoder, decoder, **more):
    return more | {
        "losses": losses,
        "encoder": [[packed(t) for t in layer] for layer in encoder],
        "decoder": [[packed(t) for t in layer] for layer in decoder],
    }


def image_pretraining(x, nets):
    """Two passes over ten augmented images in batches of four."""
    import torch

    encoder, decoder = ([copies(layer) for layer in net] for net in nets)
    optimizer = torch.optim.Adam([t for layer in encoder + decoder for t in layer], lr=0.01)
    losses = []
    for step in range(2):
        order = torch.randperm(10, generator=generator(7, "pretraining batches", step))
        noise = generator(7, "pretraining augmentation", step)
        total = 0.0
        for low in (0, 4, 8):
            rows = augmented(x[order[low : low + 4].numpy()], (10, 9, 2), noise)
            output = decoded_images(decoder, encoded_images(encoder, rows))
            loss = ((output - rows) ** 2).mean()
            total += loss.item() / 3
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(total)
    return image_result(losses, encoder, decoder)


def image_idec(x, nets, centroids):
    """Two targets of the images as they are, two batches of four augmented ones after each."""
    import torch

    encoder, decoder = ([copies(layer) for layer in net] for net in nets)
    mu = torch.tensor(centroids, requires_grad=True)
    optimizer = torch.optim.SGD([t for l in encoder + decoder for t in l] + [mu], lr=0.05)
    losses, iteration = [], 0
    for _ in range(2):
        with torch.no_grad():
            p = sharpened(student_t(encoded_images(encoder, torch.tensor(x)), mu, 1.0))
        total = 0.0
        for _ in range(2):
            order = torch.randperm(10, generator=generator(7, "clustering batches", iteration // 3))
            index = order[4 * (iteration % 3) : 4 * (iteration % 3) + 4]
            noise = generator(7, "augmentation", iteration)
            rows = augmented(x[index.numpy()], (10, 9, 2), noise)
            z = encoded_images(encoder, rows)
            q = student_t(z, mu, 1.0)
            clustering = (p[index] * (p[index] / q).log()).sum(1).mean()
            loss = 0.1 * clustering + ((decoded_images(decoder, z) - rows) ** 2).mean()
            total += loss.item() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            iteration += 1
        losses.append(total)
    return image_result(losses, encoder, decoder, centroids=packed(mu))


def image_aspc(x, nets, centroids, labels):
    """Two epochs of three, over the images that are near enough to their fixed centroid."""
    import torch

    encoder = [copies(layer) for layer in nets[0]]
    mu, labels = torch.tensor(centroids), torch.tensor(labels)
    optimizer = torch.optim.Adam([t for layer in encoder for t in layer], lr=0.01)
    losses, selected = [], []
    for t in (1, 2):
        with torch.no_grad():
            z = encoded_images(encoder, torch.tensor(x))
            if t > 1:
                labels = torch.cdist(z, mu).argmin(1)
            squares = ((z - mu[labels]) ** 2).sum(1)
            chosen = (squares < squares.mean() + t / 3 * squares.std(correction=0)).nonzero()[:, 0]
        order = torch.randperm(len(chosen), generator=generator(7, "clustering batches", t))
        chosen, noise, total = chosen[order], generator(7, "augmentation", t), 0.0
        for low in range(0, len(chosen), 4):
            index = chosen[low : low + 4]
            rows = augmented(x[index.numpy()], (10, 9, 2), noise)
            distances = ((encoded_images(encoder, rows) - mu[labels[index]]) ** 2).sum(1)
            total += distances.sum().item()
            optimizer.zero_grad()
            distances.mean().backward()
            optimizer.step()
        losses.append(total / len(chosen))
        selected.append(len(chosen))
    return image_result(losses, encoder, nets[1], selected=selected, labels=labels.tolist())


def image_deep_cluster(x, nets):
    """A pass of DeepCluster over ten images of four given pseudo-classes."""
    import torch

    encoder = [copies(layer) for layer in nets[0]]
    labels = np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 3])
    noise, drawn = generator(7, "pseudo-class sample", 1), []
    for label in range(4):
        members = np.flatnonzero(labels == label)
        if len(members) < 3:
            draws = torch.empty(3).uniform_(0, 1, generator=noise).double() * len(members)
            drawn += members[draws.long().numpy()].tolist()
        else:
            drawn += members[torch.randperm(len(members), generator=noise)[:3].numpy()].tolist()
    sample = np.array(drawn)[torch.randperm(12, generator=noise)[:10].numpy()]
    top = torch.empty(4, 2).normal_(0, 0.01, generator=generator(7, "top layer", 1)).double()
    top, bias = top.requires_grad_(), torch.zeros(4, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([t for layer in encoder for t in layer], lr=0.01)
    top_optimizer = torch.optim.SGD([top, bias], lr=0.05)
    noise, total = generator(7, "augmentation", 1), 0.0
    for low in (0, 4, 8):
        index = sample[low : low + 4]
        features = encoded_images(encoder, augmented(x[index], (10, 9, 2), noise))
        scores = torch.relu(features) @ top.T + bias
        loss = torch.nn.functional.cross_entropy(scores, torch.tensor(labels[index]))
        total += loss.item() * len(index) / 10
        for each in (optimizer, top_optimizer):
            each.zero_grad()
        loss.backward()
        optimizer.step()
        top_optimizer.step()
    return {
        "labels": labels.tolist(),
        "sample": sample.tolist(),
        "loss": total,
        "encoder": [[packed(t) for t in layer] for layer in encoder],
    }


def ward_groups(rng):
    """Ward's clusters by SciPy, of points that occur as often as their weight says."""
    from scipy.cluster.hierarchy import fcluster, linkage

    points, weights = exact(rng, 14, 3, scale=3), rng.integers(1, 5, 14)
    tree = linkage(np.repeat(points, weights, axis=0), "ward")
    first = np.cumsum(weights) - weights
    labels = []
    for count in (1, 3, 6):
        found, names = fcluster(tree, count, "maxclust")[first], {}
        labels.append([names.setdefault(int(label), len(names)) for label in found])
    return {"points": packed(points), "weights": weights.astype(float).tolist(), "labels": labels}


@section("image-files")
def image_files():
    """Small PNG and JPEG files by Pillow, and the pixels that it reads from them."""
    import base64
    import io
    import struct
    import zlib

    from PIL import Image, ImageOps

    rng = np.random.default_rng(43)

    def file(image, **options):
        stream = io.BytesIO()
        image.save(stream, **options)
        return stream.getvalue()

    def smooth(height, width):
        """Colours that differ from corner to corner, and that JPEG keeps."""
        y, x = np.mgrid[0:1:height * 1j, 0:1:width * 1j]
        return Image.fromarray(
            np.stack([250 * y, 240 * x, 200 * (1 - y) * x + 30], 2).astype(np.uint8))

    def interlaced(pixels):
        """A grey PNG in the seven passes of Adam7, which Pillow reads but does not write."""
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
                  (1, 0, 2, 1)]
        rows = [bytes([0]) + row.tobytes() for y, x, down, across in passes
                for row in pixels[y::down, x::across] if row.size]

        def chunk(name, body):
            return (struct.pack(">I", len(body)) + name + body
                    + struct.pack(">I", zlib.crc32(name + body)))

        header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 0, 0, 0, 1)
        return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b""))

    def on_white(image):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, image).convert("RGB")

    grey = Image.fromarray(rng.integers(0, 256, (5, 7), dtype=np.uint8))
    colour = Image.fromarray(rng.integers(0, 256, (4, 6, 3), dtype=np.uint8))
    clear = Image.fromarray(rng.integers(0, 256, (4, 5, 4), dtype=np.uint8))
    clear_grey = Image.fromarray(rng.integers(0, 256, (4, 5, 2), dtype=np.uint8))
    deep = rng.integers(0, 65_536, (3, 4), dtype=np.uint16)
    photo = smooth(17, 22)
    palette = colour.quantize(5)
    cases = {
        "grey": (file(grey, format="PNG"), grey),
        "colour": (file(colour, format="PNG"), colour),
        "one bit": (file(grey.convert("1"), format="PNG"), grey.convert("1").convert("L")),
        "palette": (file(palette, format="PNG"), palette.convert("RGB")),
        "palette of greys": (file(grey.convert("P"), format="PNG"), grey),
        "palette with a clear colour": (
            file(palette, format="PNG", transparency=bytes([255, 128, 0, 255, 40])), None),
        "colour and alpha": (file(clear, format="PNG"), on_white(clear)),
        "grey and alpha": (
            file(clear_grey, format="PNG"), on_white(clear_grey).getchannel(0)),
        "sixteen bits": (
            file(Image.fromarray(deep), format="PNG"),
            Image.fromarray(np.round(deep / 257).astype(np.uint8))),
        "interlaced": (interlaced(np.asarray(grey)), grey),
        "jpeg": (file(photo, format="JPEG"), None),
        "grey jpeg": (file(photo.convert("L"), format="JPEG"), None),
        "progressive jpeg": (file(photo, format="JPEG", progressive=True), None),
        "cmyk jpeg": (file(photo.convert("CMYK"), format="JPEG", quality=95), None),
    }
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        cases[f"orientation {turn}"] = (file(smooth(4, 6), format="JPEG", exif=exif), None)
    files = []
    for name, (content, wanted) in cases.items():
        read = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
        if wanted is None:
            wanted = on_white(read) if "clear" in name else read
            wanted = wanted if wanted.mode == "L" else wanted.convert("RGB")
        elif read.mode in "L1" or name == "interlaced":
            assert np.array_equal(np.asarray(read.convert("L")), np.asarray(wanted)), name
        files.append({"name": name, "file": base64.b64encode(content).decode(),
                      "shape": list(np.asarray(wanted).shape),
                      "pixels": np.asarray(wanted).ravel().tolist()})
    sizes = [(3, 4), (12, 5), (2, 19), (1, 1), (9, 8)]
    source = Image.fromarray(rng.integers(0, 256, (9, 8, 3), dtype=np.uint8))
    resized = [{"height": h, "width": w,
                "pixels": np.asarray(source.resize((w, h), Image.BILINEAR)).ravel().tolist()}
               for h, w in sizes]
    return {"files": files, "source": np.asarray(source).ravel().tolist(), "resized": resized,
            "luma": np.asarray(source.convert("L")).ravel().tolist()}


@section("deep-dpm")
def deep_dpm():
    """DeepDPM's networks by autograd and Adam, with the parts as one product under a mask of
    blocks, and the marginal likelihood of rows as the product of their predictive densities."""
    import torch

    rng = np.random.default_rng(34)
    d, h, k, n, batch = 3, 16, 3, 6, 3
    weight = lambda *shape: exact(rng, *shape, scale=0.5)
    input_, bias, output, output_bias = weight(d, h), weight(h), weight(k, h), weight(k)
    blocks = [(weight(d, h), weight(h), weight(2, h), weight(2)) for _ in range(k)]
    rows, centers, order = exact(rng, n, d), exact(rng, 2 * k, d), rng.permutation(n)
    targets = rng.dirichlet(np.ones(k), n).astype(np.float32).astype(np.float64)
    top = [torch.tensor(t, requires_grad=True) for t in (input_, bias, output, output_bias)]
    # All part networks as one: hidden units side by side, outputs masked to their own block.
    mask = torch.zeros(2 * k, k * h, dtype=torch.float64)
    dense = torch.zeros(2 * k, k * h, dtype=torch.float64)
    for i, block in enumerate(blocks):
        mask[2 * i : 2 * i + 2, i * h : (i + 1) * h] = 1
        dense[2 * i : 2 * i + 2, i * h : (i + 1) * h] = torch.tensor(block[2])
    parts = [
        torch.tensor(np.concatenate([b[0] for b in blocks], axis=1), requires_grad=True),
        torch.tensor(np.concatenate([b[1] for b in blocks]), requires_grad=True),
        dense.clone().requires_grad_(True),
        torch.tensor(np.concatenate([b[3] for b in blocks]), requires_grad=True),
    ]

    def flat(tensors):
        return torch.cat([t.detach().reshape(-1) for t in tensors]).tolist()

    def flat_parts(tensors):
        a, b, c, e = tensors
        return [
            value
            for i in range(k)
            for value in flat(
                [
                    a[:, i * h : (i + 1) * h],
                    b[i * h : (i + 1) * h],
                    c[2 * i : 2 * i + 2, i * h : (i + 1) * h],
                    e[2 * i : 2 * i + 2],
                ]
            )
        ]

    def losses(x, t):
        logits = torch.relu(x @ top[0] + top[1]) @ top[2].T + top[3]
        smooth = lambda p: (p + 1e-5) / (p + 1e-5).sum(1, keepdim=True)
        r, t = smooth(logits.softmax(1)), smooth(t)
        divergence = (t * (t.log() - r.log())).sum(1).mean()
        z = logits.argmax(1)
        hidden = torch.relu(x @ parts[0] + parts[1])
        pairs = hidden @ (parts[2] * mask).T + parts[3]
        hidden_away = torch.ones(len(x), 2 * k, dtype=torch.bool)
        for i, own in enumerate(z.tolist()):
            hidden_away[i, 2 * own : 2 * own + 2] = False
        shares = pairs.masked_fill(hidden_away, -torch.inf).softmax(1)
        distances = torch.cdist(x, torch.tensor(centers)) ** 2
        return divergence, (shares * distances).sum(1).mean()

    result = {
        "dimensions": d,
        "hidden": h,
        "clusters": k,
        "batch": batch,
        "top": flat(top),
        "parts": flat_parts(parts),
        "rows": packed(torch.tensor(rows)),
        "centers": centers.reshape(-1).tolist(),
        "targets": targets.reshape(-1).tolist(),
        "order": order.tolist(),
    }
    x, t = torch.tensor(rows)[order], torch.tensor(targets)[order]
    first, second = losses(x, t)
    result["topGradient"] = flat(torch.autograd.grad(first, top, retain_graph=True))
    result["partsGradient"] = flat_parts(torch.autograd.grad(second, parts))
    adam = [torch.optim.Adam(top, lr=5e-4), torch.optim.Adam(parts, lr=5e-3)]
    total = np.zeros(2)
    for low in range(0, n, batch):
        values = losses(x[low : low + batch], t[low : low + batch])
        for optimizer, value in zip(adam, values):
            optimizer.zero_grad()
            value.backward()
        for optimizer in adam:
            optimizer.step()
        total += [v.item() * batch / n for v in values]
    result["losses"] = total.tolist()
    result["topAfter"] = flat(top)
    result["partsAfter"] = flat_parts(parts)
    result["likelihoods"] = [marginal_likelihood(rng, *case) for case in ((1, 2), (5, 2), (40, 3))]
    return result


def marginal_likelihood(rng, n, d):
    """log p(rows), Student's t of each row given those before it (Murphy 2007, section 8)."""
    from scipy.stats import multivariate_t

    rows = exact(rng, n, d, scale=2)
    strength, freedom, scale = 0.25, d + 2.5, 0.5
    m, kappa, nu, psi, total = np.zeros(d), strength, freedom, scale * np.eye(d), 0.0
    for x in rows:
        t = nu - d + 1
        total += multivariate_t(m, psi * (kappa + 1) / (kappa * t), df=t).logpdf(x)
        psi = psi + kappa / (kappa + 1) * np.outer(x - m, x - m)
        m, kappa, nu = (kappa * m + x) / (kappa + 1), kappa + 1, nu + 1
    return {
        "rows": packed(rows),
        "meanStrength": strength,
        "degreesOfFreedom": freedom,
        "scale": scale,
        "logLikelihood": total,
        "mean": m.tolist(),
        "covariance": (psi / (nu + d + 2)).reshape(-1).tolist(),
    }


@section("experiment-statistics")
def experiment_statistics():
    """Student's t, intervals of means, and paired tests of a few runs (SciPy)."""
    from scipy import stats

    rng = np.random.default_rng(5)
    student = []
    for freedom in [1, 2, 4, 9, 29.5, 400]:
        for t in [0, 1e-4, 0.3, 1, 2.5, 12, 400]:
            student.append(
                {"freedom": freedom, "t": t, "twoSided": 2 * stats.t.sf(t, freedom),
                 "bound95": stats.t.ppf(0.975, freedom)}
            )
    means = []
    for n in [2, 3, 5, 10]:
        values = np.round(rng.normal(0.9, 0.03, n), 4)
        error = values.std(ddof=1) / np.sqrt(n)
        means.append(
            {"values": values.tolist(), "mean": values.mean(), "std": values.std(),
             "median": np.median(values),
             "interval": list(stats.t.interval(0.95, n - 1, values.mean(), error))}
        )
    pairs = {
        "two": ([0.9, 0.8], [0.7, 0.75]),
        "five, one better": (rng.normal(0.95, 0.01, 5), rng.normal(0.9, 0.01, 5)),
        "five, mixed": (rng.normal(0.9, 0.02, 5), rng.normal(0.9, 0.02, 5)),
        "ten": (rng.normal(0.9, 0.02, 10), rng.normal(0.89, 0.02, 10)),
        "twenty": (rng.normal(0.9, 0.02, 20), rng.normal(0.89, 0.02, 20)),
        # Whole numbers: ties and zeros are exact.
        "ties and a zero": ([5, 3, 8, 1, 6, 4, 9], [3, 5, 4, 1, 2, 1, 8]),
        "all equal": ([1, 2, 3], [1, 2, 3]),
    }
    tests = []
    for name, (a, b) in pairs.items():
        a, b = np.asarray(a, float), np.asarray(b, float)
        d = a - b
        case = {"name": name, "first": a.tolist(), "second": b.tolist()}
        if (d == 0).all():
            # SciPy gives NaN; there is no difference at all.
            case |= {"interval": [0, 0], "tTest": 1, "signedRank": 1}
        else:
            student_test = stats.ttest_rel(a, b)
            low, high = student_test.confidence_interval(0.95)
            # Every sign of the differences that are not zero, mean ranks for equal ones.
            exact = stats.PermutationMethod(n_resamples=np.inf) if name.startswith("ties") else "exact"
            kept = d[d != 0]
            case |= {
                "interval": [low, high], "tTest": student_test.pvalue,
                "signedRank": stats.wilcoxon(kept, method=exact).pvalue,
            }
        tests.append(case)
    return {"student": student, "means": means, "tests": tests}


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

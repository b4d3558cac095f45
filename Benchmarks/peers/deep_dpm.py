# SPDX-License-Identifier: Apache-2.0
"""DeepDPM side by side: deepclust and the authors' code, on the CPU, on MNIST laid out by UMAP.

Both start from one cluster and make the same number of epochs, with the same schedule of splits and merges,
networks and batches (128), over the 70,000 x 10 rows that the authors published, each divided by its norm (the
authors' default, our `scaling=rows`). A round takes one reading of each, each in a process of its own, with
the round as its seed.

Ours is `deepclust fit`; its reading is the time of the clustering in run.json. Theirs is their `ClusterNetModel`
with the options of their `DeepDPM.py` for MNIST, trained by the Lightning that they pin (1.2.10); its reading
is the call of `fit`. Reading the data, imports and the last assignment are in neither. Off in theirs: the
progress bar, the table of weights, and the measures against labels, which they too make only when asked. Their
loader's six processes stay, unless --workers says otherwise. Off in ours: checkpoints, and measures each epoch.

    git clone https://github.com/BGU-CS-VIL/DeepDPM && git -C DeepDPM checkout 95c9376
    pip install --no-deps --target site pytorch-lightning==1.2.10 torchmetrics==0.2.0 kmeans_pytorch==0.3 \\
        future==1.0.0 seaborn==0.13.2
    python deep_dpm.py --original DeepDPM --site site [--rounds 3] [--epochs 300] [--data $DEEPCLUST_DATA]

Where their 300 epochs take too long, `--original-epochs 8` times so many epochs of theirs in each of four
phases (one cluster without parts; 1, 4 and 10 clusters with parts, by their own --init_k and
--start_sub_clustering), leaves out each one's first two, and adds up an estimate for the clusters that a
schedule of doublings has, up to 10. Only there, scikit-learn's k-means finds the first clusters. The table
then says that it is an estimate; it has no K, ACC and NMI.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from side_by_side import PROJECT, machine

# The first epochs of a phase, which are not counted: one gathers the rows, one makes the optimisers' moments.
WARM_UP = 2
# Clusters, and whether their parts are learned, of the phases that an estimate is made of.
PHASES = [(1, False), (1, True), (4, True), (10, True)]
# The defaults of both, from which the estimate follows.
FIRST_PARTS, FIRST_CHANGE, TWO_CHANGES, MOST_CLUSTERS = 45, 55, 60, 10


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--original", type=Path, help="a checkout of BGU-CS-VIL/DeepDPM")
    parser.add_argument("--site", type=Path, help="folder of Lightning 1.2.10 and the other packages that it needs")
    parser.add_argument("--data", type=Path, default=os.environ.get("DEEPCLUST_DATA"),
                        help="folder that holds umap-embeddings/ (default: $DEEPCLUST_DATA)")
    parser.add_argument("--deepclust", type=Path, default=PROJECT / ".build/release/deepclust")
    parser.add_argument("--rounds", type=int, default=1, help="readings of each; theirs are long")
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--original-epochs", type=int, metavar="N",
                        help="estimate theirs from N epochs in each phase, at least 4")
    parser.add_argument("--threads", type=int, default=2, help="threads, the same for both")
    parser.add_argument("--original-threads", type=int,
                        help="of theirs, where fewer are faster (default: as --threads)")
    parser.add_argument("--workers", type=int, default=6, help="processes of their loader; they take 6")
    parser.add_argument("--scaling", choices=["rows", "overall"], default="rows",
                        help="of ours: as theirs, or our default")
    parser.add_argument("--rows", type=int, help="only so many rows, drawn at random, for a quick try")
    parser.add_argument("--only", choices=["ours", "original"], help="time one side alone")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--read-original", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--phase", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.original_threads = options.original_threads or options.threads
    if options.data is None:
        parser.error("name the folder of the data sets with --data, or set DEEPCLUST_DATA")
    if options.only != "ours" and options.original is None:
        parser.error("name a checkout of BGU-CS-VIL/DeepDPM with --original")
    if options.only != "original" and not options.deepclust.exists():
        parser.error(f"{options.deepclust} is missing: build it with `swift build -c release --product deepclust`")
    if options.original_epochs is not None and options.original_epochs < WARM_UP + 2:
        parser.error(f"--original-epochs must be at least {WARM_UP + 2}")
    return options


# MARK: One reading


def ours(folder, seed, options):
    """Fits in a folder of its own. The rows come without labels, so that no epoch is measured."""
    run = folder / f"ours-{seed}"
    command = [
        options.deepclust, "fit", folder / "x.npy", "--method", "deep-dpm", "--clusters", "1",
        "--set", f"maximumEpochs={options.epochs}", "--set", f"scaling={options.scaling}",
        "--preprocessing", "none", "--device", "cpu", "--precision", "float32", "--seed", str(seed),
        "--threads", str(options.threads), "--checkpoint-seconds", "1000000", "--output", run, "--quiet"]
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
    done = subprocess.run(list(map(str, command)), env=environment, stdout=sys.stderr)
    if done.returncode != 0:
        sys.exit(f"deepclust failed with status {done.returncode}")
    record = json.loads((run / "run.json").read_text())
    steps = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    if len(steps) != options.epochs:
        sys.exit(f"deepclust made {len(steps)} epochs, not {options.epochs}")
    return {"seconds": record["seconds"]["clustering"], "labels": run / "assignments.npy"}


def original(folder, seed, options, epochs, phase=None):
    """Theirs, in a process of its own."""
    command = [
        sys.executable, __file__, "--read-original", folder, "--only", "original", "--original", options.original,
        *(["--site", options.site] if options.site else []), "--data", options.data, "--epochs", epochs,
        "--threads", options.original_threads, "--workers", options.workers, "--seed", seed,
        *(["--phase", json.dumps(phase)] if phase else [])]
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.original_threads), MPLBACKEND="Agg",
                       PYTHONWARNINGS="ignore")
    environment.pop("LD_LIBRARY_PATH", None)  # it may name our libtorch; theirs is the one of its Python
    done = subprocess.run(list(map(str, command)), env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"the original failed with status {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def read_original(options):
    """What the child process does: their training as their DeepDPM.py sets it up, and its times."""
    answers, sys.stdout = sys.stdout, sys.stderr  # they print
    folder = options.read_original
    sys.path[:0] = [str(path.resolve()) for path in [options.original, options.site] if path]

    import numpy as np

    np.Inf = np.inf  # the name that Lightning 1.2.10 uses; NumPy 2 took it away
    import torch
    import pytorch_lightning as lightning

    if lightning.__version__ != "1.2.10":
        sys.exit(f"the original needs Lightning 1.2.10, and this is {lightning.__version__}: see --help")
    torch.set_num_threads(options.threads)
    import DeepDPM as program
    from pytorch_lightning.loggers.base import DummyLogger
    from src.clustering_models.clusternet_modules.clusternetasmodel import ClusterNetModel
    from src.datasets import CustomDataset
    from src.utils import check_args

    command = ["--dir", str(folder), "--dataset", "MNIST", "--offline", "--seed", str(options.seed),
               "--max_epochs", str(options.epochs)]
    if options.phase:
        clusters, has_parts = options.phase
        never = str(options.epochs + 1)
        command += ["--init_k", str(clusters), "--start_computing_params", "1",
                    "--start_sub_clustering", "2" if has_parts else never,
                    "--start_splitting", never, "--start_merging", never]
        replace_kmeans()
    parser = program.run_on_embeddings_hyperparams(program.parse_minimal_args(argparse.ArgumentParser(add_help=False)))
    settings = parser.parse_args(command)
    settings.train_cluster_net = settings.max_epochs

    dataset = CustomDataset(settings)
    batches, _ = dataset.get_loaders()
    if options.workers != batches.num_workers:
        batches = torch.utils.data.DataLoader(
            batches.dataset, batch_size=settings.batch_size, shuffle=True, num_workers=options.workers)
    check_args(settings, dataset.data_dim)
    lightning.seed_everything(settings.seed)
    model = ClusterNetModel(hparams=settings, input_dim=dataset.data_dim, init_k=settings.init_k)

    class Watch(lightning.Callback):
        starts, clusters = [], []

        def on_train_epoch_start(self, trainer, model):
            self.starts.append(time.perf_counter())
            self.clusters.append(model.K)

    watch = Watch()
    trainer = lightning.Trainer(
        logger=DummyLogger(), max_epochs=settings.max_epochs, gpus=None, num_sanity_val_steps=0,
        checkpoint_callback=False, progress_bar_refresh_rate=0, weights_summary=None, callbacks=[watch],
        default_root_dir=str(folder))
    begin = time.perf_counter()
    trainer.fit(model, batches, None)
    end = time.perf_counter()

    rows = dataset.get_train_data().data
    with torch.no_grad():
        labels = model(rows).argmax(1).numpy()
    path = folder / f"original-{options.seed}.npy"
    np.save(path, labels)
    starts = watch.starts + [end]
    print(json.dumps({"seconds": end - begin, "labels": str(path), "clustersByEpoch": watch.clusters,
                      "epochs": [b - a for a, b in zip(starts, starts[1:])]}), file=answers)


def replace_kmeans():
    """For the phases, whose first epochs are not counted: kmeans_pytorch 0.3 never ends once a cluster is empty."""
    import torch
    from sklearn.cluster import KMeans
    from src.clustering_models.clusternet_modules.utils.clustering_utils import clustering_operations

    def kmeans(X, num_clusters, device=None):
        found = KMeans(num_clusters, n_init=1, random_state=0).fit(X.numpy())
        return torch.from_numpy(found.labels_).long(), torch.from_numpy(found.cluster_centers_)

    clustering_operations.GPU_KMeans = kmeans


# MARK: Both


def put_data(folder, options):
    """The rows in the forms that the two read, and the classes."""
    import numpy as np
    import torch

    source = options.data / "umap-embeddings"
    x, y = np.load(source / "mnist_x.npy"), np.load(source / "mnist_y.npy")
    if options.rows:
        chosen = np.sort(np.random.default_rng(7).choice(len(x), options.rows, replace=False))
        x, y = x[chosen], y[chosen]
    np.save(folder / "x.npy", x)
    torch.save(torch.from_numpy(x), folder / "train_data.pt")
    return y


def measures(path, classes):
    """K, ACC by the best one-to-one match of clusters and classes, NMI."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment
    from sklearn.metrics import normalized_mutual_info_score
    from sklearn.metrics.cluster import contingency_matrix

    labels = np.load(path)
    table = contingency_matrix(classes, labels)
    matched = table[linear_sum_assignment(table, maximize=True)].sum()
    return {"clusters": table.shape[1], "acc": matched / len(labels),
            "nmi": normalized_mutual_info_score(classes, labels)}


def expected_clusters(epoch):
    """One until the first split, then twice as many after every second change, up to as many as classes."""
    splits = 0 if epoch <= FIRST_CHANGE else 1 + (epoch - FIRST_CHANGE - 1) // TWO_CHANGES
    return min(2**splits, MOST_CLUSTERS)


def estimate(folder, seed, options):
    """Theirs from the median epochs of the phases; between these the time is taken as linear in K."""
    import numpy as np

    epochs = {}
    for phase in PHASES:
        answer = original(folder, seed, options, options.original_epochs + WARM_UP, phase)
        epochs[phase] = statistics.median(answer["epochs"][WARM_UP:])
        name = f"K = {phase[0]}, {'with' if phase[1] else 'without'} parts"
        print(f"the original, {name}: {epochs[phase]:.2f} s an epoch", file=sys.stderr)
    counts = [clusters for clusters, has_parts in PHASES if has_parts]
    times = [epochs[clusters, True] for clusters in counts]
    total = sum(epochs[1, False] if epoch < FIRST_PARTS else float(np.interp(expected_clusters(epoch), counts, times))
                for epoch in range(options.epochs))
    return {"seconds": total, "phases": [[*phase, epochs[phase], options.original_epochs] for phase in PHASES]}


def compare(options):
    names = [name for name in ["ours", "original"] if options.only in (None, name)]
    readings = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        classes = put_data(folder, options)
        for seed in range(1, options.rounds + 1):
            for name in names:
                if name == "ours":
                    reading = ours(folder, seed, options)
                elif options.original_epochs:
                    reading = estimate(folder, seed, options)
                else:
                    reading = original(folder, seed, options, options.epochs)
                    reading["phases"] = phases(reading)
                if "labels" in reading:
                    reading |= measures(reading.pop("labels"), classes)
                readings[name].append(reading)
                print(f"round {seed} of {options.rounds}: {name}: {reading['seconds']:.1f} s", file=sys.stderr)
    show(readings, options)


def phases(reading):
    """The median of the epochs with as many clusters, without and with parts, and how many these are."""
    groups = {}
    for epoch, (clusters, seconds) in enumerate(zip(reading["clustersByEpoch"], reading["epochs"])):
        groups.setdefault((clusters, epoch >= FIRST_PARTS), []).append(seconds)
    return [[*group, statistics.median(seconds), len(seconds)] for group, seconds in sorted(groups.items())]


def show(readings, options):
    medians = {name: statistics.median(r["seconds"] for r in taken) for name, taken in readings.items()}
    if options.json:
        print(json.dumps({"machine": machine(), "threads": options.threads, "originalThreads": options.original_threads,
                          "workers": options.workers, "rows": options.rows, "epochs": options.epochs,
                          "scaling": options.scaling, "originalEpochs": options.original_epochs,
                          "medians": medians, "readings": readings}, indent=2))
        return
    threads = (f"{options.threads} threads" if options.threads == options.original_threads
               else f"{options.threads} threads, the original {options.original_threads}")
    print(f"DeepDPM, MNIST laid out by UMAP, {options.rows or 70000} x 10, {options.epochs} epochs from K = 1; "
          f"{threads}, loader of {options.workers} processes, on {machine()}; rounds: {options.rounds}\n")
    print("| | median, s | all readings, s | times as fast as the original (each round) | K | ACC | NMI |\n"
          "|---|---|---|---|---|---|---|")
    titles = {"ours": "deepclust",
              "original": "the original, an estimate" if options.original_epochs else "the original"}
    for name, taken in readings.items():
        ratio = ""
        if name == "ours" and "original" in readings:
            turns = [theirs["seconds"] / own["seconds"] for own, theirs in zip(taken, readings["original"])]
            ratio = f"{medians['original'] / medians[name]:.1f} ({', '.join(f'{r:.1f}' for r in turns)})"
        seconds = ", ".join(f"{r['seconds']:.1f}" for r in taken)
        found = [", ".join(format(r[key], form) for r in taken if key in r)
                 for key, form in [("clusters", "d"), ("acc", ".4f"), ("nmi", ".4f")]]
        print(f"| {titles[name]} | {medians[name]:.1f} | {seconds} | {ratio} | {' | '.join(found)} |")
    for turn, reading in enumerate(readings.get("original", []), 1):
        print(f"\nSeconds of an epoch of the original, round {turn}: " + ", ".join(
            f"{seconds:.2f} (K = {clusters}{'' if has_parts else ' without parts'}, {count} epochs)"
            for clusters, has_parts, seconds, count in reading["phases"]))


if __name__ == "__main__":
    options = arguments()
    read_original(options) if options.read_original else compare(options)

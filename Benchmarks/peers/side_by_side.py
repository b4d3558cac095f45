# SPDX-License-Identifier: Apache-2.0
"""Times ours and theirs in turn, each reading in a process of its own, and compares them.

A reading is a command whose last line of output is {"seconds_per_epoch": {"dec": [...], ...}}, by what was
timed. Within a round every contestant runs once, so that a machine that is busy for a while slows all
of them.
"""

import argparse
import gzip
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LAYERS = [784, 500, 500, 2000, 10]
BATCH = 256
# Of our network before its method is timed; half of what a fit takes by default.
PRETRAINING_EPOCHS = 20


def arguments(description, methods=()):
    parser = argparse.ArgumentParser(description=description)
    if methods:
        parser.add_argument("--method", choices=list(methods), nargs="+", default=list(methods),
                            help="default: all")
    parser.add_argument("--rounds", type=int, default=3, help="readings of each contestant")
    parser.add_argument("--epochs", type=int, default=2, help="epochs of one reading")
    parser.add_argument("--threads", type=int, default=2, help="threads, the same for all")
    parser.add_argument("--rows", type=int, help="only the first ROWS images, for a quick try of ClustPy")
    parser.add_argument("--data", type=Path, default=os.environ.get("DEEPCLUST_DATA"),
                        help="folder that holds mnist/ with the four IDX files (default: $DEEPCLUST_DATA)")
    parser.add_argument("--deepclust", type=Path, default=PROJECT / ".build/release/deepclust")
    parser.add_argument("--only", choices=["ours", "clustpy"], help="time one side alone")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--read-clustpy", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of the data sets with --data, or set DEEPCLUST_DATA")
    if options.only != "clustpy" and options.rows is not None:
        parser.error("--rows is for --only clustpy: deepclust always takes all rows")
    if options.only != "clustpy" and not options.deepclust.exists():
        parser.error(f"{options.deepclust} is missing: build it with `swift build -c release --product deepclust`")
    return options


def mnist(folder, rows=None):
    """All 70,000 images, training part first, as float32 in 0...1; one row an image."""
    import numpy

    parts = []
    for name in ["train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz"]:
        with gzip.open(Path(folder) / "mnist" / name) as file:
            parts.append(numpy.frombuffer(file.read(), dtype=numpy.uint8, offset=16).reshape(-1, LAYERS[0]))
    return (numpy.concatenate(parts)[:rows] / 255).astype(numpy.float32)


def reading(command, options):
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads), DEEPCLUST_DATA=str(options.data))
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"failed with status {done.returncode}: {' '.join(map(str, command))}")
    return json.loads(done.stdout.splitlines()[-1])["seconds_per_epoch"]


def contestants(whats, script, options):
    every = {}
    if options.only != "clustpy":
        for precision in ["float32", "bfloat16"]:
            every[f"deepclust, {precision}"] = [
                options.deepclust, "bench-epoch", *whats, "--precision", precision,
                "--epochs", str(options.epochs), "--data", "mnist",
                *(["--pretraining-epochs", str(PRETRAINING_EPOCHS)] if "method" in options else [])]
    if options.only != "ours":
        every["ClustPy"] = [
            sys.executable, script, "--read-clustpy", "--only", "clustpy", "--epochs", str(options.epochs),
            "--threads", str(options.threads), "--data", options.data,
            *(["--method", *whats] if "method" in options else []),
            *([] if options.rows is None else ["--rows", str(options.rows)])]
    return every


def compare(whats, script, options):
    every = contestants(whats, script, options)
    readings = {what: {name: [] for name in every} for what in whats}
    for turn in range(options.rounds):
        for name, command in every.items():
            for what, seconds in reading(command, options).items():
                readings[what][name].append(seconds)
                print(f"round {turn + 1} of {options.rounds}: {what}: {name}: "
                      + ", ".join(f"{s:.2f}" for s in seconds) + " s an epoch", file=sys.stderr)
    for what in whats:
        show(what, readings[what], options)


def show(what, readings, options):
    medians = {name: statistics.median(sum(rounds, [])) for name, rounds in readings.items()}
    theirs = readings.get("ClustPy")
    rows = []
    for name, rounds in readings.items():
        row = {"name": name, "median": medians[name], "readings": rounds}
        if theirs and name != "ClustPy":
            turns = [statistics.median(t) / statistics.median(o) for o, t in zip(rounds, theirs)]
            row |= {"ratio": medians["ClustPy"] / medians[name], "ratios": turns}
        rows.append(row)
    if options.json:
        print(json.dumps({"what": what, "machine": machine(), "threads": options.threads, "rows": options.rows,
                          "epochs": options.epochs, "rounds": options.rounds, "results": rows}, indent=2))
        return
    print(f"{what} epoch, MNIST {options.rows or 70000} x 784, {'-'.join(map(str, LAYERS))}, batch {BATCH}; "
          f"{options.threads} threads on {machine()}; {options.rounds} rounds of {options.epochs} epochs\n")
    print("| | median, s | all readings, s | times as fast as ClustPy (each round) |\n|---|---|---|---|")
    for row in rows:
        readings_text = ", ".join(f"{s:.2f}" for s in sum(row["readings"], []))
        ratio = f"{row['ratio']:.2f} ({', '.join(f'{r:.2f}' for r in row['ratios'])})" if "ratio" in row else ""
        print(f"| {row['name']} | {row['median']:.2f} | {readings_text} | {ratio} |")


def machine():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.machine()
    return f"{name}, {os.cpu_count()} cores"

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the reference files and numbers of the readers and of texts, one small JSON file a section.

    python scripts/golden-files.py              all sections
    python scripts/golden-files.py text         the named sections only

Needs numpy, scipy, scikit-learn and h5py. Files are packed: gzip, then base64.
"""

import base64
import gzip
import io
import pathlib
import struct
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import golden  # noqa: E402

golden.SECTIONS.clear()


def packed(content):
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


@golden.section("text")
def text():
    """tf-idf of small texts by scikit-learn's TfidfVectorizer."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    documents = {
        "space/1": "The rocket left the launch pad; NASA's rocket flew at 7 km/s to orbit. the_end".encode(),
        "space/2.txt": "Orbit, ORBIT, orbit! The shuttle and the rocket: x = 42, y2 = 4.2e10.".encode(),
        "space/3": "".encode(),
        "cars/1.txt": "The car's engine, the wheels - and the brakes? A car a day.".encode(),
        "cars/2": "naïve café ÉTÉ Straße ΟΔΟΣ Σίσυφος ΣΑΣ, ß. I İstanbul ½ x² Ⅷ 中文 字".encode(),
        "cars/3": "Moteur \xe0 \xc9t\xe9: caf\xe9 \xb5m \xaa \xb2\xb3 car".encode("latin-1"),
        "cars/4": "! ? a b c".encode(),
    }

    def decoded(content):
        try:
            return content.decode()
        except UnicodeDecodeError:
            return content.decode("latin-1")

    names = sorted(documents)
    texts = [decoded(documents[name]) for name in names]
    cases = []
    for name, options in {
        "all words": {},
        "the most frequent": {"max_features": 4},
        "given words": {"vocabulary": ["orbit", "été", "missing", "the", "car"]},
    }.items():
        vectorizer = TfidfVectorizer(**options)
        values = vectorizer.fit_transform(texts).toarray()
        cases.append(
            {
                "name": name,
                "maxFeatures": options.get("max_features"),
                "vocabulary": options.get("vocabulary"),
                "words": vectorizer.get_feature_names_out().tolist(),
                "inverseDocumentFrequencies": vectorizer.idf_.tolist(),
                "values": values.reshape(-1).tolist(),
            }
        )
    counts = np.sort(np.asarray(TfidfVectorizer(use_idf=False, norm=None).fit_transform(texts).sum(0)))
    assert counts.reshape(-1)[-4] > counts.reshape(-1)[-5], "a tie has no answer of scikit-learn's"
    return {
        "documents": [{"name": n, "content": packed(documents[n])} for n in names],
        "cases": cases,
    }


def entry(name, content, arrays=None, labels=None, error=None):
    """A file with what is in it, or with words of the sentence that refuses it."""
    return {
        "name": name,
        "file": packed(content),
        "arrays": [
            {"name": key, "shape": list(np.shape(value)), "values": np.asarray(value, float).reshape(-1).tolist()}
            for key, value in (arrays or {}).items()
        ],
        "labels": labels,
        "error": error,
    }


@golden.section("array-files")
def array_files():
    """Files of SVMlight, MATLAB and HDF5 with their contents as the makers' own programs read them."""
    return {"svmlight": svmlight(), "mat": mat(), "hdf5": hdf5()}


def svmlight():
    from sklearn.datasets import dump_svmlight_file, load_svmlight_file

    rng = np.random.default_rng(5)
    x = np.round(rng.normal(size=(6, 5)), 3) * (rng.random((6, 5)) < 0.6)
    x[:, 4] = [1, 0, 0, 2, 0, 0]
    x[2] = 0
    y = np.array([2, -1, 2, 3, -1, 2])
    cases = []
    for name, zero_based, comment in [("from 1", False, None), ("from 0", True, "a note")]:
        out = io.BytesIO()
        dump_svmlight_file(x, y, out, zero_based=zero_based, comment=comment)
        cases.append((name, out.getvalue()))
    cases.append(("by hand", b"# head\n+1 qid:3 1:0.5 3:1e-2 # tail\n\n-1 qid:3 2:7\r\n1\n"))
    result = []
    for name, content in cases:
        matrix, labels = load_svmlight_file(io.BytesIO(content))
        result.append(entry(name, content, {"x": matrix.toarray()}, labels.astype(int).tolist()))
    return result


def mat():
    import scipy.io
    import scipy.sparse

    rng = np.random.default_rng(6)
    fea = np.round(rng.normal(size=(5, 3)), 2)
    gnd = np.array([[1], [2], [2], [3], [1]], dtype=np.uint8)
    wide = np.arange(24, dtype=np.int16).reshape(4, 3, 2)
    sparse = scipy.sparse.random(6, 4, 0.4, format="csc", random_state=7)

    def saved(**variables):
        out = io.BytesIO()
        compress = variables.pop("do_compression", False)
        scipy.io.savemat(out, variables, do_compression=compress)
        return out.getvalue()

    plain = {"fea": fea, "gnd": gnd}
    kinds = {
        f"k{kind}": np.arange(6).reshape(2, 3).astype(kind)
        for kind in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]
    }
    turned = big_endian(fea[:, :2], "X")
    np.testing.assert_array_equal(scipy.io.loadmat(io.BytesIO(turned))["X"], fea[:, :2])
    others = {"words": "text", "list": np.array([1, "a"], dtype=object), "s": {"inner": 3.0}}
    return [
        entry("plain", saved(**plain), plain, [1, 2, 2, 3, 1]),
        entry("compressed", saved(do_compression=True, **plain), plain, [1, 2, 2, 3, 1]),
        entry("kinds", saved(**kinds), kinds),
        entry("big-endian", turned, {"X": fea[:, :2]}),
        entry("sparse", saved(X=sparse, y=np.arange(6)), {"X": sparse.toarray()}, list(range(6))),
        entry("three dimensions", saved(images=wide), {"images": wide}),
        entry("beside others", saved(X=fea, **others), {"X": fea}),
        entry("complex", saved(X=fea * 1j), error="complex numbers"),
        entry("7.3", b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(400), error="-v7"),
        entry("no numbers", saved(**others), error="no arrays of numbers"),
    ]


def big_endian(matrix, name):
    """A file of one matrix of doubles as a machine with the high byte first writes it."""

    def element(kind, content):
        return struct.pack(">II", kind, len(content)) + content + bytes(-len(content) % 8)

    body = (
        element(6, struct.pack(">II", 6, 0))
        + element(5, struct.pack(">ii", *matrix.shape))
        + element(1, name.encode())
        + element(9, matrix.astype(">f8").tobytes(order="F"))
    )
    head = b"MATLAB 5.0 MAT-file, by hand".ljust(124) + struct.pack(">H", 0x0100) + b"MI"
    return head + element(14, body)


def hdf5():
    import h5py

    rng = np.random.default_rng(8)
    x = np.round(rng.normal(size=(7, 5)), 2).astype("f4")
    y = np.array([3, 1, 1, 2, 3, 3, 2])
    kinds = {
        f"k{index}": np.arange(6).reshape(2, 3).astype(kind)
        for index, kind in enumerate(
            ["i1", "u1", "<i2", ">u2", "<i4", ">i4", "<i8", "<u8", "<f2", "<f4", ">f4", "<f8", ">f8", "?"]
        )
    }

    def made(fill, **options):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "made.h5"
            with h5py.File(path, "w", **options) as file:
                fill(file)
            return path.read_bytes()

    def dataset(name="x", values=x, **options):
        return lambda file: file.create_dataset(name, data=values, **options)

    def both(file, **options):
        file.create_dataset("data", data=x, **options)
        file.create_dataset("target", data=y)

    def split(file):
        for part, rows in [("test", slice(4, 7)), ("train", slice(0, 4))]:
            group = file.create_group(part)
            group["data"], group["target"] = x[rows], y[rows]

    def all_kinds(file):
        for name, values in kinds.items():
            file[name] = values

    def compact(file):
        space = h5py.h5s.create_simple(x.shape)
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_layout(h5py.h5d.COMPACT)
        made = h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F32LE, space, properties)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, x)

    def implicit(file):
        space = h5py.h5s.create_simple(x.shape)
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((3, 2))
        properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        made = h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F32LE, space, properties)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, x)

    def half_written(file):
        values = file.create_dataset("x", (1100, 1), "u2", chunks=(1, 1))
        values[:1024] = np.arange(1024).reshape(1024, 1) + 1

    def sparse(file):
        group = file.create_group("X")
        group["data"], group["indices"], group["indptr"] = x[0], np.arange(5), np.array([0, 2, 5])

    many = np.arange(1100, dtype="u2").reshape(1100, 1)
    deep = {"a/b/c/images": np.arange(24, dtype="u1").reshape(2, 3, 4)}
    filters = dict(chunks=(3, 2), compression="gzip", shuffle=True, fletcher32=True)
    new = dict(libver="latest")
    return [
        entry("contiguous", made(both), {"data": x, "target": y}, y.tolist()),
        entry("filters", made(lambda f: both(f, **filters)), {"data": x}, y.tolist()),
        entry("train and test", made(split), {"train/data": x[:4], "test/data": x[4:]}, y.tolist()),
        entry("kinds", made(all_kinds), kinds),
        entry("deep", made(lambda f: f.update(deep)), deep),
        entry("compact", made(compact), {"x": x}),
        entry("chunks of many nodes", made(dataset(values=many, chunks=(4, 1))), {"x": many}),
        entry("user block", made(dataset(), userblock_size=512), {"x": x}),
        entry("new contiguous", made(both, **new), {"data": x}, y.tolist()),
        entry("new filters", made(lambda f: both(f, **filters), **new), {"data": x}, y.tolist()),
        entry("new chunks", made(dataset(chunks=(3, 2)), **new), {"x": x}),
        entry("new single chunk", made(dataset(chunks=(7, 5), compression="gzip"), **new), {"x": x}),
        entry("new single plain chunk", made(dataset(chunks=(7, 5)), **new), {"x": x}),
        entry("new implicit", made(implicit, **new), {"x": x}),
        entry("new pages", made(dataset(values=many, chunks=(1, 1)), **new), {"x": many}),
        entry("new pages, the last not written", made(half_written, **new), error="2048 of 2200 bytes are there"),
        entry("sparse", made(sparse), error="is a sparse matrix as AnnData and 10x keep it"),
        entry("new kinds", made(lambda f: [f.create_dataset(n, data=kinds[n]) for n in list(kinds)[:8]], **new),
              {n: kinds[n] for n in list(kinds)[:8]}),
        entry("new many links", made(all_kinds, **new), error="keeps its links in a heap"),
        entry("new extensible", made(dataset(chunks=(3, 2), maxshape=(None, 5)), **new), error="extensible array"),
        entry("lzf", made(dataset(chunks=(3, 2), compression="lzf")), error="the filter lzf"),
        entry("text", made(lambda f: f.create_dataset("x", data="words")), error="holds"),
        entry("unwritten", made(lambda f: f.create_dataset("x", (4, 2), "f4", chunks=(2, 2))), error="never written"),
    ]


if __name__ == "__main__":
    golden.main()

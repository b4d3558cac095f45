# SPDX-License-Identifier: Apache-2.0
"""One epoch of a method's clustering phase on MNIST: deepclust and ClustPy 0.0.3, in turn.

Network 784-500-500-2000-10 and its mirror image where the method keeps a decoder, 10 clusters, batches
of 256, Adam. ClustPy's `fit` runs whole, but only its clustering epochs are timed: pretraining, the
clustering that starts the centroids and the one that ends `fit` are left out. ClustPy's DEC and IDEC
take the target distribution from each batch; deepclust takes it from the whole data set as the papers
do, and that pass is in its time; so are the new assignments after each epoch.

    python clustering.py --method dec|idec|dcn|deep-k-means|vade [--rounds 3] [--epochs 2]
"""

import json
import time

import side_by_side

METHODS = {"dec": ("dec", "DEC", "_DEC_Module"), "idec": ("dec", "IDEC", "_DEC_Module"),
           "dcn": ("dcn", "DCN", "_DCN_Module"), "deep-k-means": ("dkm", "DKM", "_DKM_Module"),
           "vade": ("vade", "VaDE", "_VaDE_Module")}


def read_clustpy(method, options):
    import importlib

    import torch
    from clustpy.deep.neural_networks import FeedforwardAutoencoder

    torch.set_num_threads(options.threads)
    images = side_by_side.mnist(options.data, options.rows)
    file, name, core = METHODS[method]
    module = importlib.import_module(f"clustpy.deep.{file}")
    kind = module._VaDE_VAE if name == "VaDE" else FeedforwardAutoencoder
    network = kind(side_by_side.LAYERS, activation_fn=torch.nn.ReLU, random_state=1)
    loss = {"ssl_loss_fn": torch.nn.BCELoss(reduction="sum")} if name == "VaDE" else {}
    network.fit(n_epochs=1, batch_size=side_by_side.BATCH, data=images, **loss)

    core = getattr(module, core)
    clustering_epochs = core.fit
    seconds = []

    def timed(*positional, **named):
        start = time.perf_counter()
        result = clustering_epochs(*positional, **named)
        seconds.append((time.perf_counter() - start) / options.epochs)
        return result

    core.fit = timed
    getattr(module, name)(10, batch_size=side_by_side.BATCH, clustering_epochs=options.epochs,
                          neural_network=network, device="cpu", random_state=1).fit(images)
    core.fit = clustering_epochs  # DEC and IDEC share theirs
    return seconds


options = side_by_side.arguments(__doc__.splitlines()[0], methods=METHODS)
if options.read_clustpy:
    print(json.dumps({"seconds_per_epoch": {m: read_clustpy(m, options) for m in options.method}}))
else:
    side_by_side.compare(options.method, __file__, options)

# SPDX-License-Identifier: Apache-2.0
"""One epoch of DEC's clustering phase on MNIST: deepclust and ClustPy 0.0.3, in turn.

Encoder 784-500-500-2000-10, 10 clusters, batches of 256, Adam. ClustPy's `DEC.fit` runs whole, but
only its clustering epochs are timed: pretraining, the k-means that starts the centroids and the
k-means that ends `fit` are left out. ClustPy takes the target distribution from each batch;
deepclust takes it from the whole data set as the paper does, and that pass is in its time.
"""

import json
import time

import side_by_side


def read_clustpy(options):
    import torch
    from clustpy.deep import dec
    from clustpy.deep.neural_networks import FeedforwardAutoencoder

    torch.set_num_threads(options.threads)
    images = side_by_side.mnist(options.data, options.rows)
    network = FeedforwardAutoencoder(side_by_side.LAYERS, activation_fn=torch.nn.ReLU, random_state=1)
    network.fit(n_epochs=1, batch_size=side_by_side.BATCH, data=images)

    clustering_epochs = dec._DEC_Module.fit
    seconds = []

    def timed(*positional, **named):
        start = time.perf_counter()
        result = clustering_epochs(*positional, **named)
        seconds.append((time.perf_counter() - start) / options.epochs)
        return result

    dec._DEC_Module.fit = timed
    dec.DEC(10, batch_size=side_by_side.BATCH, clustering_epochs=options.epochs, neural_network=network,
            device="cpu", random_state=1).fit(images)
    return seconds


options = side_by_side.arguments(__doc__.splitlines()[0])
if options.read_clustpy:
    print(json.dumps({"seconds_per_epoch": read_clustpy(options)}))
else:
    side_by_side.compare("dec", __file__, options)

# SPDX-License-Identifier: Apache-2.0
"""One epoch of autoencoder training on MNIST: deepclust and ClustPy 0.0.3, in turn.

Both train 784-500-500-2000-10 and its mirror image with ReLU, mean squared error, Adam at 0.001
and batches of 256, on all 70,000 images in 0...1. ClustPy is called as its users call it: one
`fit`, whose time is divided by its epochs. Its warm-up, on 10 batches, is not counted.
"""

import json
import time

import side_by_side


def read_clustpy(options):
    import torch
    from clustpy.deep.neural_networks import FeedforwardAutoencoder

    torch.set_num_threads(options.threads)
    images = side_by_side.mnist(options.data, options.rows)
    network = FeedforwardAutoencoder(side_by_side.LAYERS, activation_fn=torch.nn.ReLU, random_state=1)
    network.fit(n_epochs=1, batch_size=side_by_side.BATCH, data=images[: 10 * side_by_side.BATCH])
    start = time.perf_counter()
    network.fit(n_epochs=options.epochs, batch_size=side_by_side.BATCH, data=images)
    return {"autoencoder": [(time.perf_counter() - start) / options.epochs]}


options = side_by_side.arguments(__doc__.splitlines()[0])
if options.read_clustpy:
    print(json.dumps({"seconds_per_epoch": read_clustpy(options)}))
else:
    side_by_side.compare(["autoencoder"], __file__, options)

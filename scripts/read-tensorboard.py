#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints as JSON what TensorBoard itself finds in a log folder: for the test of our event files.

    python scripts/read-tensorboard.py RUN/tensorboard
"""

import json
import pathlib
import sys

from google.protobuf import text_format
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

folder = pathlib.Path(sys.argv[1])
events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
events.Reload()
tags = events.Tags()
result = {
    "scalars": {
        tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags["scalars"]
    },
    "images": {
        tag: [[image.width, image.height] for image in events.Images(tag)] for tag in tags["images"]
    },
}
projector = folder / "projector_config.pbtxt"
if projector.exists():
    config = ProjectorConfig()
    text_format.Parse(projector.read_text(), config)
    embedding = config.embeddings[0]
    vectors = (folder / embedding.tensor_path).read_text().splitlines()
    metadata = (folder / embedding.metadata_path).read_text().splitlines()
    result["projector"] = {
        "points": len(vectors),
        "dimensions": len(vectors[0].split("\t")),
        "metadata": len(metadata) - 1,
        "columns": metadata[0].split("\t"),
        "sprite": list(embedding.sprite.single_image_dim),
    }
print(json.dumps(result))

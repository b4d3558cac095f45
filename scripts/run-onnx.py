#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs an ONNX file on rows by ONNX Runtime and prints its outputs as JSON: for the test of our export.

    python scripts/run-onnx.py FILE.onnx ROWS.npy
"""

import json
import sys

import numpy as np
import onnxruntime

try:
    import onnx

    onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)
except ImportError:
    pass

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
names = [output.name for output in session.get_outputs()]
values = session.run(names, {"rows": np.load(sys.argv[2])})
print(json.dumps({name: value.tolist() for name, value in zip(names, values)}))

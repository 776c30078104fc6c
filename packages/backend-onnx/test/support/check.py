"""Checks ONNX files with the official checker, and runs those that have an input beside them with Python's onnxruntime.

For `name.onnx` with `name.input` (float32, little-endian) the output is written to `name.output`.
Prints a line of JSON a file: its name, and `error` where there is one.
"""
import json
import os
import sys
import numpy as np
import onnx
import onnxruntime


def check(path):
    # With shapes inferred through the whole graph, and compared with those that are stated.
    onnx.checker.check_model(path, full_check=True)
    stem = path[: -len(".onnx")]
    if not os.path.exists(stem + ".input"):
        return
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    [port] = session.get_inputs()
    shape = [-1 if isinstance(extent, str) else extent for extent in port.shape]
    values = np.fromfile(stem + ".input", dtype="<f4").reshape(shape)
    session.run(None, {port.name: values})[0].astype("<f4").tofile(stem + ".output")


for path in sys.argv[1:]:
    line = {"name": os.path.basename(path)[: -len(".onnx")]}
    try:
        check(path)
    except Exception as error:
        line["error"] = str(error)[:500]
    print(json.dumps(line), flush=True)

"""The Python half of agreement.mjs: reads what it wrote, or writes what it is to read.

python agreement.py read FOLDER    every tensor of FOLDER/ours.{safetensors,npz} against FOLDER/ours.json
python agreement.py write FOLDER   FOLDER/theirs.* and FOLDER/theirs.json

Sums are CRC-32 over little-endian bytes in row-major order. Needs numpy, safetensors, h5py; torch and keras for their own.
"""
import collections
import json
import os
import sys
import zlib

import numpy as np
import safetensors.numpy

mode, folder = sys.argv[1:]
path = lambda name: os.path.join(folder, name)
crc = lambda array: zlib.crc32(np.ascontiguousarray(array).tobytes())
sums_of = lambda tensors: {name: crc(value) for name, value in tensors.items()}


def bits(random, *shape):
    """Any bits at all: NaNs with payloads, infinities, subnormals."""
    return random.integers(0, 2**32, shape, dtype=np.uint32).view(np.float32)


if mode == "read":
    with open(path("ours.json")) as file:
        expected = json.load(file)
    numpy_files = {name: dict(np.load(path(name))) for name in expected if name.endswith(".npz")}
    files = {
        **{name: safetensors.numpy.load_file(path(name)) for name in expected if name.endswith(".safetensors")},
        **numpy_files,
    }
    wrong = [name for name, tensors in files.items() if sums_of(tensors) != expected[name]]
    try:
        import safetensors.torch

        for name in expected:
            if name.endswith(".safetensors"):
                tensors = safetensors.torch.load_file(path(name))
                wrong += [name] if sums_of({k: v.numpy() for k, v in tensors.items()}) != expected[name] else []
    except ImportError:
        print("no torch here")
    print(f"{len(files)} files, {sum(map(len, files.values()))} tensors, wrong: {wrong or 'none'}")
    sys.exit(1 if wrong else 0)

random = np.random.default_rng(7)
tensors = collections.OrderedDict(
    [
        ("conv1.weight", bits(random, 8, 3, 7, 7)),
        ("bn1.running_var", bits(random, 8)),
        ("half", random.integers(0, 2**16, (5, 3), dtype=np.uint16).view(np.float16)),
        ("double", random.standard_normal((4, 4))),
        ("count", np.array(7, dtype=np.int64)),
        ("empty", np.zeros((0, 3), np.float32)),
    ]
)
written = {}


def wrote(name, values=tensors):
    written[name] = sums_of(values)


safetensors.numpy.save_file(dict(tensors), path("theirs.safetensors"))
wrote("theirs.safetensors")
np.savez(path("theirs.npz"), **tensors)
wrote("theirs.npz")
np.savez_compressed(path("theirs-compressed.npz"), **tensors)
wrote("theirs-compressed.npz")
try:
    import torch

    state = collections.OrderedDict((name, torch.from_numpy(value.copy())) for name, value in tensors.items())
    # As a convolution's weights are after training in channels_last.
    state["conv1.weight"] = state["conv1.weight"].contiguous(memory_format=torch.channels_last)
    torch.save(state, path("theirs.pt"))
    wrote("theirs.pt")
    torch.save(state, path("theirs-legacy.pt"), _use_new_zipfile_serialization=False)
    wrote("theirs-legacy.pt")
except ImportError:
    print("no torch here")
try:
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(name="bn"),
            layers.DepthwiseConv2D(3, name="dw"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(5, name="fc"),
        ]
    )
    # Keras compares nothing on the way, so that any bits go through, but numbers are kinder to its own checks.
    model.set_weights([random.standard_normal(w.shape).astype(np.float32) for w in model.weights])
    values = {f"{w.path.split('/')[-2]}/{w.path.split('/')[-1]}": np.asarray(w.numpy()) for w in model.weights}
    for name in ["theirs.keras", "theirs.weights.h5", "theirs.h5"]:
        (model.save_weights if name.endswith(".weights.h5") else model.save)(path(name))
        wrote(name, values)
except (ImportError, TypeError) as error:
    print(f"no keras here: {error}")
with open(path("theirs.json"), "w") as file:
    json.dump(written, file)
print(f"wrote {', '.join(written)}")

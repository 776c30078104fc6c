"""Pillow's side of the benchmark: reads a task as JSON a line, answers with the milliseconds it took.

Needs Pillow; with numpy it makes the float32 values too, and says so.
"""
import io
import json
import multiprocessing
import os
import platform
import sys
import time

import PIL
from PIL import Image

try:
    import numpy as np
except ImportError:
    np = None

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
decoded = {}


def resized(image):
    short, long = sorted(image.size)
    side = int(256 * long / short)
    return image.resize((256, side) if image.width <= image.height else (side, 256), Image.Resampling.BILINEAR)


def values(data):
    image = resized(Image.open(io.BytesIO(data)).convert("RGB"))
    left, top = round((image.width - 224) / 2), round((image.height - 224) / 2)
    crop = image.crop((left, top, left + 224, top + 224))
    if np is None:
        return crop.tobytes()
    x = np.asarray(crop).astype(np.float32) / np.float32(255)
    return (x - np.float32(MEAN)) / np.float32(STD)


def of_file(path):
    with open(path, "rb") as file:
        values(file.read())


def elapsed(run):
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def file(task):
    with open(task["path"], "rb") as opened:
        data = opened.read()
    return elapsed(lambda: values(data))


def resize(task):
    if task["path"] not in decoded:
        decoded[task["path"]] = Image.open(task["path"]).convert("RGB")
    image = decoded[task["path"]]
    return elapsed(lambda: image.resize((task["width"], task["height"]), Image.Resampling.BILINEAR))


def folder(task):
    paths = [os.path.join(root, name) for root, _, names in os.walk(task["root"]) for name in names]

    def run():
        with multiprocessing.Pool(2) as pool:
            pool.map(of_file, paths, 8)

    return elapsed(run)


def main():
    about = {"version": PIL.__version__, "python": platform.python_version(), "numpy": getattr(np, "__version__", None)}
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        print(json.dumps({"milliseconds": globals()[task["task"]](task)}), flush=True)


if __name__ == "__main__":
    main()

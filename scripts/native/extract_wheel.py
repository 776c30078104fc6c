"""extract_wheel.py WHEEL FOLDER: the C library and the headers of a TensorFlow wheel, 600 MB of its 1 GB.

FOLDER receives lib/, include/ and LICENSE. The names inside the wheel are fixed below, so nothing can land outside.
"""

import os
import shutil
import sys
import zipfile

FILES = {
    "tensorflow/libtensorflow_cc.so.2": "lib/libtensorflow_cc.so.2",
    "tensorflow/libtensorflow_framework.so.2": "lib/libtensorflow_framework.so.2",
}
# What tensorflow/c/c_api.h, tensorflow/c/eager/c_api.h and core/platform/ctstring_internal.h include (g++ -M).
HEADERS = (
    "tensorflow/include/tensorflow/c/",
    "tensorflow/include/tensorflow/core/platform/ctstring",
    "tensorflow/include/tsl/c/",
    "tensorflow/include/tsl/platform/ctstring",
)

wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name in FILES:
            target = FILES[name]
        elif name.startswith(HEADERS) and name.endswith(".h") and ".." not in name:
            target = name.removeprefix("tensorflow/")
        elif name.endswith(".dist-info/LICENSE"):
            target = "LICENSE"
        else:
            continue
        target = os.path.join(folder, target)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(name) as source, open(target, "wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)

# A cell in PyTorch: requests and replies are lines of JSON, as src/engine/protocol.ts has them. The network is the folded
# graph that models/plain.ts wrote, its weights beside it.
import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


def act(x, name):
    if name == "relu":
        return F.relu(x)
    if name == "relu6":
        return F.hardtanh(x, 0.0, 6.0)
    assert name == "linear", name
    return x


class Network(torch.nn.Module):
    def __init__(self, path):
        super().__init__()
        with open(path) as file:
            description = json.load(file)
        self.nodes, self.output = description["nodes"], description["output"]
        values = np.fromfile(path + ".f32", dtype="<f4")
        self.weights = torch.nn.ParameterList()
        for node in self.nodes:
            for weight in node["weights"]:
                shape, start = weight["shape"], weight["start"]
                value = torch.from_numpy(values[start : start + int(np.prod(shape))].reshape(shape).copy())
                if len(shape) == 4:
                    value = value.permute(3, 2, 0, 1)  # HWIO to OIHW
                elif len(shape) == 2:
                    # Rows stand for a map with channels last, torch flattens channels first.
                    if node.get("map"):
                        h, w, c = node["map"]
                        value = value.reshape(h, w, c, -1).permute(2, 0, 1, 3).reshape(h * w * c, -1)
                    value = value.t()
                weight["index"] = len(self.weights)
                self.weights.append(torch.nn.Parameter(value.contiguous(), requires_grad=False))

    def forward(self, x):
        results = []
        for node in self.nodes:
            inputs = [results[i] for i in node["inputs"]]
            w = [self.weights[weight["index"]] for weight in node["weights"]]
            op, a = node["op"], node["attributes"]
            if op == "input":
                y = x
            elif op == "conv2d":
                top, right, bottom, left = a["padding"]
                assert top == bottom and left == right
                y = act(F.conv2d(inputs[0], w[0], w[1], a["strides"], (top, left), 1, a["groups"]), a["activation"])
            elif op == "maxPool":
                y = F.max_pool2d(inputs[0], a["size"], a["strides"], (a["padding"][0], a["padding"][3]))
            elif op == "add":
                y = act(inputs[0] + inputs[1], a["activation"])
            elif op == "globalAvgPool":
                y = inputs[0].mean((2, 3))
            elif op == "adaptiveAvgPool":
                y = F.adaptive_avg_pool2d(inputs[0], a["size"])
            elif op == "flatten":
                y = inputs[0].flatten(1)
            elif op == "dense":
                y = act(F.linear(inputs[0], w[0], w[1]), a["activation"])
            else:
                raise ValueError(op)
            results.append(y)
        return results[self.output]


def load(task):
    threads = task["threads"]
    torch.set_num_threads(threads)
    pictures = np.fromfile(task["files"]["input"], dtype="<f4").reshape(task["batch"], 224, 224, 3)
    start = time.perf_counter()
    x = torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
    with torch.no_grad():
        traced = torch.jit.trace(Network(task["files"]["plain"]).eval(), x)
        network = torch.jit.optimize_for_inference(torch.jit.freeze(traced.eval()))

    def run():
        with torch.no_grad():
            return network(x).numpy()

    loaded = time.perf_counter()
    output = run()
    first = time.perf_counter() - loaded
    plural = "1 thread" if threads == 1 else f"{threads} threads"
    return run, {
        "kind": "loaded",
        "description": f"PyTorch {torch.__version__}, TorchScript, frozen, {plural}",
        "load": 1e3 * (loaded - start),
        "first": 1e3 * first,
        "output": output.ravel().tolist(),
    }


def main():
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["kind"] == "load":
                run, reply = load(request["task"])
            else:
                times = []
                for _ in range(request["runs"]):
                    start = time.perf_counter()
                    run()
                    times.append(1e3 * (time.perf_counter() - start))
                reply = {"kind": "ran", "times": times}
        except Exception as error:  # The harness says it.
            reply = {"kind": "failed", "message": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


main()

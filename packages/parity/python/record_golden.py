#!/usr/bin/env python3
"""Golden records of a network, for `convzoo verify`.

A golden record is what a network answers when every parameter and the input are an exact function of names and
indices: so two programs can be compared number by number without exchanging weights. The rule is described in
docs/parity.md of convzoo.

    python record_golden.py torchvision:resnet18 -o resnet18.jsonl
    python record_golden.py timm:ghostnet_100 -o ghostnet.jsonl
    python record_golden.py keras:MobileNetV2 --args '{"alpha": 0.5}' --size 160 -o mobilenet.jsonl
    python record_golden.py my_net.py:build --size 64 -o my-net.jsonl --taps all

then

    npx convzoo verify --golden resnet18.jsonl
    npx convzoo verify my-net.ts --golden my-net.jsonl

`my_net.py:build` names a function (or class) that returns a torch.nn.Module or a keras.Model. Needs numpy, and torch
or keras (2, or 3 on any of its backends); torchvision and timm only for their networks. Weights are never downloaded.
"""
import argparse
import importlib.util
import json
import math
import os
import re
import sys
import zlib

import numpy as np

MOST_TAPS = 48  # by default; they are spread evenly over the network


# ---------------------------------------------------------------------------------------------------- the rule

def hashes(path, count):
    """32-bit hash of each of the first `count` elements of the array called `path`."""
    h = np.arange(count, dtype=np.uint32)
    with np.errstate(over="ignore"):
        h *= np.uint32(0x9E3779B1)
        h += np.uint32(zlib.crc32(path.encode("utf-8")))
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x85EBCA6B)
        h ^= h >> np.uint32(13)
        h *= np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
    return h


def unit(path, count):
    """The hash as a float64 in [0, 1), exactly."""
    return hashes(path, count).astype(np.float64) / 2.0 ** 32


def fill(path, shape, role, fan_in=1, log4=0):
    """One parameter: computed in float64, rounded once to float32. `shape` is in the framework's own layout."""
    u = unit(path, math.prod(shape))
    value = {
        "conv": lambda: (2 * u - 1) * math.sqrt((3 * 2) / fan_in),
        "dense": lambda: (2 * u - 1) * math.sqrt((3 * 1) / fan_in),
        "bias": lambda: (2 * u - 1) * 0.1,
        "norm_weight": lambda: 0.5 + u,
        "norm_bias": lambda: (2 * u - 1) * 0.2,
        "running_mean": lambda: (2 * u - 1) * 0.2,
        "running_var": lambda: (0.5 + u) * 4.0 ** log4,
    }[role]()
    return value.astype(np.float32).reshape(shape)


def fill_input(shape, kind):
    h = hashes("input", math.prod(shape))
    if kind == "byte":
        return (h >> np.uint32(24)).astype(np.float32).reshape(shape)
    return ((2 * (h.astype(np.float64) / 2.0 ** 32) - 1) * 2).astype(np.float32).reshape(shape)


def log4_of(inputs, mean, base):
    """The power of 4 by which a BatchNorm's variance fits its input; channels are last. `base` is 0.5 + u."""
    centred = np.asarray(inputs, dtype=np.float64) - np.asarray(mean, dtype=np.float64)
    return int(round(math.log(max(float((centred ** 2 / base).mean()), 1e-30), 4)))


# ------------------------------------------------------------------------------------------------- what is written

def digits(value, count=7):
    return float(f"%.{count}g" % value)


def tap_record(name, values):
    flat = np.asarray(values, dtype=np.float64)
    shape, flat = list(flat.shape), flat.ravel()
    at = [int(h) % flat.size for h in hashes("sample:" + name, 8)]
    return {
        "name": name,
        "shape": shape,
        "mean": digits(flat.mean()),
        "std": digits(flat.std()),
        "zeros": digits((flat == 0).mean(), 3),
        "at": at,
        "values": [digits(flat[i]) for i in at],
    }


def logits_record(truth, single):
    truth, single = np.asarray(truth, dtype=np.float64), np.asarray(single, dtype=np.float64)
    if truth.ndim != 2:
        raise Refused(f"the network answers {list(truth.shape)}; a record holds one vector of logits an item, [2, classes]")
    if not np.isfinite(truth).all():
        raise Refused("the network answers NaN or Infinity on the filled parameters; nothing can be compared with that")
    first, second = truth
    spread = np.linalg.norm(first - first.mean())
    if spread == 0:
        raise Refused("all logits of an item are the same; nothing can be compared with that")
    return {
        "logits0": [digits(v) for v in first],
        "logits1": {
            "first16": [digits(v) for v in second[:16]],
            "sum": digits(second.sum(), 10),
            "sumsq": digits((second ** 2).sum(), 10),
        },
        "std": digits(first.std(), 5),
        "items_rel_diff": digits(np.linalg.norm(first - second) / spread, 3),
        "max_abs_f32": digits(np.abs(truth - single).max(), 3),
    }


class Refused(Exception):
    """Something that this script cannot make a record of; the message says what to do."""


def chosen(names, wanted, usual):
    """Names of taps: all, those that a regular expression matches as a whole, or a usual set spread over the depth."""
    if wanted == "all":
        return names
    if wanted is not None:
        picked = [name for name in names if re.fullmatch(wanted, name)]
        if not picked:
            raise Refused(f"no module or layer is called like {wanted!r}; --taps all lists them in the record")
        return picked
    picked = [name for name in names if usual(name)]
    if len(picked) <= MOST_TAPS:
        return picked
    return [picked[round(i * (len(picked) - 1) / (MOST_TAPS - 1))] for i in range(MOST_TAPS)]


# --------------------------------------------------------------------------------------------------------- torch

def torch_keys(module):
    """{key: array} of everything that is filled."""
    return {k: v for k, v in module.state_dict().items() if k.rsplit(".", 1)[-1] != "num_batches_tracked"}


def torch_role(key, tensors):
    """Role and fan-in of a state-dict key, from its last part, its dimensions and its neighbours."""
    owner, _, leaf = key.rpartition(".")
    shape = tuple(tensors[key].shape)
    if leaf in ("running_mean", "running_var"):
        return leaf, 1
    if leaf == "bias":
        beside = tensors.get(f"{owner}.weight" if owner else "weight")
        return ("bias" if beside is not None and beside.ndim > 1 else "norm_bias"), 1
    if leaf == "weight" and len(shape) == 4:
        return "conv", math.prod(shape[1:])
    if leaf == "weight" and len(shape) == 2:
        return "dense", shape[1]
    if math.prod(shape) == max(shape, default=1):
        return "norm_weight", 1
    raise Refused(f"the rule has no fill for {key} of shape {list(shape)}; it knows 2-d convolutions, dense layers and norms")


def fill_torch(module, log4):
    import torch
    tensors = torch_keys(module)
    with torch.no_grad():
        for key, tensor in tensors.items():
            role, fan_in = torch_role(key, tensors)
            power = log4.get(key.rpartition(".")[0], 0) if role == "running_var" else 0
            tensor.copy_(torch.from_numpy(fill(key, tuple(tensor.shape), role, fan_in, power)))


def torch_norms(module):
    import torch
    return {name: m for name, m in module.named_modules()
            if isinstance(m, torch.nn.modules.batchnorm._BatchNorm) and m.running_var is not None}


def calibrate_torch(module, x):
    """One float32 pass in which every BatchNorm's variance is fitted to what comes in, layer after layer."""
    import torch
    log4 = {}

    def fit(name):
        def before(norm, args):
            if name in log4:
                return
            inputs = args[0].detach().movedim(1, -1).numpy()
            base = unit(f"{name}.running_var" if name else "running_var", inputs.shape[-1]) + 0.5
            log4[name] = log4_of(inputs, norm.running_mean.numpy(), base)
            norm.running_var.mul_(4.0 ** log4[name])
        return before

    handles = [m.register_forward_pre_hook(fit(name)) for name, m in torch_norms(module).items()]
    with torch.no_grad():
        module(x)
    for handle in handles:
        handle.remove()
    return {name: k for name, k in log4.items() if k != 0}


def only_tensor(output):
    import torch
    return output if isinstance(output, torch.Tensor) else None


def record_torch(module, shape, kind, taps):
    import torch
    module = module.float().eval()
    fill_torch(module, {})
    x = torch.from_numpy(fill_input(shape, kind))
    log4 = calibrate_torch(module, x)
    fill_torch(module, log4)
    with torch.no_grad():
        single = logits_of(module(x)).numpy()

    module = module.double()
    seen, calls, order = {}, {}, []

    def after(name):
        def hook(_, __, output):
            # Taken here and now: a later layer may work in place. A module that is called again is no single result.
            calls[name] = calls.get(name, 0) + 1
            if only_tensor(output) is not None and output.ndim in (2, 4) and output.shape[0] == shape[0]:
                seen[name] = tap_record(name, output.detach().numpy())
                order.append(name)
        return hook

    handles = [m.register_forward_hook(after(name)) for name, m in module.named_modules() if name]
    with torch.no_grad():
        truth = logits_of(module(x.double())).numpy()
    for handle in handles:
        handle.remove()
    if truth.dtype != np.float64:
        raise Refused(f"the network computes in {truth.dtype} although it was asked for float64")
    kinds = {name: type(m) for name, m in module.named_modules()}
    idle = (torch.nn.Identity, torch.nn.Dropout, torch.nn.Flatten)
    names = [name for name in order if calls[name] == 1]
    usual = chosen(names, taps, lambda name: name.count(".") <= 1 and not issubclass(kinds[name], idle))
    return {
        "params": sum(p.numel() for p in module.parameters()),
        "bn_eps": sorted({m.eps for m in torch_norms(module).values()}),
        "bn_log4": log4,
        **logits_record(truth, single),
        "taps": [seen[name] for name in usual],
        "keys": [[key, list(tensor.shape)] for key, tensor in torch_keys(module).items()],
    }


def logits_of(output):
    """The main result of a network that may answer a tuple of that and auxiliary ones."""
    if only_tensor(output) is not None:
        return output
    if isinstance(output, (tuple, list)) and only_tensor(output[0]) is not None:
        return output[0]
    raise Refused(f"the network answers a {type(output).__name__}; it must answer a tensor of logits, [2, classes]")


# --------------------------------------------------------------------------------------------------------- keras

def keras_module():
    import keras
    return keras


def layers_of(model):
    """Every layer with variables of its own, inside nested models too."""
    for layer in model.layers:
        if getattr(layer, "layers", None):
            yield from layers_of(layer)
        else:
            yield layer


def keras_keys(model):
    """{path: variable} of everything that is filled, in the model's order."""
    keras = keras_module()
    depthwise = {id(v) for layer in layers_of(model) if isinstance(layer, keras.layers.DepthwiseConv2D) for v in layer.weights}
    constants = {id(v) for layer in layers_of(model) if isinstance(layer, keras.layers.Normalization) for v in layer.weights}
    found = {}
    for variable in model.weights:
        if id(variable) in constants or "seed_generator" in getattr(variable, "path", ""):
            continue
        path = getattr(variable, "path", variable.name).split(":")[0]
        # Keras 3 calls a depthwise kernel plainly `kernel`; the rule has one name for all versions.
        if id(variable) in depthwise:
            path = re.sub(r"/kernel$", "/depthwise_kernel", path)
        if path in found:
            raise Refused(f"two variables are called {path}; give their layers different names")
        found[path] = variable
    return found


def keras_role(path, shape):
    leaf = path.rsplit("/", 1)[-1]
    if leaf == "depthwise_kernel" and len(shape) == 4:
        return "conv", shape[0] * shape[1]
    if leaf in ("kernel", "pointwise_kernel") and len(shape) in (2, 4):
        return ("conv" if len(shape) == 4 else "dense"), math.prod(shape[:-1])
    role = {"bias": "bias", "beta": "norm_bias", "moving_mean": "running_mean", "moving_variance": "running_var"}.get(leaf)
    if role is not None:
        return role, 1
    if math.prod(shape) == max(shape, default=1):
        return "norm_weight", 1
    raise Refused(f"the rule has no fill for {path} of shape {list(shape)}; it knows 2-d convolutions, dense layers and norms")


def fill_keras(model, log4):
    for path, variable in keras_keys(model).items():
        shape = tuple(variable.shape)
        role, fan_in = keras_role(path, shape)
        power = log4.get(path.rpartition("/")[0], 0) if role == "running_var" else 0
        variable.assign(fill(path, shape, role, fan_in, power))


def as_numpy(value):
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    return np.asarray(value)


def calibrate_keras(model, x):
    keras = keras_module()
    norm = keras.layers.BatchNormalization
    # Keras 2 has a second class of that name, whose `call` is looked up on itself or on its base.
    original, log4 = norm.call, {}
    paths = {id(variable): path for path, variable in keras_keys(model).items()}

    def call(self, inputs, *args, **kwargs):
        path = paths[id(self.moving_variance)]
        name = path.rpartition("/")[0]
        if name not in log4:
            values = as_numpy(inputs)
            log4[name] = log4_of(values, as_numpy(self.moving_mean), unit(path, values.shape[-1]) + 0.5)
            self.moving_variance.assign(as_numpy(self.moving_variance) * 4.0 ** log4[name])
        return original(self, inputs, *args, **kwargs)

    norm.call = call
    try:
        model(x, training=False)
    finally:
        norm.call = original
    return {name: k for name, k in log4.items() if k != 0}


def record_keras(build, shape, kind, taps):
    """`build` is called twice: Keras fixes the type of numbers when a model is made."""
    keras = keras_module()
    if hasattr(keras, "config") and keras.config.backend() == "torch":
        print("record_golden.py: Keras on torch pads 'same' wrongly where a kernel is smaller than its stride (Xception); "
              "KERAS_BACKEND=tensorflow or jax does not", file=sys.stderr)
    set_floatx = getattr(getattr(keras, "config", None), "set_floatx", None) or keras.backend.set_floatx

    def model_of(dtype):
        keras.utils.clear_session() if hasattr(keras.utils, "clear_session") else keras.backend.clear_session()
        set_floatx(dtype)
        return build()

    model = model_of("float32")
    # Some take any size; their weights are of 224 x 224.
    shape = shape or [2, *(extent or 224 for extent in model.input_shape[1:])]
    if len(shape) != 4:
        raise Refused(f"the model takes {model.input_shape}; a record is of two pictures, [2, height, width, channels]")
    x = fill_input(shape, kind)
    fill_keras(model, {})
    log4 = calibrate_keras(model, x)
    fill_keras(model, log4)
    single = as_numpy(model(x, training=False))

    model = model_of("float64")
    fill_keras(model, log4)
    outputs = {}
    for layer in model.layers:
        try:
            output = layer.output
        except (AttributeError, RuntimeError, ValueError):
            continue  # called several times, or never
        if not isinstance(output, (list, tuple)) and len(output.shape) in (2, 4) and not is_input(layer):
            outputs[layer.name] = output
    kinds = {layer.name: type(layer).__name__ for layer in model.layers}
    telling = ("Add", "Concatenate", "Activation", "ReLU", "LeakyReLU", "MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D")
    # Keras numbers what has no name; of many ReLUs such a number says nothing.
    names = chosen(list(outputs), taps, lambda name: kinds[name] in telling and not re.fullmatch(r"(re_lu|activation)(_\d+)?", name))
    probe = keras.Model(model.inputs, [model.outputs[0], *(outputs[name] for name in names)])
    truth, *seen = [as_numpy(t) for t in as_list(probe(x.astype(np.float64), training=False))]
    if truth.dtype != np.float64:
        raise Refused(f"the network computes in {truth.dtype} although it was asked for float64")
    norms = [layer for layer in layers_of(model) if isinstance(layer, keras.layers.BatchNormalization)]
    return shape, {
        "params": int(model.count_params()),
        "trainable": int(sum(math.prod(w.shape) for w in model.trainable_weights)),
        "bn_eps": sorted({layer.epsilon for layer in norms}),
        "bn_log4": log4,
        **logits_record(truth, single),
        "taps": [tap_record(name, value) for name, value in zip(names, seen)],
        "keys": [[path, list(variable.shape)] for path, variable in keras_keys(model).items()],
    }


def is_input(layer):
    return type(layer).__name__ == "InputLayer"


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


# --------------------------------------------------------------------------------------------------- which network

def torchvision_case(name, args, size):
    import torchvision
    maker = getattr(torchvision.models, name, None)
    if maker is None:
        raise Refused(f"torchvision {torchvision.__version__} has no network {name}")
    # These two have auxiliary heads and a changed input by default, which inference does not need.
    plain = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    args = {**plain, **args}
    module = made(maker, weights=None, **args)
    height, width = size or ([299, 299] if name == "inception_v3" else [224, 224])
    return module, args, [2, 3, height, width]


def timm_case(name, args, size):
    import timm
    module = made(timm.create_model, name, pretrained=False, **args)
    channels, height, width = module.default_cfg.get("input_size", (3, 224, 224))
    return module, args, [2, channels, *(size or [height, width])]


def own_builder(spec):
    """FILE.py:NAME as a function without arguments but those of --args."""
    file, _, name = spec.rpartition(":")
    if not os.path.isfile(file):
        raise Refused(f"there is no file {file!r}; a network is torchvision:NAME, timm:NAME, keras:NAME or FILE.py:FUNCTION")
    found = importlib.util.spec_from_file_location(os.path.basename(file).removesuffix(".py"), file)
    module = importlib.util.module_from_spec(found)
    sys.path.insert(0, os.path.dirname(os.path.abspath(file)))
    found.loader.exec_module(module)
    if not hasattr(module, name):
        raise Refused(f"{file} has no {name}")
    return getattr(module, name)


def is_torch(model):
    if "torch" not in sys.modules:
        return False
    keras = sys.modules.get("keras")
    # A layer of Keras 3 on torch is a torch module too.
    return isinstance(model, sys.modules["torch"].nn.Module) and not (keras and isinstance(model, keras.layers.Layer))


def record_of(spec, options):
    framework, _, name = spec.partition(":")
    args = options.args
    size = options.size
    if framework == "torchvision":
        module, args, shape = torchvision_case(name, args, size)
        answer = record_torch(module, shape, options.kind, options.taps)
    elif framework == "timm":
        module, args, shape = timm_case(name, args, size)
        answer = record_torch(module, shape, options.kind, options.taps)
    elif framework == "keras":
        maker = getattr(keras_module().applications, name, None)
        if maker is None:
            raise Refused(f"keras.applications {keras_module().__version__} has no network {name}")
        given = {"weights": None, "classifier_activation": None, **args, **({"input_shape": (*size, 3)} if size else {})}
        shape, answer = record_keras(lambda: made(maker, **given), None, options.kind, options.taps)
    else:
        build = own_builder(spec)
        model, name = build(**args), spec.rpartition(":")[2]
        if name == "build":
            name = os.path.basename(spec.rpartition(":")[0]).removesuffix(".py")
        if is_torch(model):
            framework = "torch"
            size = size or getattr(model, "input_size", None)
            if size is None:
                raise Refused("say --size HEIGHTxWIDTH: a torch module does not tell what it takes")
            shape = [2, options.channels, *size]
            answer = record_torch(model, shape, options.kind, options.taps)
        else:
            framework = "keras"
            shape = None if size is None else [2, *size, options.channels]
            shape, answer = record_keras(lambda: build(**args), shape, options.kind, options.taps)
    layout = "NHWC" if framework == "keras" else "NCHW"
    height, width = shape[1:3] if layout == "NHWC" else shape[2:4]
    told = "".join(f"-{value}" for key, value in args.items() if key in ("width_mult", "alpha"))
    told += "-minimalistic" if args.get("minimalistic") else ""
    told += "-aux" if args.get("aux_logits") else ""
    case = options.case or f"{name}{told}-{height}x{width}" + ("-byte" if options.kind == "byte" else "")
    return {
        "case": case, "framework": framework, "model": name, "args": args,
        "input": {"shape": shape, "layout": layout, "kind": options.kind},
        **answer, "versions": versions(framework),
    }


def versions(framework):
    """What the numbers came from."""
    wanted = {"torch": ["torch"], "torchvision": ["torch", "torchvision"], "timm": ["torch", "timm"]}
    found = {"python": "%d.%d" % sys.version_info[:2], "numpy": np.__version__}
    for name in wanted.get(framework, ["keras"]):
        found[name] = getattr(sys.modules.get(name), "__version__", "unknown")
    if framework == "keras" and hasattr(keras_module(), "config"):
        backend = keras_module().config.backend()
        found[backend] = getattr(sys.modules.get(backend), "__version__", "unknown")
    return found


def arguments(text):
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError("a JSON object, such as '{\"width_mult\": 0.5}'")
    return found


def made(maker, *args, **kwargs):
    """A published network; what its constructor does not take is said in a line."""
    try:
        return maker(*args, **kwargs)
    except (TypeError, ValueError, RuntimeError) as error:
        raise Refused(f"it cannot be built: {str(error).strip().splitlines()[0]}") from error


def height_width(text):
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", text)
    if match is None:
        raise argparse.ArgumentTypeError("a number such as 224, or HEIGHTxWIDTH such as 97x131")
    return [int(match[1]), int(match[2] or match[1])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], epilog="More: docs/parity.md of convzoo.")
    parser.add_argument("networks", nargs="+", metavar="NETWORK", help="torchvision:NAME, timm:NAME, keras:NAME or FILE.py:FUNCTION")
    parser.add_argument("-o", "--out", required=True, help="the file of records, one JSON record a line")
    parser.add_argument("--append", action="store_true", help="add to the file instead of writing it anew")
    parser.add_argument("--args", type=arguments, default={}, help="arguments of the constructor, as JSON")
    parser.add_argument("--size", type=height_width, help="input: 224, or 97x131; by default the network's own")
    parser.add_argument("--channels", type=int, default=3, help="of the input of a network of your own")
    parser.add_argument("--kind", choices=["signed", "byte"], default="signed",
                        help="input in [-2, 2), or whole numbers 0..255 for networks that rescale themselves")
    parser.add_argument("--taps", help="which results are recorded on the way: all, or a regular expression of their names")
    parser.add_argument("--case", help="what the record is called; by default the network with its size")
    parser.add_argument("--threads", type=int, help="threads of torch")
    options = parser.parse_args()
    if options.threads:
        import torch
        torch.set_num_threads(options.threads)
    mode = "a" if options.append else "w"
    for spec in options.networks:
        try:
            record = record_of(spec, options)
        except Refused as reason:
            sys.exit(f"record_golden.py: {spec}: {reason}.")
        except ModuleNotFoundError as missing:
            sys.exit(f"record_golden.py: {spec} needs the package {missing.name}; install it, or set KERAS_BACKEND for Keras.")
        # Only now: what was there stays where no record can be made.
        with open(options.out, mode, encoding="utf-8") as out:
            out.write(json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n")
        mode = "a"
        print(f"{record['case']}: {record['params']:,} parameters, {len(record['taps'])} taps, logits' deviation "
              f"{record['std']}, float32 within {record['max_abs_f32'] / record['std']:.1e} of it", file=sys.stderr)


if __name__ == "__main__":
    main()

"""Reads what torchvision, timm and Keras say of their published weights, out of their wheels.

    python3 -m pip download --no-deps --only-binary=:all: -d WHEELS torchvision timm keras
    python3 extract.py WHEELS > facts.json

No framework is imported. torchvision's enums are read as a syntax tree; of timm only the tables `default_cfgs` and the
small functions that fill them are run, and of Keras only the lines `if weights == "imagenet": ...`, with stand-ins that
note the address instead of downloading. Nothing is typed in here that stands in a source.
"""

import ast
import json
import pathlib
import sys
import zipfile


def main(folder):
    facts = {}
    for framework, read in (("torchvision", torchvision), ("timm", timm), ("keras", keras)):
        (path,) = pathlib.Path(folder).glob(f"{framework}-*.whl")
        with zipfile.ZipFile(path) as wheel:
            version = path.name.split("-")[1]
            facts[framework] = {"version": version, "license": license_of(wheel), "weights": read(wheel)}
    json.dump(facts, sys.stdout, indent=1)


def license_of(wheel):
    (name,) = [n for n in wheel.namelist() if n.endswith(".dist-info/METADATA")]
    for line in wheel.read(name).decode().splitlines():
        if line.startswith("License:"):
            return line.removeprefix("License:").strip()
    raise SystemExit(f"{wheel.filename} states no licence")


def trees(wheel, folder):
    for name in sorted(wheel.namelist()):
        rest = name.removeprefix(folder)
        if name.startswith(folder) and rest.endswith(".py") and "/" not in rest:
            yield name, ast.parse(wheel.read(name))


# torchvision: class ResNet50_Weights(WeightsEnum): IMAGENET1K_V1 = Weights(url=..., transforms=partial(...), meta={...})


def torchvision(wheel):
    defaults = image_classification_defaults(wheel)
    found = []
    for name, tree in trees(wheel, "torchvision/models/"):
        constants = {}
        builders = builders_of(tree)
        for node in tree.body:
            target, value = assignment(node)
            if target is not None and isinstance(value, ast.Dict):
                constants[target] = value
            if isinstance(node, ast.ClassDef) and any(getattr(b, "id", "") == "WeightsEnum" for b in node.bases):
                found += enum_entries(node, constants, defaults, builders.get(node.name), name)
    return found


def assignment(node):
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.value
    return None, None


def builders_of(tree):
    """Which function takes which enum: its annotation `weights: Optional[ResNet50_Weights]`."""
    builders = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            for argument in node.args.args + node.args.kwonlyargs:
                if argument.arg == "weights" and argument.annotation is not None:
                    for name in ast.walk(argument.annotation):
                        if isinstance(name, ast.Name) and name.id.endswith("_Weights"):
                            builders[name.id] = node.name
    return builders


def enum_entries(node, constants, defaults, model, file):
    entries, default = {}, None
    for statement in node.body:
        target, value = assignment(statement)
        if target == "DEFAULT":
            default = value.id
        elif target is not None:
            arguments = {k.arg: k.value for k in value.keywords}
            transform = arguments["transforms"]
            if transform.args[0].id != "ImageClassification":
                return []
            preprocessing = dict(defaults)
            for keyword in transform.keywords:
                preprocessing[keyword.arg] = enum_or_literal(keyword.value)
            meta = flatten(arguments["meta"], constants)
            metrics = meta.get("_metrics", {}).get("ImageNet-1K", {})
            entries[target] = {
                "file": file,
                "model": model,
                "tag": target,
                "url": ast.literal_eval(arguments["url"]),
                "preprocessing": preprocessing,
                "top1": metrics.get("acc@1"),
                "top5": metrics.get("acc@5"),
                "params": meta.get("num_params"),
                "mebibytes": meta.get("_file_size"),
                "license": meta.get("license"),
            }
    for tag, entry in entries.items():
        entry["default"] = tag == default
    return list(entries.values())


def flatten(node, constants):
    values = {}
    for key, value in zip(node.keys, node.values):
        if key is None:
            values.update(flatten(constants[value.id], constants))
        else:
            try:
                values[ast.literal_eval(key)] = ast.literal_eval(value)
            except ValueError:
                pass  # the list of classes
    return values


def enum_or_literal(node):
    if isinstance(node, ast.Attribute):
        return node.attr.lower()
    return eval(compile(ast.Expression(node), "literal", "eval"), {"__builtins__": {}})  # 127.0 / 255


def image_classification_defaults(wheel):
    tree = ast.parse(wheel.read("torchvision/transforms/_presets.py"))
    (preset,) = [n for n in tree.body if getattr(n, "name", "") == "ImageClassification"]
    (init,) = [n for n in preset.body if getattr(n, "name", "") == "__init__"]
    pairs = zip(init.args.kwonlyargs, init.args.kw_defaults)
    return {a.arg: enum_or_literal(d) for a, d in pairs if d is not None}


# timm: default_cfgs = generate_default_cfgs({'resnet50.a1_in1k': _rcfg(hf_hub_id='timm/', ...), ...})


def timm(wheel):
    scope = {}
    exec(compile(wheel.read("timm/data/constants.py"), "constants.py", "exec"), scope)
    scope["generate_default_cfgs"] = lambda table: table
    found = []
    for name, tree in trees(wheel, "timm/models/"):
        helpers = [n for n in tree.body if isinstance(n, ast.FunctionDef) and "cfg" in n.name]
        tables = [n for n in tree.body if assignment(n)[0] == "default_cfgs"]
        if not tables:
            continue
        for helper in helpers:
            helper.decorator_list, helper.returns = [], None
            for argument in helper.args.args + helper.args.kwonlyargs + [helper.args.kwarg]:
                if argument is not None:
                    argument.annotation = None
        local = dict(scope)
        try:
            exec(compile(ast.Module(helpers + tables, []), name, "exec"), local)
        except NameError as error:
            print(f"{name}: not read, {error}", file=sys.stderr)
            continue
        seen = set()
        for key, cfg in local["default_cfgs"].items():
            architecture = key.split(".")[0]
            if not cfg.get("hf_hub_id"):
                continue
            found.append({"file": name, "name": key, "default": architecture not in seen, **timm_facts(key, cfg)})
            seen.add(architecture)
    return found


def timm_facts(key, cfg):
    hub = cfg["hf_hub_id"]
    wanted = (
        "num_classes input_size test_input_size crop_pct test_crop_pct crop_mode interpolation mean std license "
        "origin_url hf_hub_filename"
    )
    facts = {k: cfg[k] for k in wanted.split() if cfg.get(k) is not None}
    return {"repo": hub + key if hub.endswith("/") else hub, **facts}


# Keras: if weights == "imagenet": ... file_utils.get_file(name, url, cache_subdir="models", file_hash="...")


def keras(wheel):
    found = []
    for name, tree in trees(wheel, "keras/src/applications/"):
        blocks = [n for n in ast.walk(tree) if isinstance(n, ast.If) and "get_file" in ast.dump(n) and about_imagenet(n)]
        if not blocks or name.endswith("_test.py"):
            continue
        block = blocks[0]
        constants = {}
        for node in tree.body:
            target, _ = assignment(node)
            if target is not None and target.isupper():
                try:
                    exec(compile(ast.Module([node], []), name, "exec"), constants)
                except NameError:
                    pass  # docstrings made of parts
        for bound in keras_variants(name.rsplit("/", 1)[1], tree, constants):
            calls = []
            scope = {**constants, **bound["scope"], "weights": "imagenet", "include_top": True}
            scope["file_utils"] = Stand(lambda *args, **named: calls.append((args, named)) or "")
            scope["model"] = Stand()
            exec(compile(ast.Module([block], []), name, "exec"), scope)
            if not calls:
                continue
            ((_, url), named), = calls
            facts = {k: v for k, v in bound.items() if k != "scope"}
            found.append({"file": name, "url": url, "hash": named.get("file_hash"), **facts})
    return found


class Stand:
    """Takes any call; `get_file` notes its arguments."""

    def __init__(self, get_file=None):
        self.get_file = get_file

    def load_weights(self, *args, **named):
        pass


def about_imagenet(node):
    return any(isinstance(n, ast.Constant) and n.value == "imagenet" for n in ast.walk(node.test))


def choices(tree, variable):
    """The list of `variable not in [...]`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and getattr(node.left, "id", "") == variable and isinstance(node.ops[0], ast.NotIn):
            return ast.literal_eval(node.comparators[0])
    raise SystemExit(f"no list of {variable}")


def keras_variants(file, tree, constants):
    """The arguments for which Keras publishes weights, with the name of the function that takes them."""
    hashes = constants.get("WEIGHTS_HASHES", {})
    if file in ("vgg16.py", "vgg19.py", "xception.py", "inception_v3.py"):
        names = {"vgg16.py": "VGG16", "vgg19.py": "VGG19", "xception.py": "Xception", "inception_v3.py": "InceptionV3"}
        yield {"model": names[file], "scope": {}}
    elif file == "resnet.py":
        for key in hashes:
            if key.startswith("resnet"):
                yield {"model": key.replace("resnet", "ResNet").replace("v2", "V2"), "scope": {"weights_name": key}}
    elif file == "mobilenet.py":
        for alpha in choices(tree, "alpha"):
            for rows in choices(tree, "rows"):
                yield {"model": "MobileNet", "alpha": alpha, "rows": rows, "scope": {"alpha": alpha, "rows": rows}}
    elif file == "mobilenet_v2.py":
        for alpha in choices(tree, "alpha"):
            for rows in choices(tree, "rows"):
                yield {"model": "MobileNetV2", "alpha": alpha, "rows": rows, "scope": {"alpha": alpha, "rows": rows}}
    elif file == "mobilenet_v3.py":
        table = docstring_table(tree)
        for key in hashes:
            kind, minimal, alpha = key.split("_")[0], "_minimalistic" in key, float(key.split("_")[-2])
            scope = {"model_type": kind, "minimalistic": minimal, "alpha": alpha}
            row = table.get(f"mobilenet_v3_{kind}{'_minimalistic' if minimal else ''}_{alpha}_224")
            model = f"MobileNetV3{kind.capitalize()}{'_minimalistic' if minimal else ''}"
            yield {"model": model, "alpha": alpha, "top1": row, "scope": scope}
    elif file == "efficientnet.py":
        for key in hashes:
            yield {"model": f"EfficientNet{key.upper()}", "scope": {"weights_name": key, "name": f"efficientnet{key}"}}
    elif file == "densenet.py":
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and getattr(node.left, "id", "") == "blocks":
                blocks = ast.literal_eval(node.comparators[0])
                # DenseNet's number counts its layers: two a block's layer, three transitions, the stem and the classifier.
                model = f"DenseNet{2 * sum(blocks) + 5}"
                if model not in constants.setdefault("_seen", []):
                    constants["_seen"].append(model)
                    yield {"model": model, "scope": {"blocks": blocks}}


def docstring_table(tree):
    """Top-1 accuracies of MobileNet V3's table."""
    rows = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "Top1 Accuracy" in node.value:
            for line in node.value.splitlines():
                cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
                if len(cells) == 5 and cells[0].startswith("mobilenet_v3"):
                    rows[cells[0]] = float(cells[3])
    return rows


if __name__ == "__main__":
    main(*sys.argv[1:])

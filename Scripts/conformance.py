#!/usr/bin/env python3
"""Runs ONNX's own backend test cases through `offloadsim infer` and prints what passes, operator by operator.

    Scripts/conformance.py [--bin .build/release/offloadsim] [--group NAME]... [--markdown] [--newer]

The first run makes a Python environment with the onnx and numpy packages under .build/conformance and unpacks there the
test data of onnx 1.17.0, which fix the cases. `--newer` runs the node cases of the installed onnx instead (opset 23 and
later). A case passes if every output has the published element type and shape, floating-point numbers are close
(relative 1e-3, absolute 1e-5, NaN equals NaN), and whole numbers are equal (8-bit ones of quantising operators within 1).
Exit code 0 where cases were run and all passed.
"""
import argparse
import collections
import concurrent.futures
import glob
import os
import subprocess
import sys
import tempfile
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOME = os.path.join(ROOT, ".build", "conformance")
DATA_VERSION = "1.17.0"      # the last wheel that holds the node cases as files
PACKAGES = ["onnx==1.23.2", "numpy>=1.26,<3"]

# An operator that several groups could claim belongs to the first.
GROUPS = collections.OrderedDict(
    core="""Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Celu Clip Concat Constant ConstantOfShape Conv
        ConvTranspose DepthToSpace Div Dropout Elu Equal Exp Expand Flatten Floor Gather Gemm GlobalAveragePool GlobalMaxPool
        Greater GreaterOrEqual GroupNormalization HardSigmoid HardSwish Identity InstanceNormalization LRN LeakyRelu Less
        LessOrEqual Log LogSoftmax LpPool MatMul Max MaxPool Mean Min Mish Mul Neg Not Or PRelu Pad Pow Range Reciprocal
        ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu
        Reshape Resize Round Selu Shape Sigmoid Sign Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub
        Sum Tanh ThresholdedRelu Tile Transpose Unsqueeze Upsample Where""".split(),
    recurrent="GRU LSTM RNN ReverseSequence".split(),
    quantised="""ConvInteger DequantizeLinear DynamicQuantizeLinear MatMulInteger QLinearConv QLinearMatMul
        QuantizeLinear""".split(),
    detection="Compress GatherND GridSample NonMaxSuppression NonZero RoiAlign ScatterND TopK".split(),
    transformer="""Attention Cos CumSum Einsum Erf GatherElements Gelu IsInf IsNaN LayerNormalization
        MeanVarianceNormalization Mod OneHot RMSNormalization RotaryEmbedding ScatterElements Sin Trilu""".split(),
    other=[])    # every other operator of ai.onnx
QUANTISING = set(GROUPS["quantised"])
HELPERS = {"Identity", "Constant", "Dropout"}        # they decide neither group nor heading of a case
RANDOM = {"RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli", "Multinomial"}
SUITES = ["node", "simple", "pytorch-converted", "pytorch-operator"]
OLDEST_OPSET = 6

# Operators that no split network needs, and why.
LEFT_OUT = {"ImageDecoder": "image files as inputs (ImageDecoder), which are no tensors"}

# Published outputs that onnxruntime does not produce either.
CONTESTED = {
    "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True",
    "test_resize_downsample_scales_cubic_align_corners", "test_resize_downsample_scales_linear_align_corners",
    "test_qlinearmatmul_2D_int8_float32", "test_qlinearmatmul_3D_int8_float32"}

Case = collections.namedtuple("Case", "name operator group model inputs outputs quantises")


def environment():
    """Makes the Python environment and the data if they are missing, and goes on inside the environment."""
    python = os.path.join(HOME, "venv", "bin", "python")
    data = os.path.join(HOME, "onnx-" + DATA_VERSION)

    def run(*command):
        if subprocess.run(command, stdout=sys.stderr).returncode:
            sys.exit("conformance: '%s' failed; the network is needed once" % " ".join(command[:6]))

    if not os.path.exists(os.path.join(HOME, "venv", "done")):
        print("# making a Python environment in .build/conformance", file=sys.stderr)
        run(sys.executable, "-m", "venv", "--clear", os.path.join(HOME, "venv"))
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES)
        open(os.path.join(HOME, "venv", "done"), "w").close()
    if not os.path.exists(os.path.join(data, "done")):
        print("# unpacking the test data of onnx " + DATA_VERSION, file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=HOME) as folder:
            # The data are the same in every wheel, whatever this machine and its Python are.
            run(python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
                "--python-version", "3.11", "--platform", "manylinux2014_x86_64", "--dest", folder, "onnx==" + DATA_VERSION)
            with zipfile.ZipFile(glob.glob(os.path.join(folder, "*.whl"))[0]) as wheel:
                members = [n for n in wheel.namelist() if n.startswith("onnx/backend/test/data/")]
                wheel.extractall(data, members)
        open(os.path.join(data, "done"), "w").close()
    if os.path.realpath(sys.prefix) != os.path.realpath(os.path.join(HOME, "venv")):
        os.execv(python, [python, os.path.abspath(__file__)] + sys.argv[1:])
    return os.path.join(data, "onnx", "backend", "test", "data")


def newer_data():
    """The node cases of the installed onnx as files, written once."""
    import numpy as np
    import onnx
    from onnx.backend.test.loader import load_model_tests

    folder = os.path.join(HOME, "onnx-" + onnx.__version__ + "-made")
    if os.path.exists(os.path.join(folder, "done")):
        return folder
    print("# writing the node cases of onnx " + onnx.__version__, file=sys.stderr)
    for case in load_model_tests(kind="node"):
        place = os.path.join(folder, "node", case.name)
        os.makedirs(place, exist_ok=True)
        onnx.save(case.model, os.path.join(place, "model.onnx"))
        for number, sets in enumerate(case.data_sets):
            target = os.path.join(place, "test_data_set_%d" % number)
            os.makedirs(target, exist_ok=True)
            for kind, values in zip(("input", "output"), sets):
                for index, value in enumerate(values):
                    if not isinstance(value, onnx.TensorProto):
                        if isinstance(value, (list, dict)) or value is None:
                            continue    # a sequence, map or optional: left out below
                        value = onnx.numpy_helper.from_array(np.asarray(value))
                    with open(os.path.join(target, "%s_%d.pb" % (kind, index)), "wb") as file:
                        file.write(value.SerializeToString())
    open(os.path.join(folder, "done"), "w").close()
    return folder


def reason_to_skip(model, name, wanted):
    """Why a case is left out, or None."""
    from onnx import TensorProto
    basic = {TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL}
    nodes = model.graph.node
    operators = {node.op_type for node in nodes}
    if not nodes:
        return "no operator in it"
    if "_expanded" in name:
        return "an operator spelled out by others, which have cases of their own"
    if any(node.domain not in ("", "ai.onnx") for node in nodes):
        return "operators of training and machine learning (ai.onnx.ml, ai.onnx.preview)"
    if operators & RANDOM:
        return "random numbers, whose values nothing fixes"
    for value in list(model.graph.input) + list(model.graph.output):
        if not value.type.HasField("tensor_type"):
            return "sequences, optionals and maps, which split inference does not use"
        if value.type.tensor_type.elem_type not in basic:
            return "element types other than float32, int64, int32, int8, uint8, bool"
    for operator in LEFT_OUT:
        if operator in operators:
            return LEFT_OUT[operator]
    for node in nodes:
        attributes = {attribute.name: attribute for attribute in node.attribute}
        if node.op_type == "Cast" and attributes["to"].i not in basic:
            return "element types other than float32, int64, int32, int8, uint8, bool"
        if "training_mode" in attributes and attributes["training_mode"].i or (
                node.op_type == "Dropout" and len(node.input) > 2 and node.input[2]):
            return "training"
        if "broadcast" in attributes or "consumed_inputs" in attributes:
            return "attributes of opset 6 and below"
        if any(attribute.HasField("g") for attribute in node.attribute):
            return "sub-graphs (tested by the project's own tests)"
    if not (operators - HELPERS or operators) <= wanted:
        return "operators of groups that were not asked for"
    if any(entry.domain in ("", "ai.onnx") and entry.version < OLDEST_OPSET for entry in model.opset_import):
        return "opset below %d" % OLDEST_OPSET
    if name in CONTESTED:
        return "published outputs that onnxruntime does not produce either"
    return None


def collect(data, groups, pattern):
    """The cases in order, and how many are left out for which reason, with the operators they are of."""
    import onnx
    group_of = {operator: group for group in reversed(list(GROUPS)) for operator in GROUPS[group]}
    cases, skipped = [], collections.defaultdict(list)
    for suite in SUITES:
        for path in sorted(glob.glob(os.path.join(data, suite, "*", "model.onnx"))):
            folder = os.path.dirname(path)
            name = os.path.basename(folder)
            if pattern and pattern not in name:
                continue
            model = onnx.load(path)
            operators = [node.op_type for node in model.graph.node]
            wanted = {operator for operator in operators if group_of.get(operator, "other") in groups}
            reason = reason_to_skip(model, name, wanted)
            if reason:
                skipped[reason].append(operators[0] if operators else "")
                continue
            main = next((operator for operator in operators if operator not in HELPERS), operators[0])
            constants = {tensor.name for tensor in model.graph.initializer}
            inputs = [value for value in model.graph.input if value.name not in constants]
            for folder in sorted(glob.glob(os.path.join(folder, "test_data_set_*"))):
                files = [[os.path.join(folder, "%s_%d.pb" % (kind, index)) for index in range(len(values))]
                         for kind, values in (("input", inputs), ("output", model.graph.output))]
                if not all(map(os.path.exists, files[0] + files[1])):
                    skipped["data that are not complete"].append(main)
                    continue
                heading = main if suite == "node" else "[%s]" % suite
                cases.append(Case("%s/%s" % (suite, name), heading, group_of.get(main, "other") if suite == "node" else "networks",
                                  path, files[0], files[1], bool(QUANTISING & set(operators))))
    return cases, skipped


def tensor(path):
    from onnx import TensorProto, numpy_helper
    message = TensorProto()
    with open(path, "rb") as file:
        message.ParseFromString(file.read())
    return numpy_helper.to_array(message)


def difference(got, expected, quantises):
    """What is wrong with an output, or None."""
    import numpy as np
    if got.dtype != expected.dtype or got.shape != expected.shape:
        return "%s%s, expected %s%s" % (got.dtype, list(got.shape), expected.dtype, list(expected.shape))
    if expected.dtype.kind == "f":
        close = np.isclose(got, expected, rtol=1e-3, atol=1e-5, equal_nan=True)
    elif expected.dtype == bool:
        close = got == expected
    else:
        tolerance = 1 if quantises and expected.dtype in (np.int8, np.uint8) else 0
        close = np.abs(got.astype(np.int64) - expected.astype(np.int64)) <= tolerance
    wrong = int(close.size - np.count_nonzero(close))
    return "%d of %d values differ" % (wrong, close.size) if wrong else None


def run(binary, case):
    """What is wrong with a case, or None."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        command = [binary, "infer", case.model, "--output-dir", folder]
        for path in case.inputs:
            command += ["--input", path]
        try:
            result = subprocess.run(command, capture_output=True, timeout=60)
        except subprocess.TimeoutExpired:
            return "takes more than 60 s"
        if result.returncode:
            lines = result.stderr.decode(errors="replace").strip().splitlines() or [""]
            return "exit code %d: %s" % (result.returncode, lines[-1][:200])
        for index, path in enumerate(case.outputs):
            try:
                wrong = difference(tensor(os.path.join(folder, "output_%d.pb" % index)), tensor(path), case.quantises)
            except Exception as error:
                wrong = "%s: %s" % (type(error).__name__, error)
            if wrong:
                return "output %d: %s" % (index, wrong)
    return None


def table(results):
    """{group: {operator: [passed, run]}}, groups and operators in order."""
    groups = collections.OrderedDict((group, {}) for group in list(GROUPS) + ["networks"])
    for case, wrong in results:
        entry = groups[case.group].setdefault(case.operator, [0, 0])
        entry[0] += wrong is None
        entry[1] += 1
    return collections.OrderedDict((group, dict(sorted(rows.items()))) for group, rows in groups.items() if rows)


def print_text(groups, results, skipped):
    for group, rows in groups.items():
        print("%-24s %4d of %4d" % ((group.upper(),) + tuple(map(sum, zip(*rows.values())))))
        for operator, (passed, count) in rows.items():
            print("  %-22s %4d of %4d%s" % (operator, passed, count, "" if passed == count else "  FAILED"))
    for case, wrong in results:
        if wrong:
            print("failed %s: %s" % (case.name, wrong))
    print("\nleft out on purpose:")
    for reason, operators in sorted(skipped.items(), key=lambda item: (-len(item[1]), item[0])):
        print("  %4d  %s" % (len(operators), reason))


def print_markdown(groups, skipped):
    print("| group | passed | operators (cases) |\n|---|---|---|")
    for group, rows in groups.items():
        names = ", ".join("%s (%s)" % (operator, count if passed == count else "%d of %d" % (passed, count))
                          for operator, (passed, count) in rows.items())
        print("| %s | %d of %d | %s |" % ((group,) + tuple(map(sum, zip(*rows.values()))) + (names,)))
    print("\nLeft out on purpose:\n\n| cases | why |\n|---|---|")
    for reason, operators in sorted(skipped.items(), key=lambda item: (-len(item[1]), item[0])):
        print("| %d | %s |" % (len(operators), reason))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=os.path.join(ROOT, ".build", "release", "offloadsim"), help="the program")
    parser.add_argument("--group", action="append", choices=list(GROUPS), help="only this group; may be repeated")
    parser.add_argument("--filter", help="only cases whose name holds this")
    parser.add_argument("--newer", action="store_true", help="the node cases of the installed onnx, opset 23 and later")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="cases at a time")
    parser.add_argument("--markdown", action="store_true", help="the table as the README shows it")
    options = parser.parse_args()
    binary = os.path.abspath(options.bin)
    if not os.access(binary, os.X_OK):
        sys.exit("conformance: there is no program at %s; 'make build' makes it" % binary)
    os.makedirs(HOME, exist_ok=True)
    data = environment()
    if options.newer:
        data = newer_data()
    cases, skipped = collect(data, options.group or list(GROUPS), options.filter)
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        results = list(zip(cases, pool.map(lambda case: run(binary, case), cases)))
    groups = table(results)
    if options.markdown:
        print_markdown(groups, skipped)
    else:
        print_text(groups, results, skipped)
    failed = sum(wrong is not None for _, wrong in results)
    print("\n%d passed, %d failed" % (len(results) - failed, failed))
    return 0 if results and not failed else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""What an epoch of GSR-GNN would cost on an RTX A6000, estimated: nothing of this is measured.

    device_report.py --cuda-build build/cuda-a6000 --work build/release/bin/epoch_work [-o FILE.json]

Every kernel's launches are counted (epoch_work runs the epoch on a host), its bytes and operations follow from the sizes
of the graph (below), and its registers, stack frame and shared memory are read from the machine code of a build for
sm_86 (cuobjdump, of the CUDA Toolkit). The time of a launch is the longest of: its bytes at the memory's bandwidth, its
operations at the peak rate, and what a launch takes at least. Two times are given, for bytes count in two ways:

    least   every value moves between memory and chip once: gathered rows are found in L2
    most    every gathered row and every scattered update goes to memory; L2 holds nothing

Exits with 1 if a kernel spills registers, or if one is launched of which nothing is known here.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

DEVICE = {
    "name": "RTX A6000 (GA102, sm_86)", "bytes_per_second": 768e9, "operations_per_second": 38.7e12,
    "processors": 84, "registers": 65536, "threads": 1536, "blocks": 16, "shared_bytes": 100 * 1024,
}
ARCHITECTURE = "sm_86"
LAUNCH_SECONDS = 5e-6  # a small kernel, with its launch by Kokkos
BLOCK_THREADS = 256    # of a range kernel; row kernels have teams of 8 x 32, chunk kernels of 1 x 32
TEAM_FRAME = 16        # bytes of stack that Kokkos' team kernels have with registers to spare; more are spilt registers
SECTOR = 32            # bytes that a scattered access moves
PAPER = {4: 1.52, 8: 1.54, 16: 1.64, 32: 2.09, 64: 3.07}  # Table 2: graph 3, L = 100, D = 384, seconds an epoch
PAPER_REV = 28.06
GRAPH_3 = "876-R"


class Size:
    """The sizes a kernel's work depends on."""

    def __init__(self, graph, model):
        self.N, self.M, self.P, self.pieces = graph["cells"], graph["nets"], graph["pins"], graph["net_pieces"]
        self.d, self.W, self.k = model["stride"], model["tile"], model["k"]
        self.index = 1 if model["width"] <= 256 else 2
        self.R = model["row_chunks"]
        self.F, self.T = model["features"], model["types"]
        self.kept = self.N * self.k * (4 + self.index)  # bytes of (V, I)
        self.cells = 4 * self.N * self.W                # bytes of a tile of the cells
        self.nets = 4 * (self.M + self.pieces) * self.W
        self.parameters, self.launches = model["parameters"], model["launches"]


def gathers(s, once):
    """Least and most bytes of rows of a tile gathered along the pins, beside the pins themselves."""
    pins = 4 * (s.P + s.M)
    return pins + once, pins + 4 * s.P * s.W


def scattered(s, matrices):
    """Least and most bytes of single values at the kept places of N x d, read or written `matrices` times."""
    return matrices * 4 * s.N * s.k, matrices * min(SECTOR * s.N * s.k, 4 * s.N * s.d)


def both(extra, pair=(0, 0)):
    return extra + pair[0], extra + pair[1]


def two(value):
    return value, value


# Of each kernel, by its label: the function or functor that holds it, the least and most bytes of a launch, and its
# operations.
KERNELS = {
    "gsrgnn::kernels::gs_op": ("GsOp", lambda s: two(4 * s.N * s.d * (1 + 1 / 3) + s.kept),  # every third sparsifies
                               lambda s: 12 * s.N * s.d),
    "gsrgnn::kernels::round_to_unit": ("round_to_unit", lambda s: two(8 * s.N * s.d), lambda s: 2 * s.N * s.d),
    "gsrgnn::kernels::rms_norm_forward": ("RmsNormForward", lambda s: two(s.kept + 4 * s.N * s.k), lambda s: 5 * s.N * s.k),
    "gsrgnn::kernels::rms_norm_backward": ("RmsNormBackward", lambda s: two(s.kept + 8 * s.N * s.k + 4 * s.R * s.d),
                                           lambda s: 12 * s.N * s.k),
    "gsrgnn::kernels::rms_norm_backward_sum": ("sum_row_chunks", lambda s: two(4 * s.R * s.d), lambda s: s.R * s.d),
    "gsrgnn::kernels::sparse_linear": ("sparse_linear", lambda s: two(s.kept + s.cells), lambda s: 2 * s.N * s.k * s.W),
    "gsrgnn::kernels::pass_to_nets": ("sum_segments", lambda s: both(s.nets, gathers(s, s.cells)), lambda s: 2 * s.P * s.W),
    "gsrgnn::kernels::join_net_pieces": ("pass_to_nets", lambda s: two(4 * s.pieces * s.W), lambda s: s.pieces * s.W),
    "gsrgnn::models::add_block_tile": ("add_block_tile", lambda s: both(3 * s.cells + s.kept, gathers(s, s.nets)),
                                       lambda s: s.P * s.W + 2 * s.N * s.k * s.W + 4 * s.N * s.W),
    "gsrgnn::kernels::store_neighbour_sums": ("store_neighbour_sums", lambda s: both(2 * s.cells, gathers(s, s.nets)),
                                              lambda s: s.P * s.W + 2 * s.N * s.W),
    "gsrgnn::kernels::sparse_linear_weight_gradient":
        ("WeightGradientSlice",  # a slice of 16 columns takes 64 bytes of each row, and all of (V, I)
         lambda s: both(s.cells + 4 * s.R * s.d * s.W, (s.kept, s.kept * s.W / 16)), lambda s: 2 * s.N * s.k * s.W),
    "gsrgnn::kernels::sparse_linear_weight_gradient_sum":
        ("sparse_linear_weight_gradient", lambda s: two(4 * (s.R + 1) * s.d * s.W), lambda s: s.R * s.d * s.W),
    "gsrgnn::kernels::sparse_linear_value_gradient":
        ("sparse_linear_value_gradient", lambda s: two(2 * s.cells + s.N * s.k * (s.index + 8)),
         lambda s: 4 * s.N * s.k * s.W),
    "gsrgnn::kernels::column_sums": ("column_sums", lambda s: two(s.cells + 4 * s.R * s.W), lambda s: s.N * s.W),
    "gsrgnn::kernels::column_sums_sum": ("column_sums", lambda s: two(4 * s.R * s.W), lambda s: s.R * s.W),
    "gsrgnn::kernels::scatter": ("Scatter", lambda s: two(s.kept + 4 * s.N * s.d), lambda s: 0),
    "gsrgnn::kernels::scatter_add": ("scatter_add", lambda s: both(s.kept, scattered(s, 2)), lambda s: s.N * s.k),
    "gsrgnn::kernels::gather": ("gather", lambda s: both(s.kept, scattered(s, 1)), lambda s: 0),
    "gsrgnn::kernels::gather_add": ("gather_add", lambda s: both(s.kept + 4 * s.N * s.k, scattered(s, 1)),
                                    lambda s: s.N * s.k),
    "gsrgnn::kernels::adam_update": ("adam_update", lambda s: two(28 * s.parameters / s.launches["gsrgnn::kernels::adam_update"]),
                                     lambda s: 12 * s.parameters / s.launches["gsrgnn::kernels::adam_update"]),
    "gsrgnn::models::add_type_and_bias": ("AddTypeAndBias", lambda s: two(16 * s.N * s.d), lambda s: 4 * s.N * s.d),
    "gsrgnn::models::type_weight_gradient": ("sum_segments", lambda s: two(s.cells + 4 * s.N), lambda s: s.N * s.W),
    "gsrgnn::kernels::layer_norm_forward": ("LayerNormForward", lambda s: two(16 * s.N * s.d), lambda s: 16 * s.N * s.d),
    "gsrgnn::kernels::layer_norm_backward": ("LayerNormBackward", lambda s: two(24 * s.N * s.d + 16 * s.R * s.d),
                                             lambda s: 30 * s.N * s.d),
    "gsrgnn::kernels::layer_norm_backward_sum": ("layer_norm_backward", lambda s: two(16 * s.R * s.d), lambda s: 4 * s.R * s.d),
    "gsrgnn::models::readout_linear": ("ReadoutLinear", lambda s: two(8 * s.N * s.d), lambda s: 4 * s.N * s.d),
    "gsrgnn::models::readout_linear_backward": ("ReadoutLinearBackward", lambda s: two(16 * s.N * s.d + 8 * s.R * s.d),
                                                lambda s: 8 * s.N * s.d),
    "gsrgnn::models::readout_linear_backward_sum": ("readout_backward", lambda s: two(8 * s.R * s.d), lambda s: 2 * s.R * s.d),
    "gsrgnn::kernels::squared_error": ("squared_error", lambda s: two(9 * s.N), lambda s: 3 * s.N),
    "gsrgnn::kernels::squared_error_gradient": ("squared_error_gradient", lambda s: two(13 * s.N), lambda s: 3 * s.N),
}


def fail(message):
    sys.exit(f"device_report: {message}")


def resources(build):
    """Of each function or functor of ours: the worst of its kernels' registers, and bytes of stack and shared memory."""
    tool = shutil.which("cuobjdump")
    if tool is None:
        fail("cuobjdump is not on the PATH; it is part of the CUDA Toolkit (or: pip install nvidia-cuda-cuobjdump)")
    objects = sorted(Path(build).glob("src/CMakeFiles/gsrgnn.dir/models/*.o")) + sorted(
        Path(build).glob("src/CMakeFiles/gsrgnn.dir/training/trainer.cpp.o"))
    found = {}
    for path in objects:
        text = subprocess.run([tool, "--dump-resource-usage", str(path)], capture_output=True, text=True).stdout
        if f"arch = {ARCHITECTURE}" not in text:
            continue
        usage = re.findall(r"Function (\S+):\s*\n\s*REG:(\d+) STACK:(\d+) SHARED:(\d+)", text)
        names = subprocess.run(["c++filt"], input="\n".join(entry[0] for entry in usage), capture_output=True,
                               text=True).stdout.splitlines()
        for entry, name in zip(usage, names):
            ours = [one for one in re.findall(r"gsrgnn::(\w+)", name) if one not in ("RowTeam", "ChunkTeam")]
            if not ours:
                continue
            team = "ChunkTeam" if "gsrgnn::ChunkTeam<" in name or ours[0] == "WeightGradientSlice" else "RowTeam" if "gsrgnn::RowTeam<" in name else "range"
            now = dict(zip(("registers", "stack", "shared"), (int(value) for value in entry[1:])), team=team)
            before = found.setdefault(ours[0], now)
            for key in ("registers", "stack", "shared"):
                before[key] = max(before[key], now[key])
    if not found:
        fail(f"{build}: holds no kernels for {ARCHITECTURE}; build it with scripts/build.sh --preset cuda-a6000")
    return found


def occupancy(use, scratch):
    """The share of a processor's threads that can be resident."""
    threads = 32 if use["team"] == "ChunkTeam" else BLOCK_THREADS
    a_warp = -(-use["registers"] * 32 // 256) * 256
    warps = threads // 32
    blocks = min(DEVICE["blocks"], DEVICE["threads"] // threads, DEVICE["registers"] // (a_warp * warps))
    shared = use["shared"] + scratch * warps
    if shared:
        blocks = min(blocks, DEVICE["shared_bytes"] // (shared + 1024))
    return blocks * threads / DEVICE["threads"]


def estimate(graph, model):
    """Of each kernel: launches, and the least and most seconds of an epoch; and what bounds it."""
    size = Size(graph, model)
    rows = {}
    for label, launches in model["launches"].items():
        if label.startswith("Kokkos::"):
            continue  # a memset of a few bytes
        if label not in KERNELS:
            fail(f"{label} is launched, and nothing is known of its bytes and operations; add it to KERNELS")
        _, bytes_of, operations_of = KERNELS[label]
        least, most = bytes_of(size)
        compute = operations_of(size) / DEVICE["operations_per_second"]
        times = [max(count / DEVICE["bytes_per_second"], compute, LAUNCH_SECONDS) * launches for count in (least, most)]
        memory = least / DEVICE["bytes_per_second"]
        bound = "launch" if max(memory, compute) < LAUNCH_SECONDS else "memory" if memory > compute else "arithmetic"
        rows[label] = {"launches": launches, "least": times[0], "most": times[1], "bound": bound,
                       "bytes_least": least * launches, "bytes_most": most * launches}
    return rows


def total(rows, key):
    return sum(row[key] for row in rows.values())


def print_kernels(rows, used, size):
    print(f"{'kernel':52} {'launches':>8} {'least':>8} {'most':>8}  {'bound':10} {'regs':>4} {'stack':>5} {'occup.':>6}")
    for label, row in sorted(rows.items(), key=lambda item: -item[1]["most"]):
        use = used.get(KERNELS[label][0])
        scratch = 4 * size.d if label.endswith("gs_op") else 64 * size.d if label.endswith("weight_gradient") else 0
        resource = "   -     -      -" if use is None else (
            f"{use['registers']:4} {use['stack']:5} {occupancy(use, scratch):6.0%}")
        print(f"{label.replace('gsrgnn::', ''):52} {row['launches']:8} {row['least'] * 1e3:8.2f} {row['most'] * 1e3:8.2f}  "
              f"{row['bound']:10} {resource}")
    print(f"{'all, in ms':52} {sum(row['launches'] for row in rows.values()):8} {total(rows, 'least') * 1e3:8.2f} "
          f"{total(rows, 'most') * 1e3:8.2f}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuda-build", default="build/cuda-a6000", help="a build for sm_86; none: no registers are read")
    parser.add_argument("--work", default="build/release/bin/epoch_work", help="the program, built for a host")
    parser.add_argument("--layers", type=int, default=100)
    parser.add_argument("--hidden", type=int, default=384)
    parser.add_argument("-o", "--output", help="everything as JSON, too")
    options = parser.parse_args()
    if not Path(options.work).is_file():
        fail(f"{options.work}: no such program; build it with scripts/build.sh --target epoch_work")

    used = {} if options.cuda_build == "none" else resources(options.cuda_build)
    run = subprocess.run([options.work, str(options.layers), str(options.hidden)], capture_output=True, text=True)
    if run.returncode != 0:
        fail(f"{options.work}: {run.stderr.strip()}")
    work = json.loads(run.stdout)

    print(f"ESTIMATE, not a measurement: GSR-GNN on {DEVICE['name']}, {DEVICE['bytes_per_second'] / 1e9:.0f} GB/s, "
          f"{DEVICE['operations_per_second'] / 1e12:.1f} TFLOP/s,\n{LAUNCH_SECONDS * 1e6:.0f} us a launch; "
          f"L = {options.layers}, D = {options.hidden}, revision {work['revision']}\n")
    graph_3 = next(graph for graph in work["graphs"] if graph["name"] == GRAPH_3)
    report = {"estimate": True, "device": DEVICE, "work": work, "resources": used, "epochs": []}
    for model in (work["models"][0], work["models"][-1]):
        print(f"An epoch of {GRAPH_3} (graph 3 of the paper's Table 1), k = {model['k']}, by kernel, in ms:")
        print_kernels(estimate(graph_3, model), used, Size(graph_3, model))

    print("Seconds an epoch, estimated, least .. most:")
    print(f"{'graph':10} {'cells':>7} {'pins':>8} {'edges':>9}  " + "".join(f"{'k = ' + str(m['k']):>16}" for m in work["models"]))
    for graph in work["graphs"]:
        cells = []
        for model in work["models"]:
            rows = estimate(graph, model)
            report["epochs"].append({"graph": graph["name"], "k": model["k"], "least": total(rows, "least"),
                                     "most": total(rows, "most"), "kernels": rows})
            cells.append(f"{total(rows, 'least'):.3f} .. {total(rows, 'most'):.3f}")
        print(f"{graph['name']:10} {graph['cells']:7} {graph['pins']:8} {graph['edges']:9}  " + "".join(f"{c:>16}" for c in cells))
    if options.layers == 100 and options.hidden == 384:
        print(f"{'paper, measured on an A6000, ' + GRAPH_3:37}  " + "".join(f"{PAPER[m['k']]:16.2f}" for m in work["models"]) +
              f"   (its RevGNN: {PAPER_REV})")

    if options.output:
        Path(options.output).write_text(json.dumps(report, indent=1) + "\n")
    spilling = [name for name, use in used.items() if use["stack"] > TEAM_FRAME]
    if spilling:
        fail("these kernels spill registers: " + ", ".join(sorted(spilling)))
    if used:
        print(f"\n{len(used)} functions with kernels looked at in {options.cuda_build}: none spills registers")
    else:
        print("\nRegisters and spills were not looked at (--cuda-build none)")


if __name__ == "__main__":
    main()

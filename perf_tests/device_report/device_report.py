#!/usr/bin/env python3
"""What an epoch of GSR-GNN would cost on three GPUs, estimated: nothing of this is measured.

    device_report.py --kokkos DIR --work build/release/bin/epoch_work [-o FILE.json]

Every kernel's launches are counted (epoch_work runs the epoch on a host), its bytes and operations follow from the
sizes of the graph (below), and its resident threads from what nvcc makes of it (compiled_kernels.py, which says what
--kokkos is). The time of a launch is the longest of: its bytes at the memory's bandwidth, its operations at the peak
rate, its instructions at the rate at which a processor starts them (counted of GS-Op alone, which has most), its
latency, and what a launch takes at least. Two times are given, for bytes count in two ways:

    least   every value moves between memory and chip once: gathered rows are found in L2
    most    every gathered row and every scattered update goes to memory; L2 holds nothing

Latency is that of the steps that one lane makes one after the other, each waiting for the one before: loads from memory
(those that nvcc can have in flight together are one step), and near ones, of shared memory, L1 or other lanes. If there
are more lanes than can be resident, as often as they fit. The seconds of a step are assumed.

Exits with 1 if a kernel is launched of which nothing is known here.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from compiled_kernels import PROCESSORS, resources

# Bandwidth, peak rate and clock by data sheet; seconds of a step from memory and of a near one are assumed.
DEVICES = {
    "A6000": {"architecture": "sm_86", "bytes_per_second": 768e9, "operations_per_second": 38.7e12, "processors": 84,
              "clock": 1.80e9, "memory_step": 300e-9, "near_step": 17e-9},
    "A100": {"architecture": "sm_80", "bytes_per_second": 2039e9, "operations_per_second": 19.5e12, "processors": 108,
             "clock": 1.41e9, "memory_step": 400e-9, "near_step": 21e-9},
    "H100": {"architecture": "sm_90", "bytes_per_second": 3350e9, "operations_per_second": 66.9e12, "processors": 132,
             "clock": 1.76e9, "memory_step": 400e-9, "near_step": 18e-9},
}
LAUNCH_SECONDS = 5e-6  # a small kernel, with its launch by Kokkos
IN_FLIGHT = 4          # loads of a loop over rows or pins that nvcc has on their way at a time
LANES = 32
STARTED = 4            # instructions of warps that a processor starts a cycle
HALVINGS = 8           # of a row's range by GS-Op: 6 at k = 4, 8 at k = 64 (of random rows)
SECTOR = 32            # bytes that a scattered access moves
PAPER = {4: 1.52, 8: 1.54, 16: 1.64, 32: 2.09, 64: 3.07}  # Table 2: graph 3, L = 100, D = 384, seconds an epoch
PAPER_REV = 28.06
GRAPH_3 = "876-R"


class Size:
    """The sizes a kernel's work depends on."""

    def __init__(self, graph, model):
        self.N, self.M, self.P = graph["cells"], graph["nets"], graph["pins"]
        self.largest_type = graph["largest_type"]
        self.d, self.W, self.k = model["stride"], model["tile"], model["k"]
        self.index = 1 if model["width"] <= 256 else 2
        self.R, self.R_weight = model["row_chunks"], model["weight_chunks"]
        self.F, self.T = model["features"], model["types"]
        self.kept = self.N * self.k * (4 + self.index)  # bytes of (V, I)
        self.cells = 4 * self.N * self.W                # bytes of a tile of the cells
        self.nets = 4 * self.M * self.W                 # and of the nets
        self.parameters, self.launches = model["parameters"], model["launches"]


def gathers(s, once, beside=0):
    """Least and most bytes of rows of a tile gathered along the pins, with so many bytes beside each, and of the pins
    themselves."""
    pins = 4 * (s.P + s.M)
    return pins + once, pins + (4 * s.W + beside) * s.P


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
    "gsrgnn::kernels::gs_op": ("GsOp", lambda s: two(4 * s.N * s.d * 1.5 + s.kept),  # every other sparsifies
                               lambda s: 12 * s.N * s.d),
    "gsrgnn::kernels::round_to_unit": ("round_to_unit", lambda s: two(8 * s.N * s.d), lambda s: 2 * s.N * s.d),
    "gsrgnn::kernels::rms_norm_forward": ("RmsNormForward", lambda s: two(s.kept + 4 * s.N * s.k), lambda s: 5 * s.N * s.k),
    "gsrgnn::kernels::rms_norm_backward": ("RmsNormBackward", lambda s: two(s.kept + 8 * s.N * s.k + 4 * s.R * s.d),
                                           lambda s: 12 * s.N * s.k),
    "gsrgnn::kernels::rms_norm_backward_sum": ("PartSums", lambda s: two(4 * s.R * s.d), lambda s: s.R * s.d),
    "gsrgnn::kernels::sparse_linear": ("sparse_linear", lambda s: two(s.kept + s.cells), lambda s: 2 * s.N * s.k * s.W),
    "gsrgnn::kernels::pass_to_nets":  # every other one gathers the cells' degrees, too
        ("NetsOfTeam", lambda s: both(s.nets, gathers(s, s.cells, SECTOR / 2)), lambda s: 2 * s.P * s.W),
    "gsrgnn::models::add_block_tile": ("add_block_tile", lambda s: both(3 * s.cells + s.kept, gathers(s, s.nets)),
                                       lambda s: s.P * s.W + 2 * s.N * s.k * s.W + 4 * s.N * s.W),
    "gsrgnn::models::backward_values":  # G once, Q, and dV of this tile beside that of those before
        ("LaneValueGradient", lambda s: both(2 * s.cells + s.N * s.k * (s.index + 8), gathers(s, s.nets)),
         lambda s: s.P * s.W + 2 * s.N * s.W + 4 * s.N * s.k * s.W),
    "gsrgnn::kernels::sparse_linear_weight_gradient":
        ("WarpWeightGradient",  # of both weights; a slice of 16 columns takes 64 bytes of each row, and all of (V, I)
         lambda s: both(2 * s.cells + 8 * s.R_weight * s.d * s.W, (s.kept, 2 * s.kept * s.W / 16)),
         lambda s: 4 * s.N * s.k * s.W),
    "gsrgnn::kernels::sparse_linear_weight_gradient_sum":
        ("PartSums", lambda s: two(8 * (s.R_weight + 1) * s.d * s.W), lambda s: 2 * s.R_weight * s.d * s.W),
    "gsrgnn::kernels::column_sums": ("column_sums", lambda s: two(s.cells + 4 * s.R * s.W), lambda s: s.N * s.W),
    "gsrgnn::kernels::column_sums_sum": ("PartSums", lambda s: two(4 * s.R * s.W), lambda s: s.R * s.W),
    "gsrgnn::kernels::scatter_add": ("ScatterAdd", lambda s: both(s.kept, scattered(s, 2)), lambda s: s.N * s.k),
    "gsrgnn::kernels::gather": ("Gather", lambda s: both(s.kept, scattered(s, 1)), lambda s: 0),
    "gsrgnn::kernels::add_where_kept": ("AddWhereKept",
                                        lambda s: both(s.kept + 4 * s.N * s.k + 4 * s.N * s.d, scattered(s, 1)),
                                        lambda s: s.N * s.k),
    "gsrgnn::kernels::adam_update": ("adam_update", lambda s: two(28 * s.parameters / s.launches["gsrgnn::kernels::adam_update"]),
                                     lambda s: 12 * s.parameters / s.launches["gsrgnn::kernels::adam_update"]),
    "gsrgnn::models::input_forward": ("input_forward", lambda s: two(4 * s.N * (s.F + 1) + s.cells),
                                      lambda s: 2 * s.N * (s.F + 1) * s.W),
    "gsrgnn::models::type_weight_gradient": ("PartSums", lambda s: two(s.cells + 4 * s.N), lambda s: s.N * s.W),
    "gsrgnn::kernels::layer_norm_forward": ("LayerNormForward", lambda s: two(16 * s.N * s.d), lambda s: 16 * s.N * s.d),
    "gsrgnn::kernels::layer_norm_backward": ("LayerNormBackward", lambda s: two(24 * s.N * s.d + 16 * s.R * s.d),
                                             lambda s: 30 * s.N * s.d),
    "gsrgnn::kernels::layer_norm_backward_sum": ("layer_norm_backward", lambda s: two(16 * s.R * s.d), lambda s: 4 * s.R * s.d),
    "gsrgnn::models::readout_linear": ("ReadoutLinear", lambda s: two(8 * s.N * s.d), lambda s: 4 * s.N * s.d),
    "gsrgnn::models::readout_linear_backward": ("ReadoutLinearBackward", lambda s: two(16 * s.N * s.d + 8 * s.R * s.d),
                                                lambda s: 8 * s.N * s.d),
    "gsrgnn::models::readout_linear_backward_sum": ("readout_backward", lambda s: two(8 * s.R * s.d), lambda s: 2 * s.R * s.d),
    "gsrgnn::kernels::squared_error": ("squared_error_chunks", lambda s: two(9 * s.N), lambda s: 3 * s.N),
    "gsrgnn::kernels::squared_error_gradient": ("squared_error_gradient", lambda s: two(13 * s.N), lambda s: 3 * s.N),
}

def turns(count, at_a_time=IN_FLIGHT):
    return -(-count // at_a_time)


def a_row(memory, near=0):
    """Rows with the lanes of a warp each."""
    return lambda s: (LANES * s.N, memory, near)


def a_chunk(memory, near=0):
    """Chunks with the lanes of a warp each, which goes through its rows one by one."""
    return lambda s: (LANES * s.R, memory * s.N / s.R, near * s.N / s.R)


def packs(rows, memory, near=lambda s: 0):
    """A lane for every four columns of a tile."""
    return lambda s: (rows(s) * s.W // 4, memory(s), near(s))


CHUNKS_OF = lambda lanes: lambda s: (lanes(s), turns(s.R), 0)  # sums of what the chunks left
THREADS = 8  # of a team


def sums_of_chunks(lanes, chunks):
    """The same by teams, of which each thread has every eighth chunk; then the eight sums of those."""
    return lambda s: (THREADS * LANES * turns(lanes(s), LANES), turns(chunks(s) / THREADS), 2 + THREADS)


def weight_gradient(s):
    """A warp has a chunk of rows and 16 columns of one of both weights (the input layer has one, in six launches). Eight
    rows wait together for memory, then each for the sums that the one before left: a load and a store, for every 32 of
    its values kept."""
    rows, groups = turns(s.N, s.R_weight), turns(s.k, 32)
    return 2 * LANES * s.R_weight * s.W / 16, (rows // 8 + rows % 8) * groups, 2 * groups * rows


PINS_OF_CELL = lambda s: 2 + 2 * turns(s.P / s.N)              # offset; net, then its row; the cell's own
KEPT_ROWS = lambda s: 2 * turns(s.k)                           # column, then its row of the weight


def backward_values(s):
    """A lane has a pack of a row's columns: makes them of the pins, then loads for every four values their rows of the
    weights, adds up over the lanes, and the first stores."""
    return s.N * s.W / 4, PINS_OF_CELL(s), turns(s.k) * (2 + (s.W // 4 - 1).bit_length() + 1)


# Of each kernel: its lanes, and the steps of one, from memory and near.
STEPS = {
    # Range, by sums over lanes, and halvings, in registers.
    "gsrgnn::kernels::gs_op": lambda s: (LANES * s.N, 1, 2 * 6 + HALVINGS),
    "gsrgnn::kernels::round_to_unit": lambda s: (s.N * s.d, 1, 0),
    "gsrgnn::kernels::rms_norm_forward": a_row(2, 10),
    # The threads of a team take turns, and add up their sums.
    "gsrgnn::kernels::rms_norm_backward":
        lambda s: (THREADS * LANES * s.R, 3 * s.N / s.R / THREADS, 12 * s.N / s.R / THREADS + THREADS),
    "gsrgnn::kernels::rms_norm_backward_sum": sums_of_chunks(lambda s: s.d, lambda s: s.R),
    "gsrgnn::kernels::sparse_linear": packs(lambda s: s.N, lambda s: 1, KEPT_ROWS),
    "gsrgnn::kernels::pass_to_nets": packs(lambda s: s.M, lambda s: 1 + 2 * turns(s.P / s.M)),
    "gsrgnn::models::add_block_tile": packs(lambda s: s.N, PINS_OF_CELL, KEPT_ROWS),
    "gsrgnn::models::backward_values": backward_values,
    "gsrgnn::kernels::sparse_linear_weight_gradient": weight_gradient,
    "gsrgnn::kernels::sparse_linear_weight_gradient_sum":
        sums_of_chunks(lambda s: 2 * s.d * s.W // 4, lambda s: s.R_weight),
    "gsrgnn::kernels::column_sums": lambda s: (s.R * s.W / 4, turns(s.N / s.R), 0),
    "gsrgnn::kernels::column_sums_sum": sums_of_chunks(lambda s: s.W // 4, lambda s: s.R),
    "gsrgnn::kernels::scatter_add": a_row(3),
    "gsrgnn::kernels::gather": a_row(3),
    "gsrgnn::kernels::add_where_kept": a_row(4),
    "gsrgnn::kernels::adam_update": lambda s: (s.parameters / s.launches["gsrgnn::kernels::adam_update"], 1, 0),
    "gsrgnn::models::input_forward": packs(lambda s: s.N, lambda s: 2 + turns(s.F), lambda s: turns(s.F)),
    # As long as the largest type takes; each step is a cell, then its row.
    "gsrgnn::models::type_weight_gradient":
        lambda s: (THREADS * LANES * turns(s.T * s.W // 4, LANES), 2 * turns(s.largest_type / THREADS), 2 + THREADS),
    "gsrgnn::kernels::layer_norm_forward": a_row(3, 20),
    "gsrgnn::kernels::layer_norm_backward": a_chunk(3, 20),
    "gsrgnn::kernels::layer_norm_backward_sum": CHUNKS_OF(lambda s: 4 * s.d),
    "gsrgnn::models::readout_linear": a_row(2, 10),
    "gsrgnn::models::readout_linear_backward": a_chunk(2),
    "gsrgnn::models::readout_linear_backward_sum": CHUNKS_OF(lambda s: 2 * s.d),
    "gsrgnn::kernels::squared_error": lambda s: (s.R, turns(s.N / s.R), 0),
    "gsrgnn::kernels::squared_error_gradient": lambda s: (s.N, 1, 0),
}

# Of GS-Op: warps' instructions, as counted in what nvcc 13 makes of it for sm_86, rows of up to 192 columns.
INSTRUCTIONS = {"gsrgnn::kernels::gs_op": lambda s: s.N * (480 + HALVINGS * (3 + 5 * turns(s.d, LANES)))}


def fail(message):
    sys.exit(f"device_report: {message}")


def estimate(graph, model, device, used):
    """Of each kernel: launches, and the least and most seconds of an epoch; and what bounds it."""
    size = Size(graph, model)
    rows = {}
    for label, launches in model["launches"].items():
        if label.startswith("Kokkos::"):
            continue  # a memset of a few bytes
        if label not in KERNELS or label not in STEPS:
            fail(f"{label} is launched, and nothing is known of its work; add it to KERNELS and STEPS")
        function, bytes_of, operations_of = KERNELS[label]
        least, most = bytes_of(size)
        lanes, memory_steps, near_steps = STEPS[label](size)
        share = used[function]["occupancy"] / 100 if used else 1
        resident = share * PROCESSORS[device["architecture"]]["threads"] * device["processors"]
        terms = {"memory": least / device["bytes_per_second"],
                 "arithmetic": operations_of(size) / device["operations_per_second"],
                 "instructions": INSTRUCTIONS.get(label, lambda s: 0)(size) /
                                 (STARTED * device["processors"] * device["clock"]),
                 "latency": max(lanes / resident, 1) * (memory_steps * device["memory_step"] +
                                                        near_steps * device["near_step"]),
                 "launch": LAUNCH_SECONDS}
        bound = max(terms, key=terms.get)
        rows[label] = {"launches": launches, "least": terms[bound] * launches,
                       "most": max(terms[bound], most / device["bytes_per_second"]) * launches, "bound": bound,
                       "latency": terms["latency"] * launches, "bytes_least": least * launches,
                       "bytes_most": most * launches, "lanes": lanes,
                       "resident": share}
    return rows


def total(rows, key):
    return sum(row[key] for row in rows.values())


def print_kernels(rows):
    print(f"{'kernel':52} {'launches':>8} {'least':>8} {'most':>8} {'of latency':>10}  {'bound':10} {'lanes':>9} "
          f"{'occup.':>6}")
    for label, row in sorted(rows.items(), key=lambda item: -item[1]["most"]):
        print(f"{label.replace('gsrgnn::', ''):52} {row['launches']:8} {row['least'] * 1e3:8.2f} {row['most'] * 1e3:8.2f} "
              f"{row['latency'] * 1e3:10.2f}  {row['bound']:10} {row['lanes']:9.0f} {row['resident']:6.0%}")
    print(f"{'all, in ms':52} {total(rows, 'launches'):8} {total(rows, 'least') * 1e3:8.2f} "
          f"{total(rows, 'most') * 1e3:8.2f}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kokkos", required=True,
                        help="a Kokkos with CUDA, installed or configured; none: as if all threads could be resident")
    parser.add_argument("--nvcc", default="nvcc")
    parser.add_argument("--work", default="build/release/bin/epoch_work", help="the program, built for a host")
    parser.add_argument("--layers", type=int, default=100)
    parser.add_argument("--hidden", type=int, default=384)
    parser.add_argument("-o", "--output", help="everything as JSON, too")
    options = parser.parse_args()
    if not Path(options.work).is_file():
        fail(f"{options.work}: no such program; build it with scripts/build.sh --target epoch_work")
    used = dict.fromkeys(DEVICES)
    if options.kokkos != "none":
        nvcc = shutil.which(options.nvcc)
        if nvcc is None:
            fail(f"{options.nvcc} is not on the PATH; it is part of the CUDA Toolkit")
        used = {name: resources(nvcc, Path(options.kokkos), device["architecture"]) for name, device in DEVICES.items()}
    run = subprocess.run([options.work, str(options.layers), str(options.hidden)], capture_output=True, text=True)
    if run.returncode != 0:
        fail(f"{options.work}: {run.stderr.strip()}")
    work = json.loads(run.stdout)

    print(f"ESTIMATE, not a measurement: GSR-GNN, L = {options.layers}, D = {options.hidden}, "
          f"{LAUNCH_SECONDS * 1e6:.0f} us a launch, revision {work['revision']}\n")
    graph_3 = next(graph for graph in work["graphs"] if graph["name"] == GRAPH_3)
    report = {"estimate": True, "devices": DEVICES, "work": work, "resources": used, "epochs": []}
    for name, device in DEVICES.items():
        for model in (work["models"][0], work["models"][2]):
            print(f"{name}: an epoch of {GRAPH_3} (graph 3 of the paper's Table 1), k = {model['k']}, in ms:")
            print_kernels(estimate(graph_3, model, device, used[name]))

    print("Seconds an epoch, estimated, least .. most:")
    print(f"{'':6} {'graph':10} {'cells':>7} {'pins':>8} {'edges':>9}  " +
          "".join(f"{'k = ' + str(m['k']):>16}" for m in work["models"]))
    for name, device in DEVICES.items():
        for graph in work["graphs"]:
            cells = []
            for model in work["models"]:
                rows = estimate(graph, model, device, used[name])
                report["epochs"].append({"device": name, "graph": graph["name"], "k": model["k"],
                                         "least": total(rows, "least"), "most": total(rows, "most"), "kernels": rows})
                cells.append(f"{total(rows, 'least'):.3f} .. {total(rows, 'most'):.3f}")
            print(f"{name:6} {graph['name']:10} {graph['cells']:7} {graph['pins']:8} {graph['edges']:9}  " +
                  "".join(f"{c:>16}" for c in cells))
    if options.layers == 100 and options.hidden == 384:
        print(f"{'the paper, measured on an A6000, ' + GRAPH_3:44}  " +
              "".join(f"{PAPER[m['k']]:16.2f}" for m in work["models"]) + f"   (its RevGNN: {PAPER_REV})")
    if options.output:
        Path(options.output).write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()

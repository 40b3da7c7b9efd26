#!/usr/bin/env python3
"""Seconds an epoch and peak memory of gsrgnn against PyG's models, on the same circuit, widths, depth and threads, in
one run.  Started by compare.sh, which makes the environment first; see there.

Every contestant trains in a process of its own, and all take turns for --rounds rounds, so that whatever else the
machine does meets all of them. An epoch is forward + backward + update; the first two of a process warm it up (where
activations are stored, PyTorch's heap still grows in the second), and --epochs more count. On one thread the times are
processor time, which a shared machine disturbs least: PyTorch's processes measure their own, ours is what a process
takes more than one that ends after two epochs, divided by the epochs (four times as many); on several it is the
clock's. Peak memory is the largest resident set of the contestant's processes, all of Python, PyTorch and DGL included
(some 500 MB).

PyG's models run in the forms that models.py describes, ours on nets. That all forms of a model have the same first loss
and gradient (its norm), to 1e-5, is checked here, and exactly by make_fixtures.py.

PyTorch has the faster of its own BLAS, MKL, which uses half of a vector register on AMD's processors, and of the one
that gsrgnn is linked with, loaded before it (LD_PRELOAD); the fastest form of RevGNN is shown with MKL, too. Its memory is
in large pages where the system has them, as gsrgnn asks for its own.

Gathering and scattering takes tens of seconds a layer and gigabytes: these contestants run once, one epoch, with
--edge-layers layers, and their time grows in proportion to the layers (the table says so). PyG's own way with
sparse_csr runs once, too, all its layers. What needs more than four fifths of the memory that is free is left out
and named.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WARM_UP = 2  # epochs that do not count
FORM_NAMES = {"nets": "products with the nets", "spmm": "products with the clique graph",
              "csr": "sparse_csr, as PyG multiplies it", "edges": "edge_index, gather and scatter"}
KIND_NAMES = {"stored": "RevGNN", "rev": "RevGNN", "sage": "GraphSAGE", "gcn": "GCN", "gsr": "GSR-GNN"}


class ProcessFailed(Exception):
    pass


def run_process(command, environment):
    """(standard output, peak resident bytes, processor seconds)"""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen([str(word) for word in command], env=environment, text=True,
                                   stdout=subprocess.PIPE, stderr=errors)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)  # not wait(), which does not tell the peak
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().strip().splitlines()
            raise ProcessFailed(said[-1] if said else f"ended with {process.returncode}")
    return output, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime


class Contestant:
    """Subclasses have run_once(environment), which gives (seconds of each epoch by part, peak bytes)."""

    first = None  # of PyTorch's: the first epoch's loss and the norm of its gradient

    def __init__(self, name, kind, ours):
        self.name, self.kind, self.ours = name, kind, ours
        self.seconds, self.peak, self.notes, self.failure = {}, 0, [], None
        self.once = False

    def run(self, environment):
        try:
            seconds, peak = self.run_once(environment)
        except ProcessFailed as error:
            self.failure = str(error)
            return
        self.peak = max(self.peak, peak)
        for part, values in seconds.items():
            self.seconds.setdefault(part, []).extend(values)

    def record(self):
        return {"name": self.name, "kind": self.kind, "ours": self.ours, "seconds": self.seconds,
                "process_peak": self.peak, "notes": self.notes, "failure": self.failure, "first": self.first}


class Ours(Contestant):
    def __init__(self, options, kind, k=None, keep="fit"):
        super().__init__(f"gsrgnn {KIND_NAMES[kind]}" + (f", k = {k}, keep: {keep}" if k else ""), kind, True)
        self.options, self.run_file = options, options.folder / f"{kind}{k or ''}{keep}.h5"
        deck = {"circuit": options.circuit, "output": self.run_file, "model.kind": kind,
                "model.layers": options.layers, "model.hidden": options.hidden, "keep": keep}
        if k:
            deck["model.k"] = k
        self.command = [options.program, "train", options.folder / "deck.yaml"]
        self.command += [f"{key}={value}" for key, value in deck.items()]
        self.built = {}

    def train(self, epochs, environment):
        self.run_file.unlink(missing_ok=True)  # of another comparison: it is not overwritten
        return run_process([*self.command, f"train.epochs={epochs}"], environment)[1:]

    def run_once(self, environment):
        _, warm_up = self.train(WARM_UP, environment)
        epochs = 4 * self.options.epochs  # they are shorter, and what a process does before them varies
        peak, processor = self.train(WARM_UP + epochs, environment)
        info = json.loads(run_process([self.options.program, "info", self.run_file, "--json"], environment)[0])
        self.built = {key: info[key] for key in ("revision", "kokkos_version", "execution_space", "threads")}
        if info["threads"] != self.options.threads:
            sys.exit(f"compare: {self.options.program} runs on {info['threads']} thread(s) of Kokkos' "
                     f"{info['execution_space']}, not on {self.options.threads}; name another --threads or --program")
        seconds = info["seconds_per_epoch"]  # medians over the epochs of this process
        parts = {part: [seconds[part]] for part in ("forward", "backward", "update")}
        return {"total": [sum(seconds[part] for part in parts)],
                "processor": [(processor - warm_up) / epochs], **parts}, peak


class Pyg(Contestant):
    """Kind "stored" is RevGNN with everything kept for backward instead of rebuilt."""

    def __init__(self, options, kind, form, blas=None):
        name = f"PyG {KIND_NAMES[kind]}, {FORM_NAMES[form]}"
        name += ", activations stored" if kind == "stored" else ""
        super().__init__(name + (f", {pathlib.Path(blas).name.split('.')[0]}" if blas else ""), kind, False)
        self.options, self.form, self.blas, self.once = options, form, blas, form in ("csr", "edges")
        self.layers = min(options.edge_layers, options.layers) if form == "edges" else options.layers
        self.versions = {}

    def needed_bytes(self):
        """Of gathering and scattering: a message an edge, held while it is made and, by GCN, while it is scaled."""
        if self.form != "edges":
            return 0
        width = self.options.hidden // (1 if self.kind in ("sage", "gcn") else 2)
        return 0.5e9 + 4 * self.options.edges * width * (2.1 if self.kind == "gcn" else 1.1)

    def epochs(self, layers, count, environment):
        command = [sys.executable, HERE / "pyg_epochs.py", self.options.graph, "--kind", self.kind, "--form", self.form,
                   "--layers", layers, "--hidden", self.options.hidden, "--epochs", count,
                   "--threads", self.options.threads]
        output, peak, _ = run_process(command, for_pytorch(self.blas, environment))
        said = json.loads(output.splitlines()[-1])
        self.versions = {key: said[key] for key in ("torch", "pyg", "torch's kernels")}
        if said["product"] and (note := f"{said['product']}'s product") not in self.notes:
            self.notes.append(note)
        if layers == self.options.layers:
            self.first = said["first"]
        return {part: values[WARM_UP:] or values for part, values in said["seconds"].items()}, peak

    def run_once(self, environment):
        if self.needed_bytes() > 0.8 * free_memory():
            raise ProcessFailed(f"left out: needs {self.needed_bytes() / 1e9:.0f} GB of memory, and "
                                f"{free_memory() / 1e9:.0f} are free")
        seconds, peak = self.epochs(self.layers, 1 if self.once else WARM_UP + self.options.epochs, environment)
        if self.layers < self.options.layers:
            without, _ = self.epochs(0, 1, environment)
            factor = self.options.layers / self.layers
            seconds = {part: [max(rest + factor * (time - rest), 0) for time, rest in zip(values, without[part])]
                       for part, values in seconds.items()}
            self.notes.append(f"time from {self.layers} of {self.options.layers} layers, in proportion; memory of "
                              f"{self.layers}")
        return seconds, peak


class Sgemms(Contestant):
    """The dense products of our RevGNN alone."""

    def __init__(self, options):
        super().__init__("gsrgnn RevGNN, its sgemms alone", "sgemms", True)
        self.command = [sys.executable, HERE / "sgemm_floor.py", options.linked_blas, options.cells, 2 * options.layers,
                        options.hidden // 2, options.epochs]

    def run_once(self, environment):
        output, peak, _ = run_process(self.command, environment)
        said = json.loads(output)
        self.built = {"OpenBLAS kernels": said["kernels"]}
        return said["seconds"], peak


def for_pytorch(blas, environment):
    """With that BLAS and, of glibc from 2.35 on, large pages."""
    added = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    return dict(environment, **added, LD_PRELOAD=blas) if blas else dict(environment, **added)


def linked_blas(program, environment):
    """The OpenBLAS that our program is linked with, or None."""
    lines = run_process(["ldd", program], environment)[0].splitlines()
    return next((line.split()[2] for line in lines if "libopenblas" in line and "=> /" in line), None)


def faster_blas(options, environment):
    """Our program's BLAS if PyTorch multiplies faster by it, else None: its own."""
    script = ("import time, torch; torch.set_num_threads(%d); a, b = torch.randn(20000, 192), torch.randn(192, 192)\n"
              "def take():\n start = time.perf_counter(); a @ b; return time.perf_counter() - start\n"
              "print(min(take() for _ in range(20)))" % options.threads)
    return min(dict.fromkeys((None, options.linked_blas)), key=lambda blas: float(
        run_process([sys.executable, "-c", script], for_pytorch(blas, environment))[0]))


def free_memory():
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))


def processor():
    with open("/proc/cpuinfo") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())


def contestants(options):
    blas = options.blas
    peers = [Pyg(options, kind, "nets", of) for of in dict.fromkeys((blas, None)) for kind in ("stored", "rev")]
    peers += [Pyg(options, kind, "nets", blas) for kind in ("sage", "gcn")]
    peers += [Pyg(options, kind, "spmm", blas) for kind in ("stored", "rev", "sage", "gcn")]
    peers += [Pyg(options, kind, form) for form in ("csr", "edges") for kind in ("rev", "sage", "gcn")]
    ours = [Sgemms(options)] if options.linked_blas else []
    ours += [Ours(options, kind) for kind in ("rev", "sage", "gcn")]
    gsr = [Ours(options, "gsr", k, keep) for k in options.k for keep in ("all", "none")]
    return [one for one in peers + ours + gsr if options.only is None or any(o in one.name for o in options.only)]


def check_same(entries):
    """All of PyTorch's forms of a model start with the same loss and gradient."""
    seen = {}
    for entry in (e for e in entries if e.first):
        one = seen.setdefault("rev" if entry.kind == "stored" else entry.kind, entry)
        if any(abs(a - b) > 1e-5 * abs(b) for a, b in zip(entry.first, one.first)):
            entry.failure = f"the first loss and gradient are {entry.first}; of {one.name} {one.first}"


def median(entry, part):
    return statistics.median(entry.seconds[part])


def table(entries, threads):
    """Lines of text."""
    part, heading = ("processor", "processor s") if threads == 1 else ("total", "s an epoch")
    rows, notes = [("", heading, "min - max", "clock's s", "peak MB", "stored", "rebuilt", "kind")], []
    for entry in entries:
        said = entry.notes + ([entry.failure] if entry.failure else [])
        if said:
            notes.append("; ".join(said))
        name = entry.name + (f" [{len(notes)}]" if said else "")
        if not entry.seconds:
            rows.append((name, *["-"] * (len(rows[0]) - 1)))
            continue
        own, seconds = median(entry, part), entry.seconds[part]
        fastest = [min((median(e, part) for e in entries if e.seconds and not e.ours and e.kind == kind), default=None)
                   for kind in ("stored", "rev", entry.kind)]
        rows.append((name, f"{own:.3f}", f"{min(seconds):.3f} - {max(seconds):.3f}", f"{median(entry, 'total'):.3f}",
                     f"{entry.peak / 1e6:.0f}", *[f"{other / own:.2f}" if other else "-" for other in fastest]))
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    lines = ["  ".join([row[0].ljust(widths[0])] + [cell.rjust(w) for cell, w in zip(row[1:], widths[1:])])
             for row in rows]
    lines += ["", "stored, rebuilt, kind: how many times faster than PyG's fastest RevGNN that stores its activations, "
              "that rebuilds them, and than its fastest of the same kind"]
    return lines + [f"[{number}] {note}" for number, note in enumerate(notes, 1)]


def parse():
    arguments = argparse.ArgumentParser(prog="compare.sh", description=__doc__.splitlines()[0],
                                        epilog="The table goes to the terminal and, as compare.txt and compare.json, "
                                               "into the folder.")
    arguments.add_argument("--circuit", type=pathlib.Path, metavar="FILE",
                           help="a circuit file with a label (default: one generated like the paper's 7157-R)")
    arguments.add_argument("--layers", type=int, default=10)
    arguments.add_argument("--hidden", type=int, default=384, help="width, in two groups for RevGNN and GSR-GNN")
    arguments.add_argument("--k", type=int, nargs="+", default=[4, 16], help="of GSR-GNN: each is a contestant")
    arguments.add_argument("--epochs", type=int, default=3, help="of a process, after two that warm it up (default: 3)")
    arguments.add_argument("--rounds", type=int, default=3, help="turns that each contestant has (default: 3)")
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--edge-layers", type=int, default=1, help="layers that gather and scatter run (default: 1)")
    arguments.add_argument("--only", nargs="+", metavar="TEXT", help="only contestants that have a TEXT in their name")
    arguments.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "gsrgnn")
    arguments.add_argument("--folder", type=pathlib.Path, default=ROOT / "build" / "peers")
    options = arguments.parse_args()
    for name in ("layers", "hidden", "epochs", "rounds", "threads", "edge_layers"):
        if getattr(options, name) < 1:
            arguments.error(f"--{name.replace('_', '-')} has to be positive")
    return options


def write_results(options, exported, entries, rounds):
    """compare.txt, whose lines it returns, and compare.json."""
    versions = {}
    for entry in entries:
        versions.update(getattr(entry, "versions", {}) or getattr(entry, "built", {}))
    setting = {"circuit": options.circuit.name, **exported, "layers": options.layers, "hidden": options.hidden,
               "threads": options.threads, "epochs": options.epochs, "rounds": rounds, "processor": processor(),
               "cores": os.cpu_count(), "load": os.getloadavg(), "blas": options.blas, "system": platform.platform(),
               "python": platform.python_version(), **versions}
    lines = [f"{setting['circuit']}: {exported['edges']:,} edges, {exported['merged_edges']:,} with parallel ones "
             f"merged; {options.layers} layers, width {options.hidden}, {options.threads} thread(s); "
             f"{rounds} rounds of {options.epochs} epochs",
             f"{setting['processor']}, {setting['cores']} cores, load {setting['load'][2]:.1f}; " +
             ", ".join(f"{key} {value}" for key, value in versions.items()), "", *table(entries, options.threads)]
    (options.folder / "compare.txt").write_text("\n".join(lines) + "\n")
    (options.folder / "compare.json").write_text(
        json.dumps({"setting": setting, "contestants": [entry.record() for entry in entries]}, indent=1) + "\n")
    return lines


def compare(options):
    options.folder.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ, OMP_PROC_BIND="false")
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        environment.pop(name, None)  # each BLAS chooses its own kernels
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(options.threads)
    if options.circuit is None:
        options.circuit = options.folder / "7157-R.h5"
        run_process([options.program, "generate", "--like", "7157-R", "-o", options.circuit], environment)
    options.graph = options.folder / "clique.npz"
    exported = json.loads(run_process([sys.executable, HERE / "clique_graph.py", options.circuit, options.graph],
                                      environment)[0])
    options.cells, options.edges = exported["cells"], exported["edges"]
    # The inputs that clique_graph.py gives to PyTorch, the circuit file's own, not also those made of maps.
    (options.folder / "deck.yaml").write_text("features: paper\nmodel: {kind: gsr}\n")

    options.linked_blas = linked_blas(options.program, environment)
    options.blas = faster_blas(options, environment)
    entries = contestants(options)
    if not entries:
        sys.exit(f"compare: no contestant has {' or '.join(options.only)} in its name")
    start = time.monotonic()
    for number in range(1, options.rounds + 1):
        for entry in entries:
            if entry.failure or (entry.once and number > 1):
                continue
            print(f"{time.monotonic() - start:6.0f} s  round {number}: {entry.name}", file=sys.stderr, flush=True)
            entry.run(environment)
        check_same(entries)
        lines = write_results(options, exported, entries, number)  # a run that is stopped leaves what it has
    print("\n".join(lines))
    if any(entry.failure and not entry.failure.startswith("left out") for entry in entries):
        sys.exit("compare: some contestants failed")


def main():
    options = parse()
    try:
        compare(options)
    except ProcessFailed as error:
        sys.exit(f"compare: {error}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Seconds an epoch and peak memory of gsrgnn against PyG's models, on the same circuit, widths, depth and threads, in
one run.  Started by compare.sh, which makes the environment first; see there.

Every contestant trains for --epochs epochs in a process of its own, and all take turns for --rounds rounds, so that
whatever else the machine does meets all of them. An epoch is forward + backward + update. Of PyG every epoch counts, of
gsrgnn the median that `gsrgnn info` gives for each process; the table has the medians of all that. Peak memory is the
largest resident set of the contestant's processes, all of Python and PyTorch included (some 300 MB). PyG's models run
in the forms that pyg_epochs.py describes, ours on nets.

On one thread there is processor time, too, for machines that are shared: PyG's is measured; ours is the epoch's time by
the share of a processor that its process had.

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
FORM_NAMES = {"edges": "edge_index, gather and scatter", "csr": "sparse_csr, as PyG multiplies it",
              "spmm": "sparse_csr, transpose made once"}
KIND_NAMES = {"stored": "RevGNN", "rev": "RevGNN", "sage": "GraphSAGE", "gcn": "GCN", "gsr": "GSR-GNN"}


class ProcessFailed(Exception):
    pass


def run_process(command, environment):
    """(standard output, peak resident bytes, the share of a processor that it had)"""
    start = time.monotonic()
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
    return output, usage.ru_maxrss * 1024, (usage.ru_utime + usage.ru_stime) / (time.monotonic() - start)


class Contestant:
    """Subclasses have run_once(environment), which gives (seconds of each epoch by part, peak bytes)."""

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

    def median(self, part="total"):
        return statistics.median(self.seconds[part])

    def record(self):
        return {"name": self.name, "kind": self.kind, "ours": self.ours, "seconds": self.seconds,
                "process_peak": self.peak, "notes": self.notes, "failure": self.failure}


class Ours(Contestant):
    def __init__(self, options, kind, k=None):
        super().__init__(f"gsrgnn {KIND_NAMES[kind]}" + (f", k = {k}" if k else ""), kind, True)
        self.options, self.run_file = options, options.folder / f"{kind}{k or ''}.h5"
        deck = {"circuit": options.circuit, "output": self.run_file, "model.kind": kind,
                "model.layers": options.layers, "model.hidden": options.hidden, "train.epochs": options.epochs}
        if k:
            deck["model.k"] = k
        self.command = [options.program, "train", options.folder / "deck.yaml"]
        self.command += [f"{key}={value}" for key, value in deck.items()]
        self.built = {}

    def run_once(self, environment):
        self.run_file.unlink(missing_ok=True)  # of another comparison: it is not overwritten
        _, peak, share = run_process(self.command, environment)
        info = json.loads(run_process([self.options.program, "info", self.run_file, "--json"], environment)[0])
        self.built = {key: info[key] for key in ("revision", "kokkos_version", "execution_space", "threads")}
        if info["threads"] != self.options.threads:
            sys.exit(f"compare: {self.options.program} runs on {info['threads']} thread(s) of Kokkos' "
                     f"{info['execution_space']}, not on {self.options.threads}; name another --threads or --program")
        seconds = info["seconds_per_epoch"]  # medians over the epochs of this process
        parts = {part: [seconds[part]] for part in ("forward", "backward", "update")}
        total = sum(seconds[part] for part in parts)
        return {"total": [total], "processor": [total * min(share, 1)], **parts}, peak


class Pyg(Contestant):
    """Kind "stored" is RevGNN with everything kept for backward instead of rebuilt: faster, but no RevGNN in memory, so
    it is shown and never the one that ratios are against."""

    def __init__(self, options, kind, form):
        stored = ", activations stored" if kind == "stored" else ""
        super().__init__(f"PyG {KIND_NAMES[kind]}, {FORM_NAMES[form]}{stored}", kind, False)
        self.options, self.form, self.once = options, form, form != "spmm"
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
        output, peak, _ = run_process(command, environment)
        said = json.loads(output.splitlines()[-1])
        self.versions = {key: said[key] for key in ("torch", "pyg")}
        if said["product"] and (note := f"{said['product']}'s product") not in self.notes:
            self.notes.append(note)
        return said["seconds"], peak

    def run_once(self, environment):
        if self.needed_bytes() > 0.8 * free_memory():
            raise ProcessFailed(f"left out: needs {self.needed_bytes() / 1e9:.0f} GB of memory, and "
                                f"{free_memory() / 1e9:.0f} are free")
        seconds, peak = self.epochs(self.layers, 1 if self.once else self.options.epochs, environment)
        if self.layers < self.options.layers:
            without, _ = self.epochs(0, 1, environment)
            factor = self.options.layers / self.layers
            seconds = {part: [max(rest + factor * (time - rest), 0) for time, rest in zip(values, without[part])]
                       for part, values in seconds.items()}
            self.notes.append(f"time from {self.layers} of {self.options.layers} layers, in proportion; memory of "
                              f"{self.layers}")
        return seconds, peak


def free_memory():
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))


def processor():
    with open("/proc/cpuinfo") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())


def contestants(options):
    gsr = [Ours(options, "gsr", k) for k in options.k]
    ours = [Ours(options, kind) for kind in ("rev", "sage", "gcn")]
    peers = [Pyg(options, kind, form) for kind in ("rev", "sage", "gcn") for form in ("spmm", "csr", "edges")]
    peers.insert(1, Pyg(options, "stored", "spmm"))
    return [one for one in gsr + ours + peers if options.only is None or any(o in one.name for o in options.only)]


def fastest(entries, part="total"):
    """Of PyG's; None when there is none."""
    return min((e for e in entries if e.seconds and not e.ours), key=lambda e: e.median(part), default=None)


def faster(entry, others, part):
    """How many times faster than the fastest of PyG's among the others."""
    other = fastest(others, part)
    return f"{other.median(part) / entry.median(part):.2f}" if other else "-"


def table(entries, threads):
    """Lines of text."""
    parts = ["total", "processor"] if threads == 1 else ["total"]
    rows = [("", "s an epoch", "min - max", "forward", "backward", "peak MB", "RevGNN", "kind")]
    if threads == 1:
        rows[0] += ("processor s", "RevGNN", "kind")
    notes = []
    revs = [e for e in entries if e.kind == "rev"]
    for entry in entries:
        said = entry.notes + ([entry.failure] if entry.failure else [])
        if said:
            notes.append("; ".join(said))
        name = entry.name + (f" [{len(notes)}]" if said else "")
        if not entry.seconds:
            rows.append((name, *["-"] * (len(rows[0]) - 1)))
            continue
        same = revs if entry.kind in ("gsr", "stored") else [e for e in entries if e.kind == entry.kind]
        total = entry.seconds["total"]
        row = [name, f"{entry.median():.3f}", f"{min(total):.3f} - {max(total):.3f}", f"{entry.median('forward'):.3f}",
               f"{entry.median('backward'):.3f}", f"{entry.peak / 1e6:.0f}"]
        for part in parts:
            row += [f"{entry.median(part):.3f}"] if part == "processor" else []
            row += [faster(entry, revs, part), faster(entry, same, part)]
        rows.append(tuple(row))
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    lines = ["  ".join([row[0].ljust(widths[0])] + [cell.rjust(w) for cell, w in zip(row[1:], widths[1:])])
             for row in rows]
    lines += ["", "RevGNN, kind: how many times faster than PyG's fastest RevGNN, than its fastest of the same kind"
              " (GSR-GNN: RevGNN)" + ("; on the right, the same in processor time" if threads == 1 else "")]
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
    arguments.add_argument("--epochs", type=int, default=3, help="of a process (default: 3)")
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
               "cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version(), **versions}
    lines = [f"{setting['circuit']}: {exported['edges']:,} edges, {exported['merged_edges']:,} with parallel ones "
             f"merged; {options.layers} layers, width {options.hidden}, {options.threads} thread(s); "
             f"{rounds} rounds of {options.epochs} epochs",
             f"{setting['processor']}, {setting['cores']} cores; " +
             ", ".join(f"{key} {value}" for key, value in versions.items()), "", *table(entries, options.threads)]
    (options.folder / "compare.txt").write_text("\n".join(lines) + "\n")
    (options.folder / "compare.json").write_text(
        json.dumps({"setting": setting, "contestants": [entry.record() for entry in entries]}, indent=1) + "\n")
    return lines


def compare(options):
    options.folder.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ, OMP_PROC_BIND="false")
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(options.threads)
    if options.circuit is None:
        options.circuit = options.folder / "7157-R.h5"
        run_process([options.program, "generate", "--like", "7157-R", "-o", options.circuit], environment)
    options.graph = options.folder / "clique.npz"
    exported = json.loads(run_process([sys.executable, HERE / "clique_graph.py", options.circuit, options.graph],
                                      environment)[0])
    options.edges = exported["edges"]
    (options.folder / "deck.yaml").write_text("model: {kind: gsr}\n")

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

#!/usr/bin/env python3
"""Runs the benchmarks of one build, or of two in turns, and compares times and planned memory; called by run.sh."""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

SUITES = ("benchmark_kernels", "benchmark_epochs")
# What has to be equal for times to be comparable.
MACHINE = ("processor", "threads", "execution_space", "clock", "width", "layers", "hidden")
SLOWER, FASTER, SAME = "SLOWER", "faster", ""


def fail(message):
    print(f"regression: {message}", file=sys.stderr)
    sys.exit(2)


class Side:
    """The results of one build: {(benchmark, unit): [a value a round]}."""

    def __init__(self, folder=None):
        self.folder, self.context, self.values = folder, {}, {}

    def run(self, options, names=None):
        """One round of all suites, or of the benchmarks with these names."""
        for suite in SUITES:
            program = self.folder / suite
            if not program.exists():
                continue
            # Google Benchmark's regular expressions know fewer escapes than Python's.
            exactly = [f"^{re.sub('[^A-Za-z0-9_/=:-]', '.', name)}$" for name in names or []]
            pattern = "|".join(exactly) or options.filter
            with tempfile.NamedTemporaryFile(suffix=".json") as result:
                command = [program, f"--circuits={options.circuits}", f"--layers={options.layers}",
                           f"--hidden={options.hidden}", f"--benchmark_min_time={options.min_time}",
                           f"--benchmark_filter={pattern}", f"--benchmark_out={result.name}"]
                done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                if done.returncode not in (0, 1) or "Could not compile" in done.stderr:
                    fail(f"{program} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
                text = pathlib.Path(result.name).read_text()
            if text:  # Google Benchmark leaves the file empty when the filter leaves nothing
                self.add(json.loads(text), program)

    def add(self, result, program):
        self.context = result["context"]
        for run in result["benchmarks"]:
            name = re.sub(r"/(iterations:\d+|manual_time)", "", run["name"])
            if run.get("error_occurred"):
                print(f"regression: {program}: {name}: {run['error_message']}", file=sys.stderr)
                sys.exit(1)
            self.values.setdefault((run["name"], name, "ms"), []).append(run["median_ms"])
            if "planned_MB" in run:
                self.values.setdefault((run["name"], name, "MB"), []).append(run["planned_MB"])

    def save(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"context": self.context, "values": [[*k, v] for k, v in self.values.items()]},
                                   indent=1) + "\n")

    @staticmethod
    def load(path):
        side, stored = Side(), json.loads(path.read_text())
        side.context = stored["context"]
        side.values = {(run, name, unit): values for run, name, unit, values in stored["values"]}
        return side


def verdict(before, now, tolerance):
    """By the ratio of medians; the fastest rounds have to agree, as they rarely do when the machine was disturbed."""
    median = statistics.median(now) / statistics.median(before)
    least = min(now) / min(before)
    if min(median, least) > 1 + tolerance:
        return median, SLOWER
    return median, FASTER if max(median, least) < 1 / (1 + tolerance) else SAME


def compare(before, now, tolerance):
    """[(key, before, now, ratio, verdict)] of the benchmarks that both have."""
    rows = []
    for key in before.values.keys() & now.values.keys():
        old, new = before.values[key], now.values[key]
        rows.append((key, statistics.median(old), statistics.median(new), *verdict(old, new, tolerance)))
    return sorted(rows, key=lambda row: list(now.values).index(row[0]))


def check_same_machine(before, now):
    for name in MACHINE:
        old, new = before.context.get(name), now.context.get(name)
        if old != new:
            fail(f"not comparable: {name} was {old} and is {new}")


def print_table(rows, before, now, options):
    width = max(len(name) for (_, name, _), *_ in rows)
    print(f"before: revision {before.context.get('revision')}, now: revision {now.context.get('revision')}; "
          f"{now.context.get('processor')}, {now.context.get('threads')} thread(s) of "
          f"{now.context.get('execution_space')}, {now.context.get('clock')}")
    print(f"{'':{width}}     before       now  ratio")
    for (_, name, unit), old, new, ratio, word in rows:
        print(f"{name:{width}} {old:10.3f} {new:9.3f}  {ratio:5.2f}  {unit} {word}".rstrip())
    ratios = [row[3] for row in rows if row[0][2] == "ms"]
    count = {word: sum(row[4] == word for row in rows) for word in (SLOWER, FASTER)}
    print(f"{len(rows)} compared, {count[SLOWER]} slower and {count[FASTER]} faster by more than "
          f"{options.tolerance:g} %; median ratio of times {statistics.median(ratios):.3f}")


def parse():
    arguments = argparse.ArgumentParser(prog="run.sh")
    arguments.add_argument("--now", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    arguments.add_argument("--before", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments.add_argument("--baseline", type=pathlib.Path, metavar="FILE")
    arguments.add_argument("--save", action="store_true", help="measure and store the baseline")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--tolerance", type=float, default=10, metavar="PERCENT")
    arguments.add_argument("--circuits", default="7157-R", help="as of the benchmarks (default: 7157-R, generated)")
    arguments.add_argument("--layers", type=int, default=2)
    arguments.add_argument("--hidden", type=int, default=384)
    arguments.add_argument("--filter", default=".", metavar="REGEX", help="of benchmarks' names")
    arguments.add_argument("--min-time", type=float, default=0.05, metavar="SECONDS", help="of each kernel and round")
    options = arguments.parse_args()
    if options.rounds < 1 or options.tolerance <= 0:
        arguments.error("--rounds and --tolerance have to be positive")
    return options


def main():
    options = parse()
    # Times of one thread are processor times; with more, whoever runs this says how many.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("OMP_PROC_BIND", "false")

    now = Side(options.now)
    if options.save:
        for _ in range(options.rounds):
            now.run(options)
        now.save(options.baseline)
        print(f"regression: stored {len(now.values)} results in {options.baseline}")
        return
    if options.before is None and not options.baseline.exists():
        fail(f"{options.baseline}: no baseline; store one with --save, or compare with a revision (--against)")
    before = Side(options.before) if options.before else Side.load(options.baseline)

    def measure(names=None):
        for number in range(options.rounds):
            sides = [side for side in (before, now) if side.folder]
            for side in sides if number % 2 == 0 else reversed(sides):
                side.run(options, names)

    measure()
    check_same_machine(before, now)
    rows = compare(before, now, options.tolerance / 100)
    if not rows:
        fail("nothing to compare: the two sides have no benchmark in common")
    suspects = sorted({key[0] for key, *_, word in rows if word == SLOWER})
    if suspects:  # a second look, with twice the rounds
        measure(suspects)
        rows = compare(before, now, options.tolerance / 100)
    print_table(rows, before, now, options)
    sys.exit(1 if any(row[4] == SLOWER for row in rows) else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Whether two programs write the same files, bit for bit:  same_files.py PROGRAM OTHER [--keep FOLDER]

Each trains, sweeps (alone and on 2 ranks), collects and predicts in a folder of its own: all kinds of model on either
form of the graph, widths that leave remainders, dropout, joint trainings on 1, 2 and 4 ranks, a checkpoint of a training
under way, and one that is stopped and goes on. Compared is every data set and attribute of the HDF5 files, and the names
of the files, but for /measured and seconds, and for what tells which program wrote them. Differences are printed; the
exit code is 1 when there are any. Wants h5py and mpirun; takes some two minutes.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import h5py
import numpy

PROVENANCE = {"revision", "program_version", "checksum"}
MEASURED = re.compile(r"/measured(/|$)|/state/seconds_")
MEASURED_COLUMN = re.compile(r"seconds_|process_peak|revision")

KINDS = ("gsr", "rev", "sage", "gcn")
MODELS = [f"model.kind={kind} model.adjacency={adjacency} model.hidden={hidden}" for kind in KINDS
          for adjacency in ("nets", "expanded") for hidden in (64, 100)]
MODELS += ["model.residual=dense", "model.dropout=0.3", "model.kind=rev model.groups=4 model.dropout=0.2",
           "model.layers=0", "model.hidden=600 model.k=16"]
JOINT = """mode: joint
circuits: {training: [a.h5, b.h5, c.h5], validation: [d.h5], test: [e.h5]}
model: {layers: 3, hidden: 32, k: 4, dropout: 0.1}
train: {epochs: 4, batch: 2}
"""
SWEEP = """circuit: {generate: {cells: 300}}
model: {layers: 2, hidden: 32, k: 4}
train: {epochs: 3}
sweep: {kind: [gsr, rev, gcn], layers: [1, 2], k: [4, 8], dropout: [0, 0.1], learning_rate: [0.002, 0.01]}
output: sweep
"""


class Runs:
    def __init__(self, program, folder):
        self.program, self.folder = os.path.abspath(program), folder
        self.environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1",
                                OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1")
        os.makedirs(folder)

    def start(self, arguments, ranks=0):
        launcher = ["mpirun", "-n", str(ranks)] if ranks else []
        return subprocess.Popen(launcher + [self.program] + arguments, cwd=self.folder, env=self.environment,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def run(self, words, *more, ranks=0):
        process = self.start(words.split() + list(more), ranks)
        said = process.communicate()[1]
        if process.returncode != 0:
            sys.exit(f"{self.program} {words}: exit code {process.returncode}: {said}")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def train_all(self):
        small = "circuit={generate: {cells: 500}}"
        self.write("one.yaml", "train: {epochs: 5}\nmodel: {layers: 3}\n")
        self.write("joint.yaml", JOINT)
        self.write("sweep.yaml", SWEEP)
        for number, model in enumerate(MODELS):
            self.run(f"train one.yaml {model} output=model{number:02}.h5", small)
        for number, name in enumerate("abcde"):
            self.run(f"generate --cells {150 + 50 * number} --seed {number} -o {name}.h5")
        for kind in KINDS:
            self.run(f"train joint.yaml model.kind={kind} output=joint-{kind}.h5")
        for ranks in (2, 4):
            self.run(f"train joint.yaml output=joint-gsr-{ranks}.h5", ranks=ranks)
        self.run("sweep sweep.yaml", ranks=2)
        self.run("collect . -o results.h5")
        self.run("predict --model model00.h5 --circuit e.h5 -o prediction.h5")
        self.run("predict --model joint-gsr.h5 --circuit a.h5 -o joint-prediction.h5")

    def stop_and_resume(self):
        """A checkpoint after 30 of 60 epochs is kept; then the training is stopped, and goes on to its end."""
        deck = ["train", "one.yaml", "circuit={generate: {cells: 4000}}", "train.epochs=60",
                "train.checkpoint.epochs=30", "model.layers=12", "model.dropout=0.1", "output=resumed.h5"]
        process = self.start(deck)
        checkpoint = os.path.join(self.folder, "resumed.h5.checkpoint")
        while process.poll() is None and not os.path.exists(checkpoint):
            time.sleep(0.005)
        if process.poll() is None:
            os.link(checkpoint, os.path.join(self.folder, "checkpoint.h5"))
            process.send_signal(signal.SIGTERM)
        process.communicate()
        if process.returncode != 75:
            sys.exit(f"{self.program}: was not stopped in time; its training is too short")
        self.run("train --resume", *deck[1:])


def same(one, other):
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    if one.dtype.hasobject:
        return repr(one.tolist()) == repr(other.tolist())
    return one.tobytes() == other.tobytes()


def compare(one, other, place, differences):
    for name in sorted((set(one.attrs) | set(other.attrs)) - PROVENANCE):
        if name not in one.attrs or name not in other.attrs:
            differences.append(f"{place}@{name}: in one only")
        elif not same(numpy.asarray(one.attrs[name]), numpy.asarray(other.attrs[name])):
            differences.append(f"{place}@{name}: {one.attrs[name]} and {other.attrs[name]}")
    if isinstance(one, h5py.Dataset):
        a, b = numpy.asarray(one[()]), numpy.asarray(other[()])
        if a.dtype.names and b.dtype.names:
            if a.dtype.names != b.dtype.names:
                apart = sorted(set(a.dtype.names) ^ set(b.dtype.names))
                differences.append(f"{place}: columns {apart} in one only, or another order")
            for column in a.dtype.names:
                if column in b.dtype.names and not MEASURED_COLUMN.match(column) and not same(a[column], b[column]):
                    differences.append(f"{place}: column {column}")
        elif not same(a, b):
            differences.append(f"{place}: another value")
        return 1
    compared = 0
    for name in sorted(set(one) | set(other)):
        inner = f"{place}/{name}"
        if MEASURED.search(inner):
            continue
        if name not in one or name not in other:
            differences.append(f"{inner}: in one only")
        else:
            compared += compare(one[name], other[name], inner, differences)
    return compared


def files_of(folder):
    return {os.path.relpath(os.path.join(path, name), folder)
            for path, _, names in os.walk(folder) for name in names}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("other")
    parser.add_argument("--keep", help="a folder for the files, which are else removed")
    given = parser.parse_args()
    folder = given.keep or tempfile.mkdtemp(prefix="same_files.")
    folders = [os.path.join(folder, side) for side in ("one", "other")]
    for program, side in zip((given.program, given.other), folders):
        runs = Runs(program, side)
        runs.train_all()
        runs.stop_and_resume()
    names = [files_of(side) for side in folders]
    differences = [f"{name}: written by one only" for name in sorted(names[0] ^ names[1])]
    compared = 0
    for name in sorted(name for name in names[0] & names[1] if name.endswith(".h5")):
        with h5py.File(os.path.join(folders[0], name)) as one, h5py.File(os.path.join(folders[1], name)) as other:
            compared += compare(one, other, name, differences)
    for difference in differences:
        print(difference)
    print(f"{len(names[0] & names[1])} files, {compared} data sets, {len(differences)} differences")
    if not given.keep:
        shutil.rmtree(folder)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())

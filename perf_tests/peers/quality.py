#!/usr/bin/env python3
"""Gradient boosting beside a joint run: trained on the same circuits, from the same features, scored on the same cells.

    quality.py RUN.h5 ... [--program build/release/bin/gsrgnn] [--seeds 3]

For each run file of a joint training the program writes what cells see of the maps, with the technology that the run's
model learned ("gsrgnn maps --model"); scikit-learn's HistGradientBoostingRegressor and Ridge learn the label from it, one
model a label, and are scored like the run: Pearson and R2 over the cells of each test circuit, means over the labels.
They get all cells of the training circuits, the run those that do not choose its epoch. A single run of one circuit is
scored on its own split. Prints a line a test circuit and the means; --csv writes them.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

TRAINING, VALIDATION, TEST = 0, 1, 2


def scores(label, predicted):
    """Means over the labels of Pearson and R2."""
    pearson = [np.corrcoef(label[:, o], predicted[:, o])[0, 1] for o in range(label.shape[1])]
    r2 = [1 - ((label[:, o] - predicted[:, o]) ** 2).sum() / ((label[:, o] - label[:, o].mean()) ** 2).sum()
          for o in range(label.shape[1])]
    return float(np.mean(pearson)), float(np.mean(r2))


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def cells_of(program, run, circuit, folder):
    """Features and labels of the cells, in the order of the source."""
    path = Path(folder) / "maps.h5"
    command = [program, "maps", circuit, "--model", run, "-o", str(path)]
    try:
        made = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"{program}: {error.strerror}; build it, or give --program")
    if made.returncode != 0:
        sys.exit(f"{circuit}: {made.stderr.strip()}")
    with h5py.File(path) as file:
        return file["cells/feature"][:], file["cells/label"][:].astype(float)


def boosting(seed):
    return HistGradientBoostingRegressor(max_iter=200, learning_rate=.05, max_leaf_nodes=15, min_samples_leaf=20,
                                         l2_regularization=1., max_features=.5, random_state=seed, early_stopping=False)


def fit_predict(features, labels, wanted, seeds):
    """Predictions of boosting (the mean score is taken over seeds later) and of ridge for each wanted matrix."""
    boosted = []
    for seed in range(seeds):
        models = [boosting(seed).fit(features, labels[:, o]) for o in range(labels.shape[1])]
        boosted.append([np.column_stack([m.predict(x) for m in models]) for x in wanted])
    scaler = StandardScaler().fit(features)
    ridge = Ridge(10.).fit(scaler.transform(features), labels)
    linear = [ridge.predict(scaler.transform(x)).reshape(len(x), -1) for x in wanted]
    return boosted, linear


def rows_of(run, program, seeds, folder):
    with h5py.File(run) as file:
        model = [float(file["scores"].attrs[k]) for k in ("pearson", "r2")]
        joint = "designs" in file
        if joint:
            names = [text(n) for n in file["designs/name"][:]]
            paths = [text(p) for p in file["designs/path"][:]]
            parts, own = file["designs/part"][:], file["designs/scores"][:]
        else:
            deck = text(file["deck"][()])
            split = file["predictions/split"][:]
    if joint:
        circuits = [cells_of(program, run, path, folder) for path in paths]
        training = [c for c, part in zip(circuits, parts) if part == TRAINING]
        tests = [d for d, part in enumerate(parts) if part == TEST]
        features, labels = np.vstack([f for f, _ in training]), np.vstack([l for _, l in training])
        wanted = [circuits[d] for d in tests]
        named = [(names[d], own[d][0], own[d][3]) for d in tests]
    else:
        circuit = next(line.split(":", 1)[1].strip() for line in deck.splitlines() if line.startswith("circuit:"))
        f, l = cells_of(program, run, circuit, folder)
        features, labels = f[split == TRAINING], l[split == TRAINING]
        wanted = [(f[split == TEST], l[split == TEST])]
        named = [(Path(circuit).stem, *model)]
    boosted, linear = fit_predict(features, labels, [f for f, _ in wanted], seeds)
    for t, (name, pearson, r2) in enumerate(named):
        label = wanted[t][1]
        of_boosting = np.mean([scores(label, b[t]) for b in boosted], axis=0)
        of_ridge = scores(label, linear[t])
        yield [Path(run).name, name, pearson, r2, *of_boosting, *of_ridge]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN.h5")
    parser.add_argument("--program", default="build/release/bin/gsrgnn")
    parser.add_argument("--seeds", type=int, default=3, help="of the boosting, whose scores are means over them")
    parser.add_argument("--csv", metavar="FILE")
    given = parser.parse_args()
    heading = ["run", "circuit", "pearson", "r2", "boosting_pearson", "boosting_r2", "ridge_pearson", "ridge_r2"]
    rows = []
    print(f"{'run':<72}{'circuit':<20}{'model':>8}{'R2':>7}{'boosting':>10}{'R2':>7}{'ridge':>8}{'R2':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for run in given.runs:
            for row in rows_of(run, given.program, given.seeds, folder):
                rows.append(row)
                print("{:<72}{:<20}{:>8.4f}{:>7.3f}{:>10.4f}{:>7.3f}{:>8.4f}{:>7.3f}".format(*row), flush=True)
    mean = np.mean([row[2:] for row in rows], axis=0)
    print("{:<72}{:<20}{:>8.4f}{:>7.3f}{:>10.4f}{:>7.3f}{:>8.4f}{:>7.3f}".format("mean", f"{len(rows)} circuits", *mean))
    if given.csv:
        with open(given.csv, "w", newline="") as file:
            csv.writer(file).writerows([heading, *rows])


if __name__ == "__main__":
    main()

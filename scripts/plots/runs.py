"""Runs, as pictures and pages group and name them."""
import re

from gsrgnn.files import text
from gsrgnn.runs import deck_key, deck_of, rows_of_results

from .pictures import COLOUR, MARKERS, np, pyplot

KINDS = ["gcn", "sage", "rev", "gsr", "res"]
# What a line is of, beside circuit, kind, k, depth and width; named in the legend where it differs.
FURTHER = ["groups", "residual", "adjacency", "nodes", "relations", "flips", "features", "dropout", "epochs",
           "learning_rate", "execution_space", "threads"]
SCORES = {"pearson": "Pearson", "spearman": "Spearman", "kendall": "Kendall", "r2": "R²"}
BASELINES = {"best_map": "best map", "linear_fit": "linear fit", "neighbours": "neighbours"}
FIELD_SCORES = ["NRMSE", "peak .5 %", "peak 1 %", "peak 2 %", "peak 5 %", "SSIM", "worst tenth hit", "ROC-AUC"]
PROTOCOL = {"tiles": "of the tiles (blocks of GCells)", "gcells": "of the GCells",
            "cells": "of the cells, one by one (the paper's protocol)"}


def read_rows(file):
    """The runs that are done; `row` is where in the table."""
    rows = [dict(row, row=number) for number, row in enumerate(rows_of_results(file)) if row["status"] == "done"]
    names = {}
    for row in rows:
        names.setdefault(row["circuit"], set()).add(row["edges"])
    for row in rows:  # as in 'gsrgnn report'
        if len(names[row["circuit"]]) > 1:
            row["circuit"] += f" ({row['edges']} edges)"
    return rows


def settings_of_run(file):
    """What describe() and protocol_of() ask for, of a run file."""
    deck = deck_of(file)
    row = {key: deck_key(deck, key, default) for key, default in
           (("kind", "?"), ("k", 0), ("layers", "?"), ("hidden", "?"), ("split", ""), ("split_by", "cells"))}
    return dict(row, circuit=text(file["circuit"].attrs["name"]), mode="joint" if "designs" in file else "independent",
                seed=(re.findall(r"^  seed: *(\S+)", deck, re.MULTILINE) or ["?"])[-1])


def protocol_of(row):
    """What its scores are of."""
    if row["mode"] == "joint":
        return "designs that were not trained on"
    shares = re.findall(r"[\d.]+", row["split"])
    share = f"{100 * float(shares[-1]):.3g} % " if shares else ""
    return f"held out: {share}{PROTOCOL.get(row['split_by'], row['split_by'])}"


def counted(value):
    """An undefined score is that of a constant prediction, and counts as 0."""
    return np.where(np.isfinite(value), value, 0.0)


def any_undefined(rows):
    return any(not np.isfinite(row["pearson"]) for row in rows)


def group(rows, *keys):
    """Rows by the values of the keys, sorted."""
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return sorted(groups.items())


def lines(rows, along="layers"):
    """(label, style, rows) for each kind, k (of lines along k: depth) and further parameters among the rows."""
    other = "k" if along == "layers" else "layers"
    several_depths = len({row["layers"] for row in rows}) > 1
    kinds = {}
    for row in rows:
        kinds.setdefault(row["kind"], []).append(row)
    found = []
    for kind in sorted(kinds, key=lambda kind: (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)):
        own = kinds[kind]
        varied = [key for key in FURTHER
                  if any(len({row[key] for row in rows_of}) > 1
                         for _, rows_of in group(own, "circuit", "k", "layers", "hidden"))]
        others = sorted({row[other] for row in own})
        for number, (key, members) in enumerate(group(own, other, *varied)):
            label = kind
            if other == "k" and key[0] > 0:
                label += f", k = {key[0]}"
            if other == "layers" and several_depths:
                label += f", {key[0]} layers"
            label += "".join(f", {name} {value}" for name, value in zip(varied, key[1:]))
            place = others.index(key[0]) / max(len(others) - 1, 1)
            style = {
                "color": COLOUR.get(kind, pyplot.get_cmap("Oranges" if kind == "res" else "Blues")(0.45 + 0.5 * place)),
                "marker": MARKERS[len(found) % len(MARKERS)],
                "linestyle": "--" if kind != "gsr" else "-",
            }
            found.append((label, style, members))
    return found


def line_of_rows(rows):
    """All lines, and for each row the number of its own."""
    found = lines(rows)
    of = {id(row): number for number, (_, _, members) in enumerate(found) for row in members}
    return found, [of[id(row)] for row in rows]


def mean_and_spread(rows, x, y):
    """x, mean and sample standard deviation of y over the rows of each x."""
    points = []
    for (place,), members in group(rows, x):
        values = counted(np.array([row[y] for row in members], dtype=float))
        points.append((place, values.mean(), values.std(ddof=1) if len(values) > 1 else 0.0))
    return [np.array(column, dtype=float) for column in zip(*points)]


def describe(row, of_circuit=True):
    model = row["kind"] if row["k"] == 0 else f"{row['kind']}, k = {row['k']}"
    model += f", {row['layers']} layers, width {row['hidden']}, seed {row['seed']}"
    return f"{row['circuit']}: {model}" if of_circuit else model

"""The files that gsrgnn writes, and the runs in them."""
import os
import re

from .pictures import COLOUR, MARKERS, fail, h5py, np, pyplot

KINDS = ["gcn", "sage", "rev", "gsr", "res"]
GIVE = "give what gsrgnn collect, train or predict wrote"
# What a line is of, beside circuit, kind, k, depth and width; named in the legend where it differs.
FURTHER = ["groups", "residual", "adjacency", "nodes", "relations", "flips", "features", "dropout", "epochs",
           "learning_rate", "execution_space", "threads"]
SCORES = {"pearson": "Pearson", "spearman": "Spearman", "kendall": "Kendall", "r2": "R²"}
BASELINES = {"best_map": "best map", "linear_fit": "linear fit", "neighbours": "neighbours"}
FIELD_SCORES = ["NRMSE", "peak .5 %", "peak 1 %", "peak 2 %", "peak 5 %", "SSIM", "worst tenth hit", "ROC-AUC"]
PROTOCOL = {"tiles": "of the tiles (blocks of GCells)", "gcells": "of the GCells",
            "cells": "of the cells, one by one (the paper's protocol)"}


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def open_file(path):
    if not os.path.exists(path):
        fail(path, "no such file", "check the path")
    if os.path.isdir(path):
        fail(path, "is a folder", "collect its runs first: gsrgnn collect RUNS_DIR -o RESULTS.h5")
    try:
        file = h5py.File(path, "r")
    except OSError:
        fail(path, "not a readable HDF5 file (or truncated)", GIVE)
    kind = text(file.attrs.get("kind", ""))
    if kind not in ("gsrgnn results", "gsrgnn run", "gsrgnn prediction"):
        fail(path, "is neither a results file, nor a run file, nor a prediction", GIVE)
    return file, kind


def read_rows(file):
    """The table of runs that are done, as dictionaries."""
    if int(file.attrs["version"]) < 2:
        fail(file.filename, "is a results file of an older gsrgnn", "collect its runs again: gsrgnn collect")
    table = file["runs"][:]
    rows = []
    for number, record in enumerate(table):
        row = {"row": number}
        for name in table.dtype.names:
            value = record[name]
            row[name] = text(value) if isinstance(value, bytes) else value.item()
        if row["status"] == "done":
            rows.append(row)
    names = {}
    for row in rows:
        names.setdefault(row["circuit"], set()).add(row["edges"])
    for row in rows:  # as in 'gsrgnn report'
        if len(names[row["circuit"]]) > 1:
            row["circuit"] += f" ({row['edges']} edges)"
    return rows


def deck_of(file):
    return text(file["deck"][()])


def deck_key(deck, name, default):
    """What a resolved deck says of a key of its model or training; the default where it is older than the key."""
    found = re.search(rf"^  {name}: *(\S.*)$", deck, re.MULTILINE)
    return found.group(1) if found else default


def row_of_run(file):
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


def joined(file, name, number):
    """Of an array that a results file holds of all runs the values of the run in that row."""
    if name not in file:  # no run has any
        return np.zeros(0)
    first = file[f"{name}_first"]
    return file[name][first[number]:first[number + 1]]


def cells_of_results(file, run):
    """What a results file holds of the cells of a run: as cells_of_run."""
    cells = {name: joined(file, f"predictions/{name}", run["row"])
             for name in ("position", "split", "value", "label", "design")}
    count = len(cells["split"])
    designs = [text(row["name"]) for row in file["designs"][:] if row["run"] == run["row"]] if "designs" in file else []
    return dict(cells, position=cells["position"].reshape(count, 2), value=cells["value"].reshape(count, -1),
                label=cells["label"].reshape(count, -1), unit=run["label_unit"], label_name=run["label"].split("+"),
                source=run["source"], design_name=designs)


def cells_of_run(file):
    """Place, part, prediction and label of a run's cells, and what these are of; of a joint run each cell's design."""
    cells = {name: file[f"predictions/{name}"][:] for name in ("position", "split", "value", "label")}
    joint = "designs" in file
    return dict(cells, unit=text(file["model"].attrs.get("label_unit", "")),
                label_name=[text(name) for name in file["model/label_name"][:]],
                source=text(file["circuit"].attrs.get("source", "")),
                design=file["predictions/design"][:] if joint else [],
                design_name=[text(name) for name in file["designs/name"][:]] if joint else [])


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


def lines(rows):
    """(label, style, rows) for each kind, k and further parameters among the rows."""
    kinds = {}
    for row in rows:
        kinds.setdefault(row["kind"], []).append(row)
    found = []
    for kind in sorted(kinds, key=lambda kind: (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)):
        own = kinds[kind]
        varied = [key for key in FURTHER
                  if any(len({row[key] for row in rows_of}) > 1
                         for _, rows_of in group(own, "circuit", "k", "layers", "hidden"))]
        ks = sorted({row["k"] for row in own})
        for number, (key, members) in enumerate(group(own, "k", *varied)):
            label = kind if key[0] == 0 else f"{kind}, k = {key[0]}"
            label += "".join(f", {name} {value}" for name, value in zip(varied, key[1:]))
            place = ks.index(key[0]) / max(len(ks) - 1, 1)
            style = {
                "color": COLOUR.get(kind, pyplot.get_cmap("Blues")(0.45 + 0.5 * place)),
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

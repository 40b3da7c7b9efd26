"""Runs, as run files and results files have them: parameters and scores, curves, cells."""
import json
import os
import re
import warnings

from .files import Error, OtherKind, kind_of, module, names, np, opened, text, texts

PARTS = ["training", "validation", "test"]
CURVES = ["loss", "validation_loss", "validation_pearson"]
SECONDS = ["total", "forward", "backward", "update", "copy"]
# Of the facts in a run's summary those that are text even where they look like a number.
TEXTS = {"circuit", "circuit_file", "content_hash", "label", "label_unit", "from", "map", "revision", "model_hash",
         "ancestor", "deck"}


def rows_of_results(file):
    """The table of a results file, as dictionaries."""
    table = file["runs"][:]
    return [{name: text(record[name]) if isinstance(record[name], bytes) else record[name].item()
             for name in table.dtype.names} for record in table]


def joined(file, name, number):
    """Of an array that a results file holds of all runs the values of the run in that row."""
    if name not in file:  # no run has any
        return np.zeros(0)
    first = file[f"{name}_first"]
    return file[name][first[number]:first[number + 1]]


def fact(name, value):
    if name in TEXTS:
        return value
    for number in (int, float):
        try:
            return number(value)
        except ValueError:
            pass
    return value


def row_of_run(file, name):
    """What a run file tells, as the row that its run has in a results file."""
    if "measured/summary" not in file:
        raise Error(file.filename, "was written by an older gsrgnn, without the summary of its run",
                    "collect it, and read that: gsrgnn collect RUNS_DIR -o RESULTS.h5")
    words = names(file["measured/summary"])
    row = {"name": name}
    row.update((key, fact(key, value)) for key, value in zip(words[::2], words[1::2]) if "/" not in key)
    curve = file["curves/validation_pearson"][:]
    row.update(epochs_trained=len(curve) - 1, last_loss=float(file["curves/loss"][-1]),
               validation_pearson=float(curve[row["best_epoch"]]))
    for part in SECONDS:
        seconds = file[f"measured/{part}"][:]
        row[f"seconds_{part}"] = float(np.median(seconds)) if len(seconds) else 0.0
    return dict(row, status="done", reason="")


def row_of_failure(path, name):
    """What NAME.failed tells of a run that failed."""
    row = {"name": name, "status": "failed", "reason": "unknown: its record cannot be read"}
    try:
        with open(path, encoding="utf-8") as file:
            record = json.load(file)
        return dict(row, reason=record["reason"], revision=record["revision"])
    except (OSError, ValueError, KeyError, TypeError):
        return row


def deck_of(file):
    """The resolved deck of a run file."""
    return text(file["deck"][()])


def deck_key(deck, name, default):
    """What a resolved deck says of a key of its model or training; the default where it is older than the key."""
    found = re.search(rf"^  {name}: *(\S.*)$", deck, re.MULTILINE)
    return found.group(1) if found else default


def nothing(_):
    return np.zeros(0)


def runs_of_file(path, make):
    with opened(path, "results", "run") as file:
        if kind_of(file) == "run":
            row = row_of_run(file, os.path.splitext(os.path.basename(path))[0])
            return [make(row, lambda name: file[name][:])]
        return [make(row, lambda name, number=number: joined(file, name, number))
                for number, row in enumerate(rows_of_results(file))]


def runs_of_folder(folder, make):
    """By name, as 'gsrgnn collect' finds them."""
    found = {}
    for ending in (".failed", ".h5"):  # a run that was done after it had failed is done
        for place, _, files in os.walk(folder):
            for file in files:
                if file.endswith(ending):
                    path = os.path.join(place, file)
                    name = os.path.relpath(path, folder)[:-len(ending)]
                    found[name[:-3] if ending == ".failed" and name.endswith(".h5") else name] = path
    made = []
    for name, path in sorted(found.items()):
        if path.endswith(".failed"):
            made.append(make(row_of_failure(path, name), nothing))
            continue
        try:
            with opened(path, "run") as file:
                made.append(make(row_of_run(file, name), lambda array: file[array][:]))
        except OtherKind:  # no mistake
            pass
        except Error as error:
            warnings.warn(f"left out: {error}", stacklevel=4)
    if not made:
        raise Error(folder, "holds no run file", "give the folder that a sweep or trainings write to")
    return made


def runs_of(path, make):
    """make(row, array) of each run of a file, or of the run files in a folder and in those in it; array(name) gives an
    array of the run by its name in a run file."""
    return (runs_of_folder if os.path.isdir(path) else runs_of_file)(os.fspath(path), make)


def read_runs(path):
    """The runs of a run file, a results file or a folder as a table: a row a run, with its parameters, scores, seconds
    of an epoch (medians), bytes and deck; `status` is done or failed, and then `reason` says why."""
    pandas = module("pandas")
    return pandas.DataFrame(runs_of(path, lambda row, _: row))


def read_curves(path):
    """The learning curves of the runs there that are done: a row an epoch of a run, which `name` names, with losses,
    validation Pearson and seconds. Epoch 0 is before the first update, and took none."""
    pandas = module("pandas")

    def table(row, array):
        if row["status"] != "done":
            return None
        curves = {name: array(f"curves/{name}") for name in CURVES}
        seconds = {f"seconds_{part}": np.append(np.nan, array(f"measured/{part}")) for part in SECONDS}
        return pandas.DataFrame({"name": row["name"], "epoch": np.arange(len(curves["loss"])), **curves, **seconds})

    curves = [table for table in runs_of(path, table) if table is not None]
    if not curves:
        raise Error(path, "holds no run that is done", "collect again when one is")
    return pandas.concat(curves, ignore_index=True)


def cells_of_results(file, number, row):
    """What a results file holds of the cells of the run in that row of its table: as cells_of_run."""
    cells = {name: joined(file, f"predictions/{name}", number)
             for name in ("position", "split", "value", "label", "design")}
    count = len(cells["split"])
    designs = [text(one["name"]) for one in file["designs"][:] if one["run"] == number] if "designs" in file else []
    return dict(cells, position=cells["position"].reshape(count, 2), value=cells["value"].reshape(count, -1),
                label=cells["label"].reshape(count, -1), unit=row["label_unit"], label_name=row["label"].split("+"),
                source=row["source"], design_name=designs)


def cells_of_run(file):
    """Place, part, prediction and label of a run's cells, and what these are of; of a joint run each cell's design."""
    cells = {name: file[f"predictions/{name}"][:] for name in ("position", "split", "value", "label")}
    joint = "designs" in file
    return dict(cells, unit=text(file["model"].attrs.get("label_unit", "")),
                label_name=texts(file["model/label_name"][:]), source=text(file["circuit"].attrs.get("source", "")),
                design=file["predictions/design"][:] if joint else [],
                design_name=texts(file["designs/name"][:]) if joint else [])


def by_label(what, label_name, values):
    """A column a label: of one label named for what it is alone, as in the CSV of 'gsrgnn predict'."""
    several = len(label_name) > 1
    return {what + (f"_{name}" if several else ""): values[:, column] for column, name in enumerate(label_name)}


def read_cells(path, run=None):
    """The cells of a run file, or of the run of that name in a results file, as a table: place, part (`split`), `value`
    and `label` (of two labels a column each), and where there are any `name` and, of a joint run, `design`."""
    pandas = module("pandas")
    with opened(path, "results", "run") as file:
        if kind_of(file) == "run":
            cells = cells_of_run(file)
            name = names(file["predictions/name"]) if "predictions/name" in file else None
        else:
            rows = rows_of_results(file)
            done = [number for number, row in enumerate(rows) if row["status"] == "done"]
            chosen = [number for number in done if run in (None, rows[number]["name"])]
            if len(chosen) != 1:
                known = ", ".join(rows[number]["name"] for number in done[:5]) + (", ..." if len(done) > 5 else "")
                what = "holds several runs" if chosen else f"holds no run '{run}' that is done"
                raise Error(path, what, f"give run= one of its runs: {known}")
            cells, name = cells_of_results(file, chosen[0], rows[chosen[0]]), None
    table = {} if name is None else {"name": name}
    table.update(x=cells["position"][:, 0], y=cells["position"][:, 1], split=np.array(PARTS)[cells["split"]])
    if cells["design_name"]:
        table["design"] = np.array(cells["design_name"])[cells["design"]]
    for what in ("value", "label"):
        table.update(by_label(what, cells["label_name"], cells[what]))
    return pandas.DataFrame(table)

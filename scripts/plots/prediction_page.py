"""The page of a prediction: its maps over GCells side by side, hot spots, and the cells in each GCell."""
import os

from .maps import scale_of
from .page import Whole, colours_of, whole, write_page
from .pictures import fail, np
from .prediction import Gcells, panels_of, pearson, rudy_of
from .runs import FIELD_SCORES, text

HOT = 0.1  # of the GCells that have cells, as for 'gsrgnn predict --top'
LISTED = 100  # hot spots
MOST_GCELLS = 1_000_000  # that a map draws one by one
MOST_CELLS = 200_000  # that are all named
SHORT = {"predicted - true": "error"}


class Coarse:
    """The grid as the page draws it: blocks of GCells where there are too many."""

    def __init__(self, gcells):
        self.gcells = gcells
        self.block = int(np.ceil(np.sqrt(gcells.rows * gcells.columns / MOST_GCELLS)))

    def of(self, values):
        """The mean over the GCells of each block that have a value."""
        if self.block == 1:
            return values
        first = [np.arange(0, count, self.block) for count in (self.gcells.rows, self.gcells.columns)]
        grid = values.reshape(self.gcells.rows, self.gcells.columns)

        def summed(of):
            return np.add.reduceat(np.add.reduceat(of, first[0], axis=0), first[1], axis=1).ravel()

        known = np.isfinite(grid)
        count = summed(known.astype(float))
        return np.divide(summed(np.where(known, grid, 0)), count, out=np.full(len(count), np.nan), where=count > 0)


def order_of(values):
    """The GCells that have cells, the highest value first; of equal ones the lower index."""
    order = np.argsort(-values, kind="stable")
    return order[np.isfinite(values[order])]


def threshold(values, order):
    """Above it is the hottest tenth."""
    return values[order[max(1, int(HOT * len(order) + 0.5)) - 1]]


def hot_spots(value, label):
    """The hottest GCells by prediction; and with labels the hottest that prediction misses, and how many of each."""
    order = order_of(value)
    found = {"hottest": order[:LISTED], "with_cells": len(order)}
    if label is not None:
        limit, true_limit, by_label = threshold(value, order), threshold(label, order_of(label)), order_of(label)
        hot = by_label[label[by_label] >= true_limit]
        missed = hot[value[hot] < limit]
        found.update(limit=limit, true_limit=true_limit, hot=len(hot), missed=missed[:LISTED], all_missed=len(missed),
                     is_hot=label[found["hottest"]] >= true_limit)
    return found


def maps_of(gcells, file, column, columns):
    """Those of the pictures, and RUDY by itself where there is no label, and the spread where it is known."""
    of_cells = {name: file[name][:, column] for name in ("value", "label", "spread") if name in file}
    mean = {name: gcells.mean(values) for name, values in of_cells.items()}
    value, label = mean["value"], mean.get("label")
    rudy = rudy_of(file, column, columns)
    drawn = panels_of(value, label, rudy)
    if label is None:
        drawn.insert(0, ("RUDY", "before routing", rudy, scale_of(rudy), True))
    if "spread" in mean:
        known = mean["spread"][np.isfinite(mean["spread"])]
        drawn.append(("spread", f"mean {known.mean():.3g}", mean["spread"], dict(scale_of(known), vmin=0), True))
    return of_cells, mean, drawn


def scores_of(file, column, gcells, mean, rudy):
    """(what, over what, {score: value}) of the prediction and of RUDY."""
    if "label" not in mean:
        return []
    label, value = mean["label"], mean["value"]
    known = np.isfinite(label)
    cells = dict(zip(("Pearson", "Spearman", "Kendall", "R²"), file["scores/all"][column]))
    over = dict(Pearson=pearson(value, label))
    if file["value"].shape[1] == 1:  # of two labels they are of their mean
        over.update(zip(FIELD_SCORES, file["scores/field"][0]))
    where = f"{int(known.sum()):,} GCells"
    return [("prediction", f"{len(gcells.of_cell):,} cells", cells), ("prediction", where, over),
            ("RUDY", where, dict(Pearson=pearson(rudy, label)))]


def cells_of(file, gcells, of_labels, listed):
    """The cells by GCell: all of them, or where they are too many those of the hot spots."""
    order = np.argsort(gcells.of_cell, kind="stable")
    if len(order) > MOST_CELLS:
        order = order[np.isin(gcells.of_cell[order], listed)]
    names = None
    if "name" in file:
        every = file["name"][:].tobytes().decode("utf-8", "replace").split("\0")
        if len(every) != len(gcells.of_cell):
            raise KeyError(f"{len(every)} names of {len(gcells.of_cell)} cells")
        names = [every[cell] for cell in order]
    place = file["position"][:][order]
    return {"gcell": gcells.of_cell[order], "name": names, "number": None if names else order,
            "x": np.round(place[:, 0], 3), "y": np.round(place[:, 1], 3),
            "values": [{name: whole(values[order]) for name, values in of_cells.items()} for of_cells in of_labels]}


def facts_of(file, gcells, length):
    x, y = gcells.border
    size = " × ".join(f"{np.median(np.diff(border)):.4g}" for border in (x, y))
    return [("model", text(file.attrs["model"])), ("cells", f"{len(gcells.of_cell):,}"),
            ("GCells", f"{gcells.columns:,} × {gcells.rows:,}" + (f" of {size} {length}" if length == "µm" else "")),
            ("die", f"{x[-1] - x[0]:.5g} × {y[-1] - y[0]:.5g} {length}"),
            ("written by", f"gsrgnn {text(file.attrs['program_version'])}, {text(file.attrs['revision'])}")]


def write_prediction_page(path, file):
    gcells, names = Gcells(file), [text(name) for name in file["label_name"][:]]
    circuit, unit = text(file.attrs["circuit"]), text(file.attrs["label_unit"])
    length = "GCells" if text(file.attrs.get("source", "")) == "circuitnet" else "µm"
    coarse, labels, of_labels, listed = Coarse(gcells), [], [], []
    if not np.isfinite(file["value"][:]).all():
        fail(file.filename, "holds predictions that are not numbers", "predict again")
    for column, name in enumerate(names):
        of_cells, mean, drawn = maps_of(gcells, file, column, len(names))
        of_labels.append(of_cells)
        hot = hot_spots(mean["value"], mean.get("label"))
        spots = [key for key in ("hottest", "missed") if key in hot]
        listed += [hot[key] for key in spots]
        for key in spots:
            hot[key] = [{"gcell": spot, "cells": gcells.cells[spot],
                         **{name: values[spot] for name, values in mean.items()}} for spot in hot[key]]
        labels.append({
            "name": name, "hot": hot,
            "scores": scores_of(file, column, gcells, mean, rudy_of(file, column, len(names))),
            "maps": [{"what": SHORT.get(what, what), "note": note, "low": scale["vmin"], "high": scale["vmax"],
                      "colours": "error" if what in SHORT else "value", "closed": bar,
                      "values": whole(coarse.of(values))} for what, note, values, scale, bar in drawn]})
    warnings = [text(line) for line in file["warning"][:]] if "warning" in file else []
    write_page(path, f"{circuit}: predicted congestion", "prediction", {
        "circuit": circuit, "unit": unit, "length": length, "x": gcells.border[0], "y": gcells.border[1],
        "model": os.path.basename(text(file.attrs["model"])), "block": coarse.block,
        "facts": facts_of(file, gcells, length), "warnings": warnings, "labels": labels,
        "count": Whole(gcells.cells.tolist()), "cells": cells_of(file, gcells, of_labels, np.concatenate(listed)),
        "all_cells": len(gcells.of_cell), "colours": {"value": colours_of("viridis"), "error": colours_of("RdBu_r")}})

"""The page of a prediction: its maps over GCells side by side, hot spots, and the cells in each GCell."""
import os

from gsrgnn.files import names, text, texts
from gsrgnn.predictions import grid_of

from .maps import scale_of
from .page import Whole, colours_of, whole, write_page
from .pictures import fail, np
from .prediction import length_of, panels_of, pearson, rudy_of
from .runs import FIELD_SCORES

HOT = 0.1  # of the GCells that have cells, as for 'gsrgnn predict --top'
LISTED = 100  # hot spots
MOST_GCELLS = 1_000_000  # that a map draws one by one
MOST_CELLS = 200_000  # that are all named
SHORT = {"predicted - true": "error"}


class Coarse:
    """The grid as the page draws it: blocks of GCells where there are too many."""

    def __init__(self, grid):
        self.block = int(np.ceil(np.sqrt(grid.size / MOST_GCELLS)))
        self.first = [np.arange(0, count, self.block) for count in (grid.rows, grid.columns)]

    def of(self, values):
        """The mean over the GCells of each block that have a value."""
        if self.block == 1:
            return values

        def summed(of):
            return np.add.reduceat(np.add.reduceat(of, self.first[0], axis=0), self.first[1], axis=1)

        known = np.isfinite(values)
        count = summed(known.astype(float))
        return np.divide(summed(np.where(known, values, 0)), count, out=np.full(count.shape, np.nan), where=count > 0)


def order_of(values):
    """The GCells that have cells, the highest value first; of equal ones the lower number."""
    order = np.argsort(-values, kind="stable")
    return order[np.isfinite(values[order])]


def threshold(values, order):
    """Above it is the hottest tenth."""
    return values[order[max(1, int(HOT * len(order) + 0.5)) - 1]]


def hot_spots(value, label):
    """The hottest GCells by prediction; and with labels the hottest that prediction misses, and how many of each. Both
    are by a GCell's number."""
    order = order_of(value)
    found = {"hottest": order[:LISTED], "with_cells": len(order)}
    if label is not None:
        limit, true_limit, by_label = threshold(value, order), threshold(label, order_of(label)), order_of(label)
        hot = by_label[label[by_label] >= true_limit]
        missed = hot[value[hot] < limit]
        found.update(limit=limit, true_limit=true_limit, hot=len(hot), missed=missed[:LISTED], all_missed=len(missed),
                     is_hot=label[found["hottest"]] >= true_limit)
    return found


def maps_of(grid, gcell, file, column, columns):
    """Those of the pictures, and RUDY by itself where there is no label, and the spread where it is known."""
    of_cells = {name: file[name][:, column] for name in ("value", "label", "spread") if name in file}
    mean = {name: grid.mean(gcell, values) for name, values in of_cells.items()}
    value, label = mean["value"], mean.get("label")
    rudy = rudy_of(file, column, columns)
    drawn = panels_of(value, label, rudy)
    if label is None:
        drawn.insert(0, ("RUDY", "before routing", rudy, scale_of(rudy), True))
    if "spread" in mean:
        known = mean["spread"][np.isfinite(mean["spread"])]
        drawn.append(("spread", f"mean {known.mean():.3g}", mean["spread"], dict(scale_of(known), vmin=0), True))
    return of_cells, mean, drawn


def scores_of(file, column, mean, rudy):
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
    return [("prediction", f"{len(file['value']):,} cells", cells), ("prediction", where, over),
            ("RUDY", where, dict(Pearson=pearson(rudy, label)))]


def cells_of(file, gcell, of_labels, listed):
    """The cells by GCell: all of them, or where they are too many those of the hot spots."""
    order = np.argsort(gcell, kind="stable")
    if len(order) > MOST_CELLS:
        order = order[np.isin(gcell[order], listed)]
    name = None
    if "name" in file:
        every = names(file["name"])
        if len(every) != len(gcell):
            raise KeyError(f"{len(every)} names of {len(gcell)} cells")
        name = [every[cell] for cell in order]
    place = file["position"][:][order]
    return {"gcell": gcell[order], "name": name, "number": None if name else order,
            "x": np.round(place[:, 0], 3), "y": np.round(place[:, 1], 3),
            "values": [{name: whole(values[order]) for name, values in of_cells.items()} for of_cells in of_labels]}


def facts_of(file, grid, length):
    x, y = grid.x, grid.y
    size = " × ".join(f"{np.median(np.diff(border)):.4g}" for border in (x, y))
    return [("model", text(file.attrs["model"])), ("cells", f"{len(file['value']):,}"),
            ("GCells", f"{grid.columns:,} × {grid.rows:,}" + (f" of {size} {length}" if length == "µm" else "")),
            ("die", f"{x[-1] - x[0]:.5g} × {y[-1] - y[0]:.5g} {length}"),
            ("written by", f"gsrgnn {text(file.attrs['program_version'])}, {text(file.attrs['revision'])}")]


def write_prediction_page(path, file):
    grid, label_names = grid_of(file), texts(file["label_name"][:])
    gcell = grid.at(file["position"][:])
    count = grid.count(gcell)
    circuit, unit = text(file.attrs["circuit"]), text(file.attrs["label_unit"])
    length = length_of(file)
    coarse, labels, of_labels, listed = Coarse(grid), [], [], []
    if not np.isfinite(file["value"][:]).all():
        fail(file.filename, "holds predictions that are not numbers", "predict again")
    for column, label_name in enumerate(label_names):
        of_cells, mean, drawn = maps_of(grid, gcell, file, column, len(label_names))
        of_labels.append(of_cells)
        by_number = {name: values.ravel() for name, values in mean.items()}
        hot = hot_spots(by_number["value"], by_number.get("label"))
        spots = [key for key in ("hottest", "missed") if key in hot]
        listed += [hot[key] for key in spots]
        for key in spots:
            hot[key] = [{"gcell": spot, "cells": count[spot],
                         **{name: values[spot] for name, values in by_number.items()}} for spot in hot[key]]
        labels.append({
            "name": label_name, "hot": hot,
            "scores": scores_of(file, column, mean, rudy_of(file, column, len(label_names))),
            "maps": [{"what": SHORT.get(what, what), "note": note, "low": scale["vmin"], "high": scale["vmax"],
                      "colours": "error" if what in SHORT else "value", "closed": bar,
                      "values": whole(coarse.of(values))} for what, note, values, scale, bar in drawn]})
    warnings = texts(file["warning"][:]) if "warning" in file else []
    write_page(path, f"{circuit}: predicted congestion", "prediction", {
        "circuit": circuit, "unit": unit, "length": length, "x": grid.x, "y": grid.y,
        "model": os.path.basename(text(file.attrs["model"])), "block": coarse.block,
        "facts": facts_of(file, grid, length), "warnings": warnings, "labels": labels,
        "count": Whole(count.tolist()), "cells": cells_of(file, gcell, of_labels, np.concatenate(listed)),
        "all_cells": len(gcell), "colours": {"value": colours_of("viridis"), "error": colours_of("RdBu_r")}})

"""Predictions, as 'gsrgnn predict -o PREDICTION.h5' writes them."""
import dataclasses
from typing import Any, Dict, List

from .circuits import Grid
from .files import Error, module, names, np, opened, text, texts
from .runs import by_label


@dataclasses.dataclass
class Prediction:
    """Of a circuit by a model, or the mean of several."""

    circuit: str
    model: str  # the run files
    label_name: List[str]
    label_unit: str
    cells: Any  # a pandas table, a row a cell in the order of the circuit's source: see read_prediction()
    grid: Grid
    map: Dict[str, np.ndarray]  # rows x columns of GCells, the lowest row first
    scores: Dict[str, float]  # against the circuit's own labels; empty: it has none
    warning: List[str]  # in what the circuit is foreign to the model


def grid_of(file):
    if "grid_x" not in file:
        raise Error(file.filename, "was written by an older program, without its GCells", "predict again")
    return Grid(file["grid_x"][:], file["grid_y"][:])


def read_prediction(path):
    """A prediction. `cells` has x, y, value and, where there are any, name, spread and label, of two labels a column
    each. `map` has over the GCells `value` and `spread`, as 'gsrgnn predict --map' writes them; `label`, the mean of
    the cells in a GCell; `rudy_h`, `rudy_v` and their mean `rudy`. Of two labels the larger counts there."""
    pandas = module("pandas")
    with opened(path, "prediction") as file:
        grid, label_name = grid_of(file), texts(file["label_name"][:])
        if "map/value" not in file:
            raise Error(path, "was written by an older program, without its map", "predict again")
        position = file["position"][:]
        table = {"name": names(file["name"])} if "name" in file else {}
        table.update(x=position[:, 0], y=position[:, 1])
        for what in ("value", "spread", "label"):
            if what in file:
                table.update(by_label(what, label_name, file[what][:]))
        maps = {name: values[:] for name, values in file["map"].items()}
        maps["rudy"] = (maps["rudy_h"] + maps["rudy_v"]) / 2
        if "label" in file:
            maps["label"] = grid.mean(grid.at(position), file["label"][:].max(axis=1))
        scores = dict(file["scores"].attrs) if "scores" in file else {}
        return Prediction(text(file.attrs["circuit"]), text(file.attrs["model"]), label_name,
                          text(file.attrs["label_unit"]), pandas.DataFrame(table), grid, maps,
                          {name: float(value) for name, value in scores.items()},
                          texts(file["warning"][:]) if "warning" in file else [])

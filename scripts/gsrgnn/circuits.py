"""Circuits, as circuit files have them."""
import dataclasses
from typing import List, Optional

from .files import module, names, np, opened, text, texts


class Grid:
    """GCells between their borders, numbered row by row from the lower left. What lies on a border belongs to the GCell
    on its right or above, what lies outside to the nearest."""

    def __init__(self, x, y):
        self.x, self.y = np.asarray(x), np.asarray(y)
        self.columns, self.rows = len(self.x) - 1, len(self.y) - 1
        self.size = self.columns * self.rows

    def at(self, position):
        """The number of the GCell at each place."""
        column, row = (np.clip(np.searchsorted(border, place, side="right") - 1, 0, len(border) - 2)
                       for border, place in zip((self.x, self.y), np.asarray(position).T))
        return row * self.columns + column

    def count(self, gcell):
        """How many of these numbers each GCell has."""
        return np.bincount(gcell, minlength=self.size)

    def mean(self, gcell, values):
        """Of the values in the GCells of these numbers the mean in each, rows x columns; not a number where there is
        none."""
        count = self.count(gcell)
        total = np.bincount(gcell, weights=values, minlength=self.size)
        mean = np.divide(total, count, out=np.full(self.size, np.nan), where=count > 0)
        return mean.reshape(self.rows, self.columns)


@dataclasses.dataclass
class Circuit:
    """N cells in the order of the circuit's source (of a DEF: its COMPONENTS), which predictions and maps have too, and
    M nets with P pins on cells."""

    name: str
    source: str  # def, bookshelf, circuitnet or generated
    net_offset: np.ndarray  # M + 1: the pins of net n are net_cell[net_offset[n]:net_offset[n + 1]]
    net_cell: np.ndarray  # P: the cell of each pin; a cell with several pins on a net recurs
    feature: np.ndarray  # N x F
    feature_name: List[str]
    type: np.ndarray  # N: places in type_name
    type_name: List[str]
    position: np.ndarray  # N x 2, in microns (of CircuitNet in GCells)
    box: np.ndarray  # left, bottom, right, top of the die
    cell_name: Optional[List[str]]  # None: the source has none
    label: Optional[np.ndarray]  # N x O; None: there are none
    label_name: List[str]
    label_unit: str
    grid: Optional[Grid]  # None: the source has no GCells
    note: List[str]  # what its import left out or took for granted

    @property
    def cells(self):
        return len(self.type)

    @property
    def nets(self):
        return len(self.net_offset) - 1

    def pin_net(self):
        """The net of each pin."""
        return np.repeat(np.arange(self.nets), np.diff(self.net_offset))

    def incidence(self):
        """Pins as a SciPy matrix in CSR form, nets x cells: how many pins a cell has on a net."""
        sparse = module("scipy.sparse")
        pins = (np.ones(len(self.net_cell), np.int64), (self.pin_net(), self.net_cell))
        return sparse.coo_matrix(pins, shape=(self.nets, self.cells)).tocsr()

    def table(self):
        """The cells as a pandas table: name, type, place, features and labels."""
        pandas = module("pandas")
        table = {} if self.cell_name is None else {"name": self.cell_name}
        table.update(type=np.array(self.type_name)[self.type])
        columns = {"position_x": self.position[:, 0], "position_y": self.position[:, 1]}
        columns.update(zip(self.feature_name, self.feature.T))
        if self.label is not None:
            columns.update(zip(self.label_name, self.label.T))
        return pandas.DataFrame({**table, **columns})


def read_circuit(path):
    """The circuit of a file of 'gsrgnn import' or 'gsrgnn generate'."""
    with opened(path, "circuit") as file:
        cells = file["cells"]
        count = len(cells["type"])
        # Files have cells in an order that is good for memory, and each one's number in the source.
        number = cells["original"][:] if "original" in cells else np.arange(count)
        here = np.argsort(number)
        labelled = "label" in cells
        return Circuit(
            name=text(file.attrs["name"]),
            source=text(file.attrs["source"]),
            net_offset=file["nets/offset"][:],
            net_cell=number[file["nets/cell"][:]].astype(np.int64),
            feature=cells["feature"][:][here],
            feature_name=texts(cells["feature_name"][:]),
            type=cells["type"][:][here],
            type_name=texts(cells["type_name"][:]),
            position=cells["position"][:][here],
            box=cells["box"][:],
            cell_name=list(np.array(names(cells["name"]), dtype=object)[here]) if "name" in cells else None,
            label=cells["label"][:][here] if labelled else None,
            label_name=texts(cells["label_name"][:]) if labelled else [],
            label_unit=text(file.attrs["label_unit"]),
            grid=Grid(file["placement/grid_x"][:], file["placement/grid_y"][:]) if "placement/grid_x" in file else None,
            note=texts(file["note"][:]) if "note" in file else [],
        )

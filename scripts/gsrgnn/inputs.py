"""A circuit as a model sees it, in arrays. What of it follows from maps of the placement the program has computed."""
from typing import Any, NamedTuple, Optional, Tuple

from .circuits import Grid
from .files import Error, np, opened, text, texts


class Relation(NamedTuple):
    """Nodes that nets join: messages pass from nodes to nets and back, which is the clique of each net."""

    net: Any  # P: of each pin
    node: Any  # P
    pins: Any  # M: how many each net has
    self_weight: Any  # N: 1 less the squares of a node's pins on each net
    inverse_degree: Any  # N


class Reading(NamedTuple):
    """What cells read of GCells: their GCell's value, large ones the mean over their box."""

    cell: Any
    gcell: Any
    share: Any
    size: Any  # N: how many each cell reads


class Inputs(NamedTuple):
    """Arrays, or tensors where a model's weights are. Nodes are cells, or the GCells row by row."""

    feature: Any  # nodes x F, as they are
    type: Any  # nodes: rows of the model's table; -1: unknown to the model, or a GCell
    start: Any  # nodes x O: of each label the map from which the model starts
    relations: Tuple[Relation, ...]  # nets, bins
    lattice: Optional[Any]  # rows x columns of GCells
    reading: Optional[Reading]  # None: nodes are cells


def relation(net, node, nodes):
    """From the net and the node of each pin."""
    nets = int(net.max()) + 1 if len(net) else 0
    pins = np.bincount(net, minlength=nets)
    pair, on_net = np.unique(net * nodes + node, return_counts=True)  # B, where it is not 0
    at_net, at_node = pair // nodes, pair % nodes
    degree = np.bincount(at_node, weights=on_net * (pins[at_net] - on_net), minlength=nodes)
    squares = np.bincount(at_node, weights=on_net * on_net, minlength=nodes)
    return Relation(net, node, pins, (1 - squares).astype(np.float32), (1 / (degree + 1)).astype(np.float32))


def nets_of_gcells(net, gcell):
    """Nets between the GCells of their cells' pins, each once; none of those that stay in one."""
    gcells = int(gcell.max()) + 1
    pair = np.unique(net * gcells + gcell)
    net, gcell = pair // gcells, pair % gcells
    leaves = np.bincount(net)[net] > 1
    return np.unique(net[leaves], return_inverse=True)[1], gcell[leaves]


def bins(grid, gcell):
    """As nets: for each GCell the cells in it and in the up to eight around it, if those are two at least."""
    row, column = gcell // grid.columns, gcell % grid.columns
    net, cell = [], []
    for above in (-1, 0, 1):
        for right in (-1, 0, 1):
            inside = np.flatnonzero((0 <= row + above) & (row + above < grid.rows) & (0 <= column + right) &
                                    (column + right < grid.columns))
            net.append((row[inside] + above) * grid.columns + column[inside] + right)
            cell.append(inside)
    net, cell = np.concatenate(net), np.concatenate(cell)
    joins = np.bincount(net)[net] > 1
    return np.unique(net[joins], return_inverse=True)[1], cell[joins]


class Seen:
    """A circuit, and what the file of maps has of it, if there is one."""

    def __init__(self, model, circuit, maps):
        self.model, self.circuit, self.maps = model, circuit, maps
        self.of_cells = dict(zip(circuit.feature_name, circuit.feature.T))
        self.of_gcells, self.box, self.grid = {}, None, circuit.grid
        if maps is not None:
            self.read(maps)

    def write_again(self):
        return f"write it again: gsrgnn maps --model {self.model.run} CIRCUIT -o MAPS.h5"

    def read(self, maps):
        with opened(maps, "maps") as file:
            cells = file["cells"]
            same = len(cells["position"]) == self.circuit.cells and text(file.attrs["circuit"]) == self.circuit.name
            if not same or not np.array_equal(cells["position"][:], self.circuit.position):
                raise Error(maps, f"is not of the circuit {self.circuit.name}, or of another placement of it",
                            self.write_again())
            if "gcells" not in file:
                raise Error(maps, "was written by an older gsrgnn, without what models of GCells read",
                            self.write_again())
            if not self.model.has_technology(file):
                raise Error(maps, "was written with other eyes than the model's (without --model, or with another)",
                            self.write_again())
            feature_name = texts(cells["feature_name"][:])
            self.of_cells.update(zip(feature_name, cells["feature"][:].T))
            self.of_gcells.update(zip(feature_name, file["gcells/feature"][:].T))
            self.box = cells["gcells"][:]
            self.grid = Grid(file["grid_x"][:], file["grid_y"][:])

    def need_maps(self, what):
        if self.maps is None:
            raise Error(self.model.run, f"its model reads {what}",
                        f"give inputs(CIRCUIT, MAPS): gsrgnn maps --model {self.model.run} CIRCUIT -o MAPS.h5")

    def feature(self, name, nodes):
        """Of the nodes ("cells" or "gcells"); "demand~1.5" is the mean of "demand_h~1.5" and "demand_v~1.5"."""
        known = self.of_cells if nodes == "cells" else self.of_gcells
        if name in known:
            return known[name]
        map_name, tilde, width = name.partition("~")
        both = [f"{map_name}_{direction}{tilde}{width}" for direction in "hv"]
        if all(one in known for one in both):
            return sum(np.float32(0.5) * known[one] for one in both)
        self.need_maps(f"'{name}', of the placement's maps")
        raise Error(self.maps, f"has no feature '{name}', which the model of {self.model.run} reads",
                    "import the circuit as those of its training were, and write its maps again")

    def gcell(self):
        """Of each cell."""
        if self.grid is None:
            self.need_maps("GCells, which the circuit has none of")
        return self.grid.at(self.circuit.position)

    def reading(self):
        left, bottom, right, top = self.box.T
        gcells = (right - left + 1) * (top - bottom + 1)
        cell = np.repeat(np.arange(len(gcells)), gcells)
        place = np.arange(len(cell)) - np.repeat(np.cumsum(gcells) - gcells, gcells)  # of each in its box
        wide = (right - left + 1)[cell]
        gcell = (bottom[cell] + place // wide) * self.grid.columns + left[cell] + place % wide
        return Reading(cell, gcell, (1 / gcells[cell]).astype(np.float32), gcells)


def see(model, circuit, maps):
    """The Inputs of a model (model.py), as arrays."""
    seen = Seen(model, circuit, maps)
    if model.nodes == "gcells":
        seen.need_maps("what GCells see of a circuit")
    nodes = seen.grid.size if model.nodes == "gcells" else circuit.cells
    relations = []
    if "nets" in model.relations:
        net, node = circuit.pin_net(), circuit.net_cell
        relations.append((net, node) if model.nodes == "cells" else nets_of_gcells(net, seen.gcell()[node]))
    if "bins" in model.relations:
        relations.append(bins(seen.grid, seen.gcell()))
    number = {name: row for row, name in enumerate(model.type_name)}
    of_types = np.array([number.get(name, -1) for name in circuit.type_name])
    nothing = np.zeros(nodes, np.float32)
    return Inputs(
        feature=np.stack([seen.feature(name, model.nodes) for name in model.feature_name], axis=1),
        type=of_types[circuit.type] if model.nodes == "cells" else np.full(nodes, -1),
        start=np.stack([seen.feature(name, model.nodes) if name else nothing for name in model.start_map], axis=1),
        relations=tuple(relation(net, node, nodes) for net, node in relations),
        lattice=np.ones((seen.grid.rows, seen.grid.columns), np.float32) if "lattice" in model.relations else None,
        reading=seen.reading() if model.nodes == "gcells" else None)

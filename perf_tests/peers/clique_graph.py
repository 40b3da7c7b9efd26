"""The clique graph of a circuit file, exported for PyG in each form that pyg_epochs.py reads:
clique_graph.py CIRCUIT.h5 GRAPH.npz. A process of its own, so that this counts in no contestant's peak memory: on Linux
a process starts with the peak of the one that starts it.
"""

import json
import sys

import h5py
import numpy as np


def clique_edges(net_offset, net_cell, cells):
    """(target, source) of every edge, sorted by target, then source, a self loop for each cell included. Cells that
    share several nets, or several pins of one, are joined by as many edges."""
    size = np.diff(net_offset)
    pins = np.repeat(size, size)  # of each pin's net
    target = np.repeat(net_cell, pins)
    # Pin p's partners are its net's pins, which follow each other: their numbers, for all p in a row.
    first = np.repeat(net_offset[:-1], size)
    source = net_cell[np.arange(pins.sum()) - np.repeat(np.cumsum(pins) - pins - first, pins)]
    other = target != source
    key = np.append(target[other] * np.int64(cells) + source[other], np.arange(cells) * np.int64(cells + 1))
    key.sort()
    return key // cells, key % cells


def row_pointer(target, cells):
    return np.append(0, np.cumsum(np.bincount(target, minlength=cells)))


def export(circuit, path):
    """Writes the arrays; returns the number of edges, and how many are left when parallel ones are merged."""
    with h5py.File(circuit, "r") as file:
        if file.attrs.get("kind") not in ("gsrgnn circuit", b"gsrgnn circuit"):
            raise SystemExit(f"{circuit}: not a circuit file; make one with `gsrgnn import` or `gsrgnn generate`")
        if "cells/label" not in file:
            raise SystemExit(f"{circuit}: has no label to learn")
        cells = len(file["cells/type"])
        arrays = {"feature": file["cells/feature"][:], "type": file["cells/type"][:],
                  "types": len(file["cells/type_name"]), "label": file["cells/label"][:]}
        target, source = clique_edges(file["nets/offset"][:], file["nets/cell"][:], cells)
    first = np.append(True, (target[1:] != target[:-1]) | (source[1:] != source[:-1]))
    place = np.flatnonzero(first)
    np.savez(
        path, **arrays,
        degree=np.bincount(target, minlength=cells),
        edge_index=np.stack([source, target]),
        row_pointer=row_pointer(target, cells),
        column=source,
        merged_row_pointer=row_pointer(target[place], cells).astype(np.int32),
        merged_column=source[place].astype(np.int32),
        multiplicity=np.diff(np.append(place, len(target))).astype(np.float32),
    )
    return {"edges": len(target), "merged_edges": len(place)}


if __name__ == "__main__":
    print(json.dumps(export(*sys.argv[1:])))

"""The graphs of a circuit file, exported for PyTorch: clique_graph.py CIRCUIT.h5 GRAPH.npz. A process of its own, so
that this counts in no contestant's peak memory: on Linux a process starts with the peak of the one that starts it.
"""

import json
import sys

import h5py
import numpy as np
from scipy import sparse


def matrices(net_offset, net_cell, cells):
    """B^T (nets x cells: the pins that a net has on a cell) and, expanded, A~ = B B^T + diag(own) (cells x cells: how
    often two cells are joined, by nets that they share and several pins on one; 1 on the diagonal), both as CSR."""
    ones = np.ones(len(net_cell), np.float32)
    pins = sparse.csr_matrix((ones, net_cell, net_offset), (len(net_offset) - 1, cells), copy=True)
    pins.sum_duplicates()  # in place
    clique = (pins.T @ pins + sparse.diags(own_weight(pins), dtype=np.float32)).tocsr()
    clique.sort_indices()
    return {"pins": pins, "clique": clique}


def own_weight(pins):
    return 1 - np.bincount(pins.indices, np.square(pins.data), pins.shape[1])


def export(circuit, path):
    """Writes the arrays; returns how many cells and edges, and how many of these when parallel ones are merged."""
    with h5py.File(circuit, "r") as file:
        if file.attrs.get("kind") not in ("gsrgnn circuit", b"gsrgnn circuit"):
            raise SystemExit(f"{circuit}: not a circuit file; make one with `gsrgnn import` or `gsrgnn generate`")
        if "cells/label" not in file:
            raise SystemExit(f"{circuit}: has no label to learn")
        arrays = {"feature": file["cells/feature"][:], "type": file["cells/type"][:],
                  "types": len(file["cells/type_name"]), "label": file["cells/label"][:]}
        graph = matrices(file["nets/offset"][:], file["nets/cell"][:], len(arrays["type"]))
    for name, matrix in graph.items():
        arrays.update({f"{name}/{part}": getattr(matrix, part) for part in ("data", "indices", "indptr", "shape")})
    np.savez(path, **arrays)
    return {"cells": len(arrays["type"]), "edges": int(graph["clique"].data.sum(dtype=float)),
            "merged_edges": graph["clique"].nnz}


def load(file, name):
    """A matrix that export wrote."""
    data, indices, indptr, shape = (file[f"{name}/{part}"] for part in ("data", "indices", "indptr", "shape"))
    return sparse.csr_matrix((data, indices, indptr), tuple(shape))


if __name__ == "__main__":
    print(json.dumps(export(*sys.argv[1:])))

#!/usr/bin/env python3
"""Seconds an epoch of one of PyG's models on one circuit, in this process: one contestant of compare.py, which has the
process's peak memory, too. Prints a JSON object.

An epoch is a full-batch step: forward, mean squared error of 80 % of the cells, backward, Adam. The models are those of
make_fixtures.py: h = X W_in + type_row[type] + b_in; layers; out = Linear(ReLU(LayerNorm(h))); RevGNN as in PyG's
examples/rev_gnn.py, without dropout. The graph has one of these forms:

  edges  edge_index, messages gathered and scattered
  csr    torch.sparse_csr, as PyG's ToSparseTensor gives it: SAGEConv and GCNConv call torch.sparse.mm, and autograd
         transposes the matrix in every backward pass
  spmm   the fastest that torch has for the same numbers: the normalised matrix and its transpose, both made once, with
         parallel edges merged and 32-bit indices, and the faster of torch's two products (MKL's, its own)
"""

import argparse
import json
import time

import numpy as np
import torch
import torch_geometric
from torch.nn import Embedding, LayerNorm, Linear, ModuleList
from torch_geometric.nn import GCNConv, GroupAddRev, SAGEConv

FORMS = ("edges", "csr", "spmm")


# ---- the graph's forms


def csr_matrix(row_pointer, column, value):
    cells = len(row_pointer) - 1
    return torch.sparse_csr_tensor(*map(torch.from_numpy, (row_pointer, column, value)), (cells, cells))


PRODUCTS = {
    "MKL": lambda matrix, x: torch.sparse.mm(matrix, x),
    "torch": lambda matrix, x: torch.sparse.mm(matrix, x, "sum"),
}


class FixedProduct:
    """X -> A X with a constant A; A's pattern is symmetric, its values need not be."""

    def __init__(self, graph, before, after, width):
        """A = diag(after) A~ diag(before)"""
        row_pointer, column, value = (graph[name] for name in ("merged_row_pointer", "merged_column", "multiplicity"))
        row = np.repeat(np.arange(len(row_pointer) - 1, dtype=np.int32), np.diff(row_pointer))
        self.matrix = csr_matrix(row_pointer, column, value * after[row] * before[column])
        self.transposed = csr_matrix(row_pointer, column, value * before[row] * after[column])
        x = torch.randn(len(row_pointer) - 1, width)
        times = {name: min(self._time(product, x) for _ in range(3)) for name, product in PRODUCTS.items()}
        self.name = min(times, key=times.get)
        self.product = PRODUCTS[self.name]

    def _time(self, product, x):
        start = time.perf_counter()
        product(self.matrix, x)
        product(self.transposed, x)
        return time.perf_counter() - start


class Apply(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, fixed):
        ctx.fixed = fixed
        return fixed.product(fixed.matrix, x)

    @staticmethod
    def backward(ctx, gradient):
        return ctx.fixed.product(ctx.fixed.transposed, gradient.contiguous()), None


class SpmmSage(torch.nn.Module):
    """SAGEConv with the matrix of the mean."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.lin_l = Linear(inputs, outputs)
        self.lin_r = Linear(inputs, outputs, bias=False)

    def reset_parameters(self):
        self.lin_l.reset_parameters()
        self.lin_r.reset_parameters()

    def forward(self, x, fixed):
        return self.lin_l(Apply.apply(x, fixed)) + self.lin_r(x)


class SpmmGcn(torch.nn.Module):
    """GCNConv with the normalised matrix."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.lin = Linear(inputs, outputs, bias=False)
        self.bias = torch.nn.Parameter(torch.zeros(outputs))

    def forward(self, x, fixed):
        return Apply.apply(self.lin(x), fixed) + self.bias


def adjacency(form, kind, graph, width):
    if form == "edges":
        edges = torch.from_numpy(graph["edge_index"])
        if kind == "gcn":  # GCNConv adds the loops itself
            edges = edges[:, edges[0] != edges[1]]
        return edges
    if form == "csr":
        if kind == "gcn":  # parallel edges merged into a weight, which a sum allows; GCNConv normalises, once
            return csr_matrix(graph["merged_row_pointer"].astype(np.int64), graph["merged_column"].astype(np.int64),
                              graph["multiplicity"])
        column = graph["column"]
        return csr_matrix(graph["row_pointer"], column, np.ones(len(column), np.float32))
    degree = graph["degree"].astype(np.float32)
    if kind == "gcn":
        return FixedProduct(graph, degree**-0.5, degree**-0.5, width)
    return FixedProduct(graph, np.ones_like(degree), 1 / degree, width)


# ---- models


def sage_conv(form, width):
    return (SpmmSage if form == "spmm" else SAGEConv)(width, width)


def gcn_conv(form, width):
    if form == "spmm":
        return SpmmGcn(width, width)
    return GCNConv(width, width, cached=True, add_self_loops=form == "edges")


class PlainLayer(torch.nn.Module):
    def __init__(self, conv):
        super().__init__()
        self.conv = conv

    def forward(self, h, graph):
        return self.conv(h, graph).relu()


class RevBlock(torch.nn.Module):
    def __init__(self, form, width):
        super().__init__()
        self.norm = LayerNorm(width)
        self.conv = sage_conv(form, width)

    def reset_parameters(self):
        self.norm.reset_parameters()
        self.conv.reset_parameters()

    def forward(self, x, graph):
        return self.conv(self.norm(x).relu(), graph)


def layer(kind, form, hidden, groups):
    if kind == "rev":
        return GroupAddRev(RevBlock(form, hidden // groups), num_groups=groups)
    if kind == "stored":
        return GroupAddRev(RevBlock(form, hidden // groups), num_groups=groups, disable=True)
    return PlainLayer(sage_conv(form, hidden) if kind == "sage" else gcn_conv(form, hidden))


class Model(torch.nn.Module):
    def __init__(self, layers, hidden, features, types, outputs):
        super().__init__()
        self.feature = Linear(features, hidden)
        self.type_row = Embedding(types, hidden)
        self.layers = ModuleList(layers)
        self.norm = LayerNorm(hidden)
        self.readout = Linear(hidden, outputs)

    def forward(self, feature, types, graph):
        h = self.feature(feature) + self.type_row(types)
        for one in self.layers:
            h = one(h, graph)
        return self.readout(self.norm(h).relu())


# ---- epochs


def standardised(values):
    deviation = values.std(axis=0)
    return torch.from_numpy((values - values.mean(axis=0)) / np.where(deviation > 0, deviation, 1)).float()


def time_epochs(model, epochs, data, graph):
    feature, types, label, training = data
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    seconds = {"total": [], "forward": [], "backward": [], "update": [], "processor": []}
    for _ in range(epochs):
        processor, times = time.process_time(), [time.perf_counter()]
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(feature, types, graph)[training], label[training])
        times.append(time.perf_counter())
        loss.backward()
        times.append(time.perf_counter())
        optimizer.step()
        times.append(time.perf_counter())
        seconds["total"].append(times[3] - times[0])
        seconds["processor"].append(time.process_time() - processor)
        for part, (start, end) in zip(("forward", "backward", "update"), zip(times, times[1:])):
            seconds[part].append(end - start)
    if not np.isfinite(loss.item()):
        raise SystemExit(f"the loss is {loss.item()}")
    return seconds


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("graph", help="as clique_graph.py exports it")
    arguments.add_argument("--kind", choices=("rev", "stored", "sage", "gcn"), default="rev",
                           help="stored: RevGNN that keeps its activations instead of rebuilding them")
    arguments.add_argument("--form", choices=FORMS, default="spmm")
    arguments.add_argument("--layers", type=int, default=10)
    arguments.add_argument("--hidden", type=int, default=384)
    arguments.add_argument("--groups", type=int, default=2)
    arguments.add_argument("--epochs", type=int, default=3)
    arguments.add_argument("--threads", type=int, default=1)
    options = arguments.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    graph = np.load(options.graph)  # reads an array when asked for it
    feature, label = standardised(graph["feature"]), standardised(graph["label"])
    cells = len(feature)
    training = torch.from_numpy(np.random.default_rng(0).permutation(cells)[: cells * 8 // 10])
    data = feature, torch.from_numpy(graph["type"]).long(), label, training

    width = options.hidden // options.groups if options.kind in ("rev", "stored") else options.hidden
    form = adjacency(options.form, options.kind, graph, width)
    layers = [layer(options.kind, options.form, options.hidden, options.groups) for _ in range(options.layers)]
    model = Model(layers, options.hidden, feature.shape[1], int(graph["types"]), label.shape[1])
    seconds = time_epochs(model, options.epochs, data, form)
    print(json.dumps({
        "seconds": seconds,
        "product": getattr(form, "name", None),
        "torch": torch.__version__,
        "pyg": torch_geometric.__version__,
    }))


if __name__ == "__main__":
    main()

"""PyG's models, and the forms in which they are given a graph: what pyg_epochs.py times, and what make_fixtures.py
takes as the reference; it holds all forms of a model to the same output and gradients.

All models: h = X W_in + type_row[type] + b_in; layers; out = Linear(ReLU(LayerNorm(h))). RevGNN as in PyG's
examples/rev_gnn.py. The forms:

  edges  edge_index, messages gathered and scattered
  csr    torch.sparse_csr, as PyG's ToSparseTensor gives it: SAGEConv and GCNConv call torch.sparse.mm, and autograd
         transposes the matrix in every backward pass
  spmm   the fastest for the same matrix: normalised and transposed once, parallel edges merged, 32-bit indices, and the
         fastest of MKL's product, torch's own and DGL's
  nets   the same without the clique: A~ X = B (B^T X) + diag(own) X, two products with the pins of each net
"""

import time

import numpy as np
import torch
from clique_graph import own_weight
from scipy import sparse
from torch.nn import Embedding, LayerNorm, Linear, ModuleList, ReLU
from torch_geometric.nn import GCNConv, GroupAddRev, SAGEConv

FIXED_FORMS = ("spmm", "nets")  # whose convolutions are below, not PyG's
FORMS = ("edges", "csr", *FIXED_FORMS)


# ---- products with a constant sparse matrix, diag(after) M diag(before)


def torch_csr(matrix, index=np.int32):
    parts = matrix.indptr.astype(index), matrix.indices.astype(index), matrix.data
    return torch.sparse_csr_tensor(*map(torch.from_numpy, parts), matrix.shape)


def torch_product(*reduce):
    def make(after, matrix, before):
        scaled = torch_csr((sparse.diags(after) @ matrix @ sparse.diags(before)).tocsr().astype(matrix.dtype))
        return lambda x: torch.sparse.mm(scaled, x, *reduce)
    return make


def dgl_product(after, matrix, before):
    """Fast without weights, so a multiplicity is parallel edges, and scales are passes of their own."""
    import dgl

    entries = matrix.tocoo()
    source, target = (torch.from_numpy(np.repeat(of, entries.data.astype(int))) for of in (entries.col, entries.row))
    rows, columns = matrix.shape
    graph = dgl.heterograph({("from", "edge", "to"): (source, target)}, {"from": columns, "to": rows})
    graph = graph.formats("csc")

    def scale(by, x):
        return x if (by == 1).all() else x * torch.from_numpy(by.astype(matrix.dtype))[:, None]

    return lambda x: scale(after, dgl.ops.copy_u_sum(graph, scale(before, x)))


PRODUCTS = {"MKL": torch_product(), "torch": torch_product("sum"), "DGL": dgl_product}


class FixedProduct:
    """X -> A X, A = F_1 F_2 .. + diag(own), by the product of this name, or that which is fastest at this width; each
    factor is (after, M, before)."""

    def __init__(self, factors, own, width, product):
        matrix = factors[0][1]
        transposed = [(before, m.T.tocsr(), after) for after, m, before in reversed(factors)]
        self.own = None if own is None else torch.from_numpy(own.astype(matrix.dtype))[:, None]
        x = torch.randn(matrix.shape[0], width, dtype=torch.from_numpy(matrix.data).dtype)
        best = float("inf")
        for name in [product] if product else PRODUCTS:
            try:
                chains = [[PRODUCTS[name](*factor) for factor in way] for way in (factors, transposed)]
            except ImportError:
                continue
            seconds = min(self._time(chains, x) for _ in range(5))
            if seconds < best:
                best, self.name, self.chains = seconds, name, chains

    def _time(self, chains, x):
        clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
        start = clock()
        for chain in chains:
            self.apply(chain, x)
        return clock() - start

    def apply(self, chain, x):
        y = x
        for factor in reversed(chain):
            y = factor(y)
        return y if self.own is None else y.addcmul_(self.own, x)


class Apply(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, fixed):
        ctx.fixed = fixed
        return fixed.apply(fixed.chains[0], x)

    @staticmethod
    def backward(ctx, gradient):
        return ctx.fixed.apply(ctx.fixed.chains[1], gradient.contiguous()), None


def adjacency(form, kind, pins, clique, width, product=None):
    """What a model of this kind and form is given as its graph; the product is the fastest, or that which is named."""
    if form not in FIXED_FORMS:
        entries = clique.tocoo()
        times = entries.data.astype(int)  # parallel edges
        edges = torch.from_numpy(np.stack([entries.col, entries.row]).repeat(times, axis=1).astype(np.int64))
        if form == "edges":  # GCNConv adds the loops itself
            return edges[:, edges[0] != edges[1]] if kind == "gcn" else edges
        if kind == "gcn":  # parallel edges as a weight, which a sum allows; GCNConv normalises, once
            return torch_csr(clique, np.int64)
        pointer = np.append(0, times.cumsum())[clique.indptr]
        column = edges[0].numpy()
        ones = np.ones(len(column), clique.dtype)
        return torch_csr(sparse.csr_matrix((ones, column, pointer), clique.shape), np.int64)
    degree = clique_degree(pins)
    after, before = (degree**-0.5, degree**-0.5) if kind == "gcn" else (1 / degree, np.ones_like(degree))
    if form == "spmm":
        return FixedProduct([(after, clique, before)], None, width, product)
    of_nets = np.ones(pins.shape[0])
    return FixedProduct([(after, pins.T.tocsr(), of_nets), (of_nets, pins, before)],
                        after * own_weight(pins) * before, width, product)


def clique_degree(pins):
    """The sums of A~'s rows."""
    return pins.T @ (pins @ np.ones(pins.shape[1])) + own_weight(pins)


# ---- models


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


def sage_conv(form, width):
    return (SpmmSage if form in FIXED_FORMS else SAGEConv)(width, width)


def gcn_conv(form, width):
    if form in FIXED_FORMS:
        return SpmmGcn(width, width)
    return GCNConv(width, width, cached=True, add_self_loops=form == "edges")


class PlainLayer(torch.nn.Module):
    def __init__(self, conv):
        super().__init__()
        self.conv, self.relu = conv, ReLU()

    def forward(self, h, graph, mask=None):
        return self.relu(self.conv(h, graph))


class RevBlock(torch.nn.Module):
    """A block of RevGNN on one group of columns; the mask is its share of the one that all layers use."""

    def __init__(self, form, width):
        super().__init__()
        self.norm, self.relu, self.conv = LayerNorm(width), ReLU(), sage_conv(form, width)

    def reset_parameters(self):
        self.norm.reset_parameters()
        self.conv.reset_parameters()

    def forward(self, x, graph, mask=None):
        h = self.relu(self.norm(x))
        return self.conv(h if mask is None else h * mask, graph)


def pyg_layer(kind, form, hidden, groups):
    if kind in ("rev", "stored"):
        return GroupAddRev(RevBlock(form, hidden // groups), num_groups=groups, disable=kind == "stored")
    return PlainLayer((sage_conv if kind == "sage" else gcn_conv)(form, hidden))


class Model(torch.nn.Module):
    def __init__(self, layers, hidden, features, types, outputs):
        super().__init__()
        self.feature = Linear(features, hidden)
        self.type_row = Embedding(types, hidden)
        self.layers = ModuleList(layers)
        self.norm, self.relu = LayerNorm(hidden), ReLU()
        self.readout = Linear(hidden, outputs)

    def forward(self, feature, types, graph, mask=None, readout_mask=None):
        h = self.feature(feature) + self.type_row(types)
        for layer in self.layers:
            h = layer(h, graph, mask)
        h = self.relu(self.norm(h))
        return self.readout(h if readout_mask is None else h * readout_mask)

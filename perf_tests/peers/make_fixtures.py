#!/usr/bin/env python3
"""The reference for the parity tests: what PyTorch 2.1.2 and PyTorch Geometric 2.5.0 make of small circuits.

    perf_tests/peers/setup.sh                                                   # once: build/peers-venv
    build/peers-venv/bin/python perf_tests/peers/make_fixtures.py               # writes unit_tests/models/parity/*.h5
    build/peers-venv/bin/python perf_tests/peers/make_fixtures.py --check       # compares with them instead

Each file holds a circuit, a model's weights, dL/d(output), and what the reference makes of them: the output and the
gradient of every weight, for L = sum(output_gradient * output). The unit tests load all but the last two and compare.

The models are those of models.py, given the clique graph as edges; the layers of GSR-GNN, which PyG does not have, are
a plain transcription of Algorithm 1 (arXiv:2603.27156) differentiated by autograd.

Inputs and weights are float32 numbers; the reference computes with them in double and is stored in float32, so that it
is exact to the rounding of its last digit. The script makes sure that
  - the same computation in float32 agrees to 1e-5 of the largest value of each array;
  - GroupAddRev's own backward, which rebuilds its inputs, agrees with plain autograd through the same map to 1e-10;
  - so do all other forms in which pyg_epochs.py times a model, whatever product they use;
  - no ReLU and no choice of the k largest is near a tie, where rounding would decide (else the next seed is taken).
The files are the same, bit for bit, when made again on the same machine.
"""

import argparse
import copy
import dataclasses
import functools
import itertools
import pathlib
import sys

import h5py
import numpy as np
import torch
import torch_geometric
from clique_graph import matrices
from models import FIXED_FORMS, FORMS, PRODUCTS, Model, adjacency, pyg_layer

VERSIONS = {"torch_version": "2.1.2", "pyg_version": "2.5.0"}
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "unit_tests" / "models" / "parity"
EPS = 1e-5  # of RMS norm
TIE_MARGIN = 3e-5  # values here are of order 1 and float32 moves them by 1e-6


@dataclasses.dataclass
class Fixture:
    name: str
    kind: str
    circuit: str
    layers: int
    hidden: int
    outputs: int = 1
    groups: int = 1
    k: int = 0
    residual: str = "none"
    dropout: float = 0.0


FIXTURES = [
    Fixture("gcn_awkward", "gcn", "awkward", layers=3, hidden=8),
    Fixture("gcn_random", "gcn", "random", layers=2, hidden=20, outputs=2),
    Fixture("sage_awkward", "sage", "awkward", layers=3, hidden=12, outputs=2),
    Fixture("sage_random", "sage", "random", layers=2, hidden=20),
    Fixture("rev_2_groups", "rev", "awkward", layers=3, hidden=20, outputs=2, groups=2),
    Fixture("rev_4_groups", "rev", "awkward", layers=2, hidden=24, groups=4),
    Fixture("rev_4_groups_dropout", "rev", "awkward", layers=2, hidden=20, outputs=2, groups=4, dropout=0.25),
    Fixture("rev_random_dropout", "rev", "random", layers=3, hidden=20, groups=2, dropout=0.25),
    Fixture("gsr_sparse", "gsr", "awkward", layers=3, hidden=22, groups=2, k=3, residual="sparse"),
    Fixture("gsr_dense", "gsr", "awkward", layers=2, hidden=20, outputs=2, groups=2, k=4, residual="dense"),
    Fixture("gsr_sparse_random", "gsr", "random", layers=2, hidden=28, outputs=2, groups=2, k=4, residual="sparse"),
    Fixture("gsr_dense_random", "gsr", "random", layers=2, hidden=20, groups=2, k=8, residual="dense"),
]


# ---- circuits


class Circuit:
    """Pins by net, a type and features for each cell, and the edges of the clique graph."""

    def __init__(self, nets, cell_type, random):
        self.cells, self.types, self.features = len(cell_type), int(max(cell_type)) + 1, 2
        self.net_offset = np.cumsum([0] + [len(net) for net in nets])
        self.net_cell = np.concatenate([np.asarray(net, np.int32) for net in nets])
        self.cell_type = np.asarray(cell_type, np.int32)
        self.feature = random.standard_normal((self.cells, self.features), np.float32)
        # One edge for each pair of pins on a net that belong to different cells.
        pairs = [(p, q) for net in nets for p, q in itertools.product(net, repeat=2) if p != q]
        loops = [(i, i) for i in range(self.cells)]
        self.edges = torch.tensor(pairs).T  # GCNConv adds the loops
        self.edges_with_loops = torch.tensor(pairs + loops).T


def awkward_circuit(random):
    """Cells with several pins on a net (0 and 3), cells that share two nets (1 and 2), a net of one pin, an empty net,
    and an isolated cell (8)."""
    nets = [[0, 1, 0, 2, 0], [1, 2], [3, 4, 3, 5], [6], [], [5, 6, 7, 0], [4, 7]]
    return Circuit(nets, [0, 1, 2, 2, 0, 1, 0, 2, 1], random)


def random_circuit(random):
    """150 cells, 170 nets of mostly 2 to 6 pins, every 34th of 20 to 40."""
    sizes = [random.integers(20, 41) if n % 34 == 0 else 2 + random.binomial(4, 0.2) for n in range(170)]
    return Circuit([list(random.integers(0, 150, size)) for size in sizes], random.integers(0, 5, 150), random)


CIRCUITS = {"awkward": awkward_circuit, "random": random_circuit}


# ---- models

nearest_tie = float("inf")  # the smallest distance to a tie that any ReLU or choice of the k largest has seen


def note_distance_to_tie(distance):
    global nearest_tie
    nearest_tie = min(nearest_tie, float(distance.detach().min()))


def note_ties_of_relus(model):
    for module in model.modules():
        if isinstance(module, torch.nn.ReLU):
            module.register_forward_hook(lambda _, inputs, output: note_distance_to_tie(inputs[0].abs()))


def k_largest(x, k):
    """GS(X, k) as a matrix with 1 at the kept places: V is X there."""
    descending = x.detach().sort(dim=1, descending=True)
    if k < x.shape[1]:
        note_distance_to_tie(descending.values[:, k - 1] - descending.values[:, k])
    return torch.zeros_like(x).scatter(1, descending.indices[:, :k], 1.0)


class GsrBlock(torch.nn.Module):
    """f(V, I) = A^ S W_n + S W_s + b with S = scatter(RMS norm of V); V is given scattered, as x * kept."""

    def __init__(self, width, k):
        super().__init__()
        self.k = k
        self.neighbour_weight = torch.nn.Parameter(torch.empty(width, width))
        self.self_weight = torch.nn.Parameter(torch.empty(width, width))
        self.bias = torch.nn.Parameter(torch.empty(width))
        self.norm_weight = torch.nn.Parameter(torch.empty(width))

    def forward(self, v, mean):
        rms = ((v * v).sum(dim=1, keepdim=True) / self.k + EPS).sqrt()
        s = self.norm_weight * v / rms
        return mean @ s @ self.neighbour_weight + s @ self.self_weight + self.bias


class GsrLayer(torch.nn.Module):
    def __init__(self, fixture):
        super().__init__()
        self.k, self.residual = fixture.k, fixture.residual
        self.f1, self.f2 = (GsrBlock(fixture.hidden // 2, self.k) for _ in range(2))

    def forward(self, h, mean, mask=None):
        x1, x2 = h.chunk(2, dim=1)
        v1 = x1 * k_largest(x1, self.k)
        x2 = x2 + self.f1(v1, mean)
        v2 = x2 * k_largest(x2, self.k)
        x1 = (v1 if self.residual == "sparse" else x1) + self.f2(v2, mean)
        return torch.cat([x1, x2], dim=1)


def make_model(fixture, circuit, form="edges"):
    def layer():
        if fixture.kind == "gsr":
            return GsrLayer(fixture)
        return pyg_layer(fixture.kind, form, fixture.hidden, fixture.groups)

    layers = [layer() for _ in range(fixture.layers)]
    model = Model(layers, fixture.hidden, circuit.features, circuit.types, fixture.outputs)
    note_ties_of_relus(model)
    return model


def edges_of(kind, circuit):
    """The graph as the reference is given it; for GSR-GNN as the matrix of the mean."""
    if kind != "gsr":
        return circuit.edges if kind == "gcn" else circuit.edges_with_loops
    source, target = circuit.edges_with_loops
    times = torch.zeros(circuit.cells, circuit.cells, dtype=torch.float64)
    times.index_put_((target, source), torch.ones(len(source), dtype=torch.float64), accumulate=True)
    return times / times.sum(dim=1, keepdim=True)


def sage_names(conv):
    return {
        "neighbour_weight": (conv.lin_l.weight, True),
        "self_weight": (conv.lin_r.weight, True),
        "bias": (conv.lin_l.bias, False),
    }


def gsr_names(block):
    return {name: (getattr(block, name), False)
            for name in ("neighbour_weight", "self_weight", "bias", "norm_weight")}


def rev_names(block):
    return {"norm_weight": (block.norm.weight, False), "norm_bias": (block.norm.bias, False), **sage_names(block.conv)}


def layer_names(kind, layer):
    if kind == "gcn":
        return {"weight": (layer.conv.lin.weight, True), "bias": (layer.conv.bias, False)}
    if kind == "sage":
        return sage_names(layer.conv)
    blocks, block_names = ((layer.f1, layer.f2), gsr_names) if kind == "gsr" else (layer.convs, rev_names)
    return {f"block_{b}/{name}": of for b, block in enumerate(blocks, 1) for name, of in block_names(block).items()}


def names_of(kind, model):
    """The files' name of every parameter, with the parameter and whether the file holds it transposed: torch's Linear
    is y = x W^T, the files' weights are y = x W; but the readout's has a row for each output, as torch's."""
    return {
        "input/feature_weight": (model.feature.weight, True),
        "input/type_weight": (model.type_row.weight, False),
        "input/bias": (model.feature.bias, False),
        **{f"layer_{l:04}/{name}": of for l, layer in enumerate(model.layers, 1)
           for name, of in layer_names(kind, layer).items()},
        "readout/norm_weight": (model.norm.weight, False),
        "readout/norm_bias": (model.norm.bias, False),
        "readout/weight": (model.readout.weight, False),
        "readout/bias": (model.readout.bias, False),
    }


# ---- what a fixture holds


def as_stored(values, transposed):
    """A parameter or its gradient as the files have it: y = x W, vectors as one row."""
    values = values.detach()
    if values.ndim == 1:
        values = values[None, :]
    return np.array(values.T if transposed else values, order="C")


def draw_parameters(names, random):
    """Weights that keep values of order 1; norm weights around 1; biases away from 0, that their gradients matter."""
    for name, (parameter, transposed) in names.items():
        stored = as_stored(parameter, transposed)
        values = random.standard_normal(stored.shape, np.float32)
        if name.endswith("norm_weight"):
            values = 1 + np.float32(0.3) * values
        elif name.endswith("bias"):
            values = np.float32(0.5) * values
        elif name != "input/type_weight":
            values = values / np.float32(np.sqrt(parameter.shape[1]))
        parameter.data = torch.from_numpy(values.T.copy() if transposed else values).reshape(parameter.shape)


def run(model, dtype, graph, kind, circuit, masks, output_gradient):
    """{"output": ..., "gradient/NAME": ...} as numpy arrays of this precision."""
    model = copy.deepcopy(model).to(dtype)  # GCNConv would keep its weights in the precision of the first run
    tensor = functools.partial(torch.tensor, dtype=dtype)
    output = model(tensor(circuit.feature), torch.tensor(circuit.cell_type), graph,
                   **{name: tensor(mask) for name, mask in masks.items()})
    (tensor(output_gradient) * output).sum().backward()
    result = {f"gradient/{name}": as_stored(p.grad, transposed)
              for name, (p, transposed) in names_of(kind, model).items()}
    return {"output": output.detach().numpy(), **result}


def largest_difference(actual, expected):
    """The worst over the arrays, each relative to its largest value, with the array's name."""
    return max((float(np.abs(actual[name] - expected[name]).max() / np.abs(expected[name]).max()), name)
               for name in expected)


def demand(what, actual, expected, tolerance):
    difference, name = largest_difference(actual, expected)
    print(f"  {what}: {difference:.1e} ({name})")
    if not difference <= tolerance:
        sys.exit(f"{what}: {name} differs by {difference:.1e}, more than {tolerance}")


def check_forms(fixture, circuit, model, result, of_fixture):
    """The model is the same in every form that pyg_epochs.py times, by every product, on a graph made from pins."""
    graph = {name: matrix.astype(np.float64)
             for name, matrix in matrices(circuit.net_offset, circuit.net_cell, circuit.cells).items()}
    for form in FORMS:
        same = make_model(fixture, circuit, form).double()
        same.load_state_dict(model.state_dict())
        for product in PRODUCTS if form in FIXED_FORMS else [None]:
            given = adjacency(form, fixture.kind, **graph, width=fixture.hidden // fixture.groups, product=product)
            demand(f"{form} {product or 'by PyG'}", of_fixture(same, torch.float64, given), result, 1e-10)


def compute_from(fixture, seed):
    """The arrays of a fixture by path, or None when rounding could decide a tie."""
    global nearest_tie
    random = np.random.default_rng(seed)
    circuit = CIRCUITS[fixture.circuit](random)
    model = make_model(fixture, circuit)
    draw_parameters(names_of(fixture.kind, model), random)
    parameters = {f"parameters/{name}": as_stored(p, transposed)
                  for name, (p, transposed) in names_of(fixture.kind, model).items()}
    # Not centred at 0, so that the gradients of biases, which are sums over all cells, do not cancel.
    output_gradient = np.float32(0.5) + random.standard_normal((circuit.cells, fixture.outputs), np.float32)
    masks = {}
    if fixture.dropout > 0:
        keep = random.random((2, circuit.cells, fixture.hidden)) >= fixture.dropout
        masks = {"mask": keep[0].astype(np.uint8), "readout_mask": keep[1].astype(np.uint8)}
    multiply_by = {name: mask / (1 - fixture.dropout) for name, mask in masks.items()}
    of_fixture = functools.partial(run, kind=fixture.kind, circuit=circuit, masks=multiply_by,
                                   output_gradient=output_gradient)

    nearest_tie = float("inf")
    edges = edges_of(fixture.kind, circuit)
    result = of_fixture(model, torch.float64, edges)
    if nearest_tie < TIE_MARGIN:
        return None
    print(f"{fixture.name}: seed {seed}, {circuit.edges_with_loops.shape[1]} edges, nearest tie {nearest_tie:.1e}")
    if fixture.kind == "rev":
        stored = copy.deepcopy(model)
        for layer in stored.layers:
            layer.disable = True
        demand("GroupAddRev against plain autograd", result, of_fixture(stored, torch.float64, edges), 1e-10)
    if fixture.kind != "gsr":
        check_forms(fixture, circuit, model, result, of_fixture)
    edges = edges.float() if fixture.kind == "gsr" else edges
    demand("float32 against double", of_fixture(model, torch.float32, edges), result, 1e-5)

    return {
        "circuit/net_offset": circuit.net_offset.astype(np.int64),
        "circuit/net_cell": circuit.net_cell,
        "circuit/cell_type": circuit.cell_type,
        "circuit/feature": circuit.feature,
        **parameters,
        **masks,
        "output_gradient": output_gradient,
        **{name: values.astype(np.float32) for name, values in result.items()},
    }


def compute(fixture):
    """From the first seed without a near tie."""
    return next(filter(None, (compute_from(fixture, seed) for seed in itertools.count())))


# ---- files


def attributes(fixture, arrays):
    """By object and name. Strings have a fixed length, for the project's reader."""
    root = {key: value for key, value in dataclasses.asdict(fixture).items() if key not in ("name", "circuit")}
    everything = {("/", key): value for key, value in {**root, **VERSIONS}.items()}
    everything["circuit", "types"] = arrays["parameters/input/type_weight"].shape[0]
    convert = {
        str: lambda text: np.array(text.encode(), h5py.string_dtype("utf-8", len(text))),
        int: np.int64,
        float: np.float64,
    }
    return {where: convert[type(value)](value) for where, value in everything.items()}


def write(path, attributes, arrays):
    """Without time stamps, so that equal content gives equal bytes; in HDF5 1.8's format, whose groups are small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        for name, values in arrays.items():
            file.create_dataset(name, data=values)
        for (object_name, key), value in attributes.items():
            file[object_name].attrs[key] = value


def check(path, attributes, arrays):
    """Leaves the program when the file holds anything else; floats may differ by 1e-5 of an array's largest value."""
    with h5py.File(path, "r") as file:
        names = set()
        file.visititems(lambda name, item: names.add(name) if isinstance(item, h5py.Dataset) else None)
        if names != set(arrays):
            sys.exit(f"{path.name}: has other arrays than expected: {sorted(names ^ set(arrays))}")
        for (object_name, key), value in attributes.items():
            stored = file[object_name].attrs.get(key)
            if stored is None or np.asarray(stored).astype(value.dtype) != value:
                sys.exit(f"{path.name}: attribute {key} is {stored}, not {value}")
        stored = {name: file[name][()] for name in arrays}
    for name, values in arrays.items():
        if stored[name].shape != values.shape or stored[name].dtype != values.dtype:
            sys.exit(f"{path.name}: {name} is {stored[name].dtype} {stored[name].shape}, "
                     f"not {values.dtype} {values.shape}")
    demand("committed file", stored, arrays, 1e-5)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    arguments.add_argument("names", nargs="*", metavar="NAME", help="fixtures to make (default: all)")
    options = arguments.parse_args()
    unknown = set(options.names) - {fixture.name for fixture in FIXTURES}
    if unknown:
        arguments.error(f"no fixture {', '.join(sorted(unknown))}; there are {', '.join(f.name for f in FIXTURES)}")
    installed = {"torch_version": torch.__version__.split("+")[0], "pyg_version": torch_geometric.__version__}
    if installed != VERSIONS:
        sys.exit(f"the reference is {VERSIONS}, but {installed} is installed; use setup.sh beside this script")

    torch.set_num_threads(1)  # sums in one order
    for fixture in FIXTURES:
        if options.names and fixture.name not in options.names:
            continue
        arrays = compute(fixture)
        path = FOLDER / f"{fixture.name}.h5"
        (check if options.check else write)(path, attributes(fixture, arrays), arrays)


if __name__ == "__main__":
    main()

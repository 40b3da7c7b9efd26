"""The models that gsrgnn trains, as PyTorch sees them: with the weights of a run file they predict what the program
does, and can be trained further, exported and checked.

    model = gsrgnn.load_model("run.h5")
    inputs = model.inputs("circuit.h5", "maps.h5")      # gsrgnn maps --model run.h5 circuit.h5 -o maps.h5
    value = model(inputs)                               # a row a cell, in the unit of the label
    model.save("tuned.h5")                              # for gsrgnn predict --model tuned.h5, or train.from

The mathematics is that of include/gsrgnn/models; what is sparse there (k values of a row) is a mask here. Dropout,
which predictions do not have, is left out.
"""
import os

import torch
from torch.nn import functional

from .circuits import Circuit, read_circuit
from .files import Error, h5py, np, opened, text, texts
from .inputs import see

EPSILON = 1e-5  # of LayerNorm and of the RMS norm
UNIT = 2.0 ** -16  # what gsr and res add to a state is rounded to multiples of it (kernels/exact_sum.hpp)
STEPS = (1, 2, 1, 4)  # GCells to a lattice's neighbours, from block to block (graph/lattice.hpp)
KINDS = ("gcn", "sage", "rev", "gsr", "res")
RELATIONS = ("nets", "lattice", "nets+lattice", "nets+bins")


def k_largest(x, k):
    """1 at the k largest values of each row, else 0; of equal values the lower column's is larger."""
    if torch.onnx.is_in_onnx_export():
        index = x.topk(k, dim=1).indices  # ONNX's TopK prefers the lower column; torch's does not say
    else:
        index = x.sort(dim=1, descending=True, stable=True).indices[:, :k]
    return torch.zeros_like(x).scatter(1, index, 1.0)


def rounded(x):
    """To whole multiples of UNIT, with the gradient of x."""
    return x + (torch.round(x / UNIT) * UNIT - x).detach()


def neighbour_sum(relation, x):
    """A~ X, of the cliques and a self loop a node."""
    of_nets = x.new_zeros(relation.pins.shape[0], x.shape[1]).index_add(0, relation.net, x[relation.node])
    by_pins = torch.zeros_like(x).index_add(0, relation.node, of_nets[relation.net])
    return by_pins + relation.self_weight.to(x.dtype)[:, None] * x


def neighbour_mean(relation, x):
    return neighbour_sum(relation, x) * relation.inverse_degree.to(x.dtype)[:, None]


def lattice_sum(lattice, weight, step, flip, x):
    """A 3 x 3 convolution over the GCells without its middle, of the die or of a flip of it."""
    width = weight.shape[1]
    of_place = weight.reshape(8, width, width)
    kernel = torch.cat([of_place[:4], of_place.new_zeros(1, width, width), of_place[4:]])
    kernel = kernel.reshape(3, 3, width, width).permute(3, 2, 0, 1)
    kernel = kernel.flip([axis for axis, flipped in ((3, flip[0]), (2, flip[1])) if flipped])
    image = x.t().reshape(1, width, lattice.shape[0], lattice.shape[1])
    return functional.conv2d(image, kernel, padding=step, dilation=step)[0].reshape(width, -1).t()


class CircuitModel(torch.nn.Module):
    """The model of a run file. Weights have the names that they have there: `input`, `layers[l][block]`, `readout`."""

    def __init__(self, run):
        super().__init__()
        self.run = run
        with opened(run, "run") as file:
            group = file["model"]
            self.read_settings(run, group.attrs)
            self.feature_name, self.type_name = texts(group["feature_name"][:]), texts(group["type_name"][:])
            self.label_name, self.label_unit = texts(group["label_name"][:]), text(group.attrs["label_unit"])
            for name in ("feature_mean", "feature_scale", "label_mean", "label_scale"):
                self.register_buffer(name, torch.tensor(group[name][:]))
            starts = "start_map" in group  # "": no map tells anything of the label; 'features: paper' has none at all
            self.start_map = texts(group["start_map"][:]) if starts else [""] * len(self.label_name)
            for name in ("start_slope", "start_intercept"):
                of_label = group[name][:] if starts else np.zeros(len(self.label_name))
                self.register_buffer(name, torch.tensor(of_label))
            weights = group["parameters"]
            self.input, self.readout = self.block(weights["input"]), self.block(weights["readout"])
            self.layers = torch.nn.ModuleList(
                torch.nn.ModuleList(self.block(weights[self.place_of_block(layer, which)])
                                    for which in range(self.groups)) for layer in range(self.depth))

    def read_settings(self, run, settings):
        def choice(name, usual, known):
            value = text(settings.get(name, usual))
            if value not in known:
                raise Error(run, f"is of a model of {name} '{value}', which is unknown here",
                            "take the Python module of the program that trained it")
            return value

        self.kind = choice("kind", "", KINDS)
        self.nodes = choice("nodes", "cells", ("cells", "gcells"))
        self.relations = choice("relations", "nets", RELATIONS)
        self.residual = choice("residual", "sparse", ("sparse", "dense"))
        self.flips = choice("flips", "off", ("off", "on")) == "on"
        self.depth, self.groups, self.k = (int(settings.get(name, 1)) for name in ("layers", "groups", "k"))

    @staticmethod
    def block(group):
        return torch.nn.ParameterDict({name: torch.nn.Parameter(torch.tensor(group[name][:])) for name in group})

    # What the model reads.

    def inputs(self, circuit, maps=None):
        """Of a circuit (a file, or of read_circuit()) and what models read of its maps (a file of 'gsrgnn maps --model
        RUN'; a model of `features: paper` and of cells needs none), as tensors where the weights are."""
        if not isinstance(circuit, Circuit):
            circuit = read_circuit(circuit)
        return self.tensors(see(self, circuit, maps))

    def tensors(self, value):
        """Arrays in tuples as tensors."""
        if value is None:
            return None
        if isinstance(value, tuple):
            made = [self.tensors(one) for one in value]
            return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
        return torch.tensor(np.ascontiguousarray(value), device=self.readout["bias"].device)

    def has_technology(self, maps):
        """Whether a file of maps was written with the eyes of this model."""
        with opened(self.run, "run") as run:
            own, other = (dict(group["technology"]) if "technology" in group else {} for group in (run["model"], maps))
            return own.keys() == other.keys() and all(np.array_equal(own[name][()], other[name][()]) for name in own)

    # What it makes of them.

    def forward(self, inputs, flip=None):
        """The prediction, cells x labels: by flip=(bool, bool) of the die flipped along x and y or not, by None what
        the program predicts, which of a model with flips is the mean over the four."""
        value = self.of_nodes(inputs, flip)
        if inputs.reading is None:
            return value
        cell, gcell, share, size = inputs.reading
        read = value[gcell] * share.to(value.dtype)[:, None]
        return value.new_zeros(size.shape[0], value.shape[1]).index_add(0, cell, read)

    def of_nodes(self, inputs, flip=None):
        """Likewise of the nodes: of GCells those without cells, too."""
        flips = [flip or (False, False)]
        if flip is None and self.flips:
            flips = [(True, True), (False, True), (True, False), (False, False)]
        outputs = [self.output(inputs, one) for one in flips]
        output = sum(one / len(outputs) for one in outputs)
        start = self.start_intercept + self.start_slope * inputs.start.double()
        return (output.double() * self.label_scale + self.label_mean + start).to(output.dtype)

    def output(self, inputs, flip):
        """Before the unit of the label."""
        dtype = self.readout["bias"].dtype
        feature = ((inputs.feature.double() - self.feature_mean) / self.feature_scale).to(dtype)
        types = functional.pad(self.input["type_weight"], (0, 0, 0, 1))  # an unknown one contributes nothing
        h = feature @ self.input["feature_weight"] + types[inputs.type] + self.input["bias"]
        h = getattr(self, f"layers_of_{self.kind}")(h, inputs, flip)
        h = functional.layer_norm(h, h.shape[1:], self.readout["norm_weight"][0], self.readout["norm_bias"][0], EPSILON)
        return functional.relu(h) @ self.readout["weight"].t() + self.readout["bias"]

    def layers_of_gcn(self, h, inputs, flip):
        for (p,) in self.layers:
            scale = inputs.relations[0].inverse_degree.to(h.dtype).sqrt()[:, None]
            mixed = scale * neighbour_sum(inputs.relations[0], scale * (h @ p["weight"]))
            h = functional.relu(mixed + p["bias"])
        return h

    def layers_of_sage(self, h, inputs, flip):
        for number, (p,) in enumerate(self.layers):
            h = functional.relu(sum(self.messages(p, number, h, inputs, flip)))
        return h

    def layers_of_rev(self, h, inputs, flip):
        x = list(h.chunk(self.groups, dim=1))
        for number, p in self.blocks():
            group = number % self.groups
            y = sum(x[1:]) if group == 0 else x[group - 1]
            y = functional.layer_norm(y, y.shape[1:], p["norm_weight"][0], p["norm_bias"][0], EPSILON)
            x[group] = x[group] + sum(self.messages(p, number, functional.relu(y), inputs, flip))
        return torch.cat(x, dim=1)

    def layers_of_gsr(self, h, inputs, flip):
        x = [rounded(one) for one in h.chunk(2, dim=1)]
        for number, p in self.blocks():
            group = number % 2  # layer by layer: the first group's message goes to the second, then back
            v = x[group] * k_largest(x[group].detach(), self.k)
            if group == 0 and self.residual == "sparse":
                x[0] = v
            x[1 - group] = self.add_block(x[1 - group], p, number, v, inputs, flip)
        return torch.cat(x, dim=1)

    def layers_of_res(self, h, inputs, flip):
        for number, p in self.blocks():
            h = self.add_block(h, p, number, h * k_largest(h.detach(), self.k), inputs, flip)
        return h

    def blocks(self):
        return enumerate(block for layer in self.layers for block in layer)

    def add_block(self, x, p, number, v, inputs, flip):
        """X + f(V), V a row's k kept values in their places."""
        s = p["norm_weight"] * v * torch.rsqrt((v * v).sum(dim=1, keepdim=True) / self.k + EPSILON)
        for message in self.messages(p, number, s, inputs, flip):
            x = x + rounded(message)
        return x

    def messages(self, p, number, s, inputs, flip):
        """What a block says of S, a part a relation: A^ S W_n, the first's with S W_s + b."""
        own = s @ p["self_weight"] + p["bias"]
        weights = [p[name] for name in ("neighbour_weight", "neighbour_weight_2") if name in p]
        parts = [neighbour_mean(relation, s @ weight) for relation, weight in zip(inputs.relations, weights)]
        if inputs.lattice is not None:
            parts.append(lattice_sum(inputs.lattice, weights[-1], STEPS[number % len(STEPS)], flip, s))
        if not inputs.relations:
            return [own, *parts]
        return [parts[0] + own, *parts[1:]]

    # As a run file has it.

    def place_of_block(self, layer, which):
        """Below model/parameters."""
        return f"layer_{layer + 1:04}" + (f"/block_{which + 1}" if self.groups > 1 else "")

    def place_of(self, name):
        """Likewise of the weight of that name here, e.g. layers.0.1.bias."""
        *block, array = name.split(".")
        if block[0] == "layers":
            return f"{self.place_of_block(int(block[1]), int(block[2]))}/{array}"
        return f"{block[0]}/{array}"

    def save(self, path):
        """A run file of the model alone, without scores and cells, for 'gsrgnn predict --model' and 'train.from'."""
        if os.path.realpath(path) == os.path.realpath(self.run):
            raise Error(path, "is the run of the model, whose scores and cells would be lost", "name another file")
        folder = os.path.dirname(os.path.abspath(path))
        if not os.access(folder, os.W_OK):
            raise Error(path, "cannot be written", f"check the folder {folder}")
        partial = f"{os.fspath(path)}.partial"  # it appears whole
        try:
            with opened(self.run, "run") as run, h5py.File(partial, "w") as file:
                for name in ("kind", "version", "program_version", "revision"):
                    file.attrs[name] = run.attrs[name]
                run.copy("model", file)
                for name in ("content_hash", "trained_parameters"):  # of the run's own
                    file["model"].attrs.pop(name, None)
                for name, weight in self.named_parameters():
                    file[f"model/parameters/{self.place_of(name)}"][...] = weight.detach().cpu().numpy()
            os.replace(partial, path)
        finally:
            if os.path.exists(partial):
                os.remove(partial)

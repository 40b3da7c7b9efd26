#!/usr/bin/env python3
"""Seconds an epoch of one of PyG's models on one circuit, in this process: one contestant of compare.py, which has the
process's peak memory, too. Prints a JSON object.

An epoch is a full-batch step: forward, mean squared error of 80 % of the cells, backward, Adam. Models and forms of the
graph: models.py; without dropout.
"""

import argparse
import json
import time

import numpy as np
import torch
import torch_geometric
from clique_graph import load
from models import FORMS, Model, adjacency, pyg_layer


def standardised(values):
    deviation = values.std(axis=0)
    return torch.from_numpy((values - values.mean(axis=0)) / np.where(deviation > 0, deviation, 1)).float()


def draw_parameters(model):
    """The same for every form of a model, so that the first epoch is, too."""
    torch.manual_seed(0)
    for name, parameter in sorted(model.named_parameters()):
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5)
        elif name.endswith("bias"):
            torch.nn.init.zeros_(parameter)


def time_epochs(model, epochs, data, graph):
    """Seconds of each epoch by part; the loss of the first, and the norm of its gradient."""
    feature, types, label, training = data
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    seconds = {"total": [], "forward": [], "backward": [], "update": [], "processor": []}
    for epoch in range(epochs):
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
        if epoch == 0:
            first = [loss.item(), sum(float(p.grad.double().square().sum()) for p in model.parameters()) ** 0.5]
    if not np.isfinite(loss.item()):
        raise SystemExit(f"the loss is {loss.item()}")
    return seconds, first


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("graph", help="as clique_graph.py exports it")
    arguments.add_argument("--kind", choices=("rev", "stored", "sage", "gcn"), default="rev",
                           help="stored: RevGNN that keeps its activations instead of rebuilding them")
    arguments.add_argument("--form", choices=FORMS, default="nets")
    arguments.add_argument("--layers", type=int, default=10)
    arguments.add_argument("--hidden", type=int, default=384)
    arguments.add_argument("--groups", type=int, default=2)
    arguments.add_argument("--epochs", type=int, default=3)
    arguments.add_argument("--threads", type=int, default=1)
    options = arguments.parse_args()

    torch.set_num_threads(options.threads)
    file = np.load(options.graph)  # reads an array when asked for it
    feature, label = standardised(file["feature"]), standardised(file["label"])
    cells = len(feature)
    training = torch.from_numpy(np.random.default_rng(0).permutation(cells)[: cells * 8 // 10])
    data = feature, torch.from_numpy(file["type"]).long(), label, training

    width = options.hidden // options.groups if options.kind in ("rev", "stored") else options.hidden
    clique = None if options.form == "nets" else load(file, "clique")
    graph = adjacency(options.form, options.kind, load(file, "pins"), clique, width)
    del clique
    layers = [pyg_layer(options.kind, options.form, options.hidden, options.groups) for _ in range(options.layers)]
    model = Model(layers, options.hidden, feature.shape[1], int(file["types"]), label.shape[1])
    draw_parameters(model)
    seconds, first = time_epochs(model, options.epochs, data, graph)
    print(json.dumps({"seconds": seconds, "first": first, "product": getattr(graph, "name", None),
                      "torch": torch.__version__, "pyg": torch_geometric.__version__,
                      "torch's kernels": torch.backends.cpu.get_cpu_capability()}))


if __name__ == "__main__":
    main()

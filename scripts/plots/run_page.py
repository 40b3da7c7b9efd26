"""The page of a run: its learning curves, its scores beside those of simple alternatives, and its deck."""
import re

from gsrgnn.files import text, texts
from gsrgnn.runs import PARTS, deck_key, deck_of

from .page import write_page
from .pictures import np
from .runs import BASELINES, FIELD_SCORES, SCORES, describe, protocol_of, settings_of_run


def rates(deck, epochs, updates):
    """The learning rate at the end of each epoch, of so many updates: as learning_rate.hpp has it."""
    full, warm_up = float(deck_key(deck, "learning_rate", 0)), float(deck_key(deck, "warm_up", 0)) * updates
    planned, schedule = float(deck_key(deck, "epochs", epochs)) * updates, deck_key(deck, "schedule", "constant")

    def rate(number):
        if number <= warm_up:
            return full * number / warm_up
        done = (number - 1 - warm_up) / (planned - warm_up)
        if schedule == "cosine":
            return full / 2 * (1 + np.cos(np.pi * done))
        if schedule == "step":
            return full if done < 0.5 else full / (10 if done < 0.75 else 100)
        return full

    return [0.0] + [rate(epoch * updates) for epoch in range(1, epochs + 1)]


def updates_an_epoch(deck, file):
    if "designs" not in file:
        return 1
    training, batch = int((file["designs/part"][:] == 0).sum()), int(deck_key(deck, "batch", 0))
    return -(-training // batch) if batch else 1


def scores_of(file):
    """(what, over what, {score: value}): the model's and those of what there is without it, on the same cells."""
    own = {heading: file["scores"].attrs[score] for score, heading in SCORES.items()}
    found = [("this model", "cells", own)]
    for name, heading in BASELINES.items():
        scores = file[f"baselines/{name}"][0] if f"baselines/{name}" in file else np.zeros(0)  # of an older program
        if np.isfinite(scores).any():
            what = f"{heading} ({text(file['baselines'].attrs['map'])})" if name == "best_map" else heading
            found.append((what, "cells", dict(zip(SCORES.values(), scores))))
    over = {}
    for part, names in (("gcells", SCORES.values()), ("field", FIELD_SCORES)):
        if part in file["scores"]:
            over.update(zip(names, file[f"scores/{part}"][0]))
    return found + [("this model", "GCells", over)]


def designs_of(file):
    """Of a joint training: a row a circuit."""
    if "designs" not in file:
        return []
    designs = file["designs"]
    return [{
        "design": text(designs["name"][number]), "part": PARTS[designs["part"][number]],
        "cells": designs["cells"][number], "edges": designs["edges"][number],
        **dict(zip(SCORES, designs["scores"][number])),
        **{name: designs[name][number][0] for name in BASELINES}
    } for number in range(len(designs["name"]))]


def facts_of(file, deck):
    circuit, measured = file["circuit"].attrs, file["measured"]
    seconds = measured["total"][:]
    memory = file["memory"].attrs if "memory" in file and "allocated" in file["memory"].attrs else measured.attrs
    threads = int(file.attrs["threads"])
    of = " of training designs" if "designs" in file else ""
    facts = [("cells" + of, f"{circuit['cells']:,}"), ("nets", f"{circuit['nets']:,}"),
             ("pins", f"{circuit['pins']:,}"), ("edges of the clique graph", f"{circuit['edges']:,}"),
             ("parameters", f"{file['model'].attrs['trained_parameters']:,}"),
             ("an epoch, median", f"{np.median(seconds):.4g} s" if len(seconds) else "none"),
             ("memory for training", f"{memory['allocated'] * 1e-6:.4g} MB"),
             ("ran on", f"{text(file.attrs['execution_space'])}, {threads} thread{'s' if threads > 1 else ''}"),
             ("written by", f"gsrgnn {text(file.attrs['program_version'])}, {text(file.attrs['revision'])}")]
    start = re.search(r"^  from: *(\S.*)$", deck, re.MULTILINE)
    return facts + ([("started from", start.group(1))] if start else [])


def write_run_page(path, file):
    deck, row = deck_of(file), settings_of_run(file)
    curves = {name: file[f"curves/{name}"][:] for name in ("loss", "validation_loss", "validation_pearson")}
    epochs = len(curves["loss"]) - 1
    curves["rate"] = rates(deck, epochs, updates_an_epoch(deck, file))
    loss = deck_key(deck, "loss", "mse")
    write_page(path, describe(row), "run", {
        "circuit": row["circuit"], "model": describe(row, of_circuit=False), "facts": facts_of(file, deck),
        "curves": curves, "loss": {"mse": "mean squared error"}.get(loss, loss), "epochs": epochs,
        "best_epoch": file["scores"].attrs["best_epoch"], "protocol": protocol_of(row), "scores": scores_of(file),
        "label": texts(file["model/label_name"][:]),
        "unit": text(file["model"].attrs.get("label_unit", "")), "designs": designs_of(file), "deck": deck})

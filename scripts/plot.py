#!/usr/bin/env python3
"""Pictures of a results file, a run file or a prediction of gsrgnn.

usage: plot.py RESULTS.h5|RUN.h5|PREDICTION.h5 [-o DIR] [--format png|svg] [--run NAME]

Of a results file ('gsrgnn collect'): scores against depth, speedup over rev against k, memory against depth, learning
curves, and for each circuit a congestion map, predicted / true / error, of the run with the best validation Pearson
(--run chooses another). Of a run file: its learning curves and map. Of a prediction: its map, and where the design has
labels also the true one and the error. Undefined scores count as 0, as in 'gsrgnn report'.
Needs Python 3 with numpy, h5py and matplotlib.
"""
import argparse
import os
import re
import sys


def fail(place, what, cure):
    """One line, and the exit code of bad input."""
    print(f"plot.py: {place}: {what}; {cure}", file=sys.stderr)
    sys.exit(2)


try:
    import h5py
    import numpy as np
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
except ImportError as error:
    fail("python3", f"the module '{error.name}' is missing",
         "install it: apt-get install python3-h5py python3-matplotlib (Debian), or pip install h5py matplotlib")

SCORES = {"pearson": "Pearson", "spearman": "Spearman", "kendall": "Kendall", "r2": "R²"}
KINDS = ["gcn", "sage", "rev", "gsr", "res"]
# Okabe and Ito's colours, told apart with any colour vision; gsr by k in one hue, from light to dark.
COLOUR = {"gcn": "#E69F00", "sage": "#CC79A7", "rev": "#000000"}
GRAPH_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = "osD^vP*Xph"
NO_CELL = "#ECECEC"
GIVE = "give what gsrgnn collect, train or predict wrote"
# What a line is of, beside circuit, kind, k, depth and width; named in the legend where it differs.
FURTHER = ["groups", "residual", "adjacency", "dropout", "epochs", "learning_rate", "execution_space", "threads"]

pyplot.rcParams.update({
    "font.size": 11, "axes.titlesize": 12, "axes.labelsize": 11, "legend.fontsize": 10, "figure.dpi": 130,
    "axes.grid": True, "grid.color": "#DDDDDD", "axes.axisbelow": True, "axes.spines.top": False,
    "axes.spines.right": False, "lines.linewidth": 1.8, "lines.markersize": 6, "svg.hashsalt": "gsrgnn",
    "svg.fonttype": "none"
})


# ---- reading


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def open_file(path):
    if not os.path.exists(path):
        fail(path, "no such file", "check the path")
    if os.path.isdir(path):
        fail(path, "is a folder", "collect its runs first: gsrgnn collect RUNS_DIR -o RESULTS.h5")
    try:
        file = h5py.File(path, "r")
    except OSError:
        fail(path, "not a readable HDF5 file (or truncated)", GIVE)
    kind = text(file.attrs.get("kind", ""))
    if kind not in ("gsrgnn results", "gsrgnn run", "gsrgnn prediction"):
        fail(path, "is neither a results file, nor a run file, nor a prediction", GIVE)
    return file, kind


def read_rows(file):
    """The table of runs that are done, as dictionaries."""
    table = file["runs"][:]
    rows = []
    for record in table:
        row = {}
        for name in table.dtype.names:
            value = record[name]
            row[name] = text(value) if isinstance(value, bytes) else value.item()
        if row["status"] == "done":
            rows.append(row)
    names = {}
    for row in rows:
        names.setdefault(row["circuit"], set()).add(row["edges"])
    for row in rows:  # as in 'gsrgnn report'
        if len(names[row["circuit"]]) > 1:
            row["circuit"] += f" ({row['edges']} edges)"
    return rows


# ---- lines


def counted(value):
    """An undefined score is that of a constant prediction, and counts as 0."""
    return np.where(np.isfinite(value), value, 0.0)


def any_undefined(rows):
    return any(not np.isfinite(row["pearson"]) for row in rows)


def group(rows, *keys):
    """Rows by the values of the keys, sorted."""
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return sorted(groups.items())


def lines(rows):
    """(label, style, rows) for each kind, k and further parameters among the rows."""
    kinds = {}
    for row in rows:
        kinds.setdefault(row["kind"], []).append(row)
    found = []
    for kind in sorted(kinds, key=lambda kind: (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)):
        own = kinds[kind]
        varied = [key for key in FURTHER
                  if any(len({row[key] for row in rows_of}) > 1
                         for _, rows_of in group(own, "circuit", "k", "layers", "hidden"))]
        ks = sorted({row["k"] for row in own})
        for number, (key, members) in enumerate(group(own, "k", *varied)):
            label = kind if key[0] == 0 else f"{kind}, k = {key[0]}"
            label += "".join(f", {name} {value}" for name, value in zip(varied, key[1:]))
            place = ks.index(key[0]) / max(len(ks) - 1, 1)
            style = {
                "color": COLOUR.get(kind, pyplot.get_cmap("Blues")(0.45 + 0.5 * place)),
                "marker": MARKERS[len(found) % len(MARKERS)],
                "linestyle": "--" if kind != "gsr" else "-",
            }
            found.append((label, style, members))
    return found


def mean_and_spread(rows, x, y):
    """x, mean and sample standard deviation of y over the rows of each x."""
    points = []
    for (place,), members in group(rows, x):
        values = counted(np.array([row[y] for row in members], dtype=float))
        points.append((place, values.mean(), values.std(ddof=1) if len(values) > 1 else 0.0))
    return [np.array(column, dtype=float) for column in zip(*points)]


def depth_axis(axes, rows):
    depths = sorted({row["layers"] for row in rows})
    if depths[0] > 0 and depths[-1] / depths[0] > 12:
        axes.set_xscale("log")
        axes.minorticks_off()
    if len(depths) <= 10:
        axes.set_xticks(depths)
        axes.set_xticklabels([str(depth) for depth in depths])
    axes.set_xlabel("layers")


class Pictures:
    """Writes pictures into a folder and says so."""

    def __init__(self, folder, form):
        self.folder, self.form, self.names = folder, form, set()

    def save(self, figure, name):
        name = re.sub(r"[^A-Za-z0-9._=-]+", "_", name)
        while name in self.names:  # two circuits whose names differ in odd characters only
            name += "_"
        self.names.add(name)
        path = os.path.join(self.folder, f"{name}.{self.form}")
        try:
            os.makedirs(self.folder, exist_ok=True)
            metadata = {"Date": None} if self.form == "svg" else {"Software": None}
            figure.savefig(path, bbox_inches="tight", metadata=metadata)
        except OSError as error:
            fail(path, f"cannot write the file ({error.strerror})", "check that the folder is writable")
        pyplot.close(figure)
        print(path)


def legend_beside(figure, axes):
    """Right of the panels, where it covers no data."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def draw_scores(pictures, rows, title, name, undefined):
    if len({row["layers"] for row in rows}) < 2:
        return False
    figure, panels = pyplot.subplots(2, 2, figsize=(8.5, 6.2), constrained_layout=True)
    for axes, (score, heading) in zip(panels.flat, SCORES.items()):
        for label, style, members in lines(rows):
            depth, mean, spread = mean_and_spread(members, "layers", score)
            axes.plot(depth, mean, label=label, **style)
            axes.fill_between(depth, mean - spread, mean + spread, color=style["color"], alpha=0.12, linewidth=0)
        axes.set_ylabel(heading)
        # A few hopeless runs must not squeeze all others into a line.
        low = min(counted(row[score]) for row in rows)
        if low < -1:
            axes.set_ylim(bottom=-1)
        depth_axis(axes, rows)
    legend_beside(figure, panels[0, 0])
    notes = "test cells; mean over seeds, band: one standard deviation"
    if undefined:
        notes += "; undefined counts as 0"
    figure.suptitle(f"{title}\n{notes}", fontsize=11)
    pictures.save(figure, name)
    return True


def over_circuits(rows):
    """For each seed the mean of a model over the circuits, where it has run on all of them."""
    circuits = {row["circuit"] for row in rows}
    if len(circuits) < 2:
        return []
    averaged = []
    for _, members in group(rows, "kind", "k", "layers", "hidden", "seed", *FURTHER):
        if {row["circuit"] for row in members} != circuits:
            continue
        row = dict(members[0], circuit="")
        for score in SCORES:
            row[score] = float(np.mean(counted(np.array([member[score] for member in members], dtype=float))))
        averaged.append(row)
    return averaged


def draw_speedup(pictures, rows):
    drawn = False
    for (hidden,), of_width in group(rows, "hidden"):
        lines_of = {}
        for (circuit, layers), members in group(of_width, "circuit", "layers"):
            rev = {}
            for row in members:
                if row["kind"] == "rev":
                    rev.setdefault((row["execution_space"], row["threads"]), []).append(row["seconds_total"])
            for row in members:
                against = rev.get((row["execution_space"], row["threads"]))
                if row["kind"] == "gsr" and against and row["seconds_total"] > 0:
                    lines_of.setdefault(layers, {}).setdefault((row["edges"], circuit), {}).setdefault(
                        row["k"], []).append(np.mean(against) / row["seconds_total"])
        if not lines_of:
            continue
        layers = max(lines_of)  # the deepest says most: what does not depend on depth weighs least
        figure, axes = pyplot.subplots(figsize=(6.2, 4.2), constrained_layout=True)
        ks = set()
        for number, ((edges, circuit), by_k) in enumerate(sorted(lines_of[layers].items())):
            k = sorted(by_k)
            ks.update(k)
            axes.plot(k, [np.mean(by_k[value]) for value in k], marker=MARKERS[number % len(MARKERS)],
                      color=GRAPH_COLOURS[number % len(GRAPH_COLOURS)], label=f"{circuit}: {short(edges)} edges")
        axes.axhline(1, color="#777777", linewidth=1)
        axes.set_xscale("log", base=2)
        axes.set_xticks(sorted(ks))
        axes.set_xticklabels([str(k) for k in sorted(ks)])
        axes.minorticks_off()
        axes.set_ylim(bottom=0)
        axes.set_xlabel("k, values kept a row")
        axes.set_ylabel("speedup of an epoch over rev")
        axes.set_title(f"{layers} layers, width {hidden}")
        legend_beside(figure, axes)
        pictures.save(figure, f"speedup-D{hidden}-L{layers}")
        drawn = True
    return drawn


def short(number):
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.3g}{unit}"
    return str(number)


def draw_memory(pictures, rows, title, name):
    if len({row["layers"] for row in rows}) < 2:
        return False
    figure, axes = pyplot.subplots(figsize=(6.2, 4.2), constrained_layout=True)
    most, least = 0.0, np.inf
    for label, style, members in lines(rows):
        depth, allocated, _ = mean_and_spread(members, "layers", "memory_allocated")
        axes.plot(depth, allocated * 1e-6, label=label, **style)
        most, least = max(most, allocated.max()), min(least, allocated.min())
    if least > 0 and most / least > 30:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    depth_axis(axes, rows)
    axes.set_ylabel("memory allocated for training (MB)")
    axes.set_title(title)
    legend_beside(figure, axes)
    pictures.save(figure, name)
    return True


# ---- learning curves


def draw_curves_of_run(pictures, run, title, name):
    curves = run["curves"]
    best = int(run["scores"].attrs["best_epoch"])
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9.5, 3.6), constrained_layout=True)
    for key, label, colour in (("loss", "training", "#0072B2"), ("validation_loss", "validation", "#D55E00")):
        left.plot(curves[key][:], label=label, color=colour)
    left.set_ylim(bottom=0)
    left.set_ylabel("mean squared error\n(standardised label)")
    left.legend(frameon=False)
    right.plot(curves["validation_pearson"][:], color="#D55E00")
    right.set_ylabel("validation Pearson")
    for axes in (left, right):
        axes.axvline(best, color="#777777", linewidth=1, linestyle=":")
        axes.set_xlabel("epoch")
    right.set_title(f"best epoch: {best}")
    figure.suptitle(title, fontsize=11)
    pictures.save(figure, name)


def draw_curves(pictures, file, rows, title, name):
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9.5, 3.8), constrained_layout=True)
    for label, style, members in lines(rows):
        style = {"color": style["color"], "linestyle": style["linestyle"]}
        for axes, key in ((left, "loss"), (right, "validation_pearson")):
            curves = [file["run"][row["name"]]["curves"][key][:] for row in members]
            length = min(len(curve) for curve in curves)
            curves = np.array([curve[:length] for curve in curves])
            if key != "loss":
                curves = counted(curves)
            axes.plot(curves.mean(axis=0), label=label, **style)
            if len(curves) > 1:
                spread = curves.std(axis=0, ddof=1)
                axes.fill_between(np.arange(length), curves.mean(axis=0) - spread, curves.mean(axis=0) + spread,
                                  color=style["color"], alpha=0.12, linewidth=0)
    left.set_ylabel("training loss (standardised label)")
    left.set_ylim(bottom=0)
    right.set_ylabel("validation Pearson")
    for axes in (left, right):
        axes.set_xlabel("epoch")
    legend_beside(figure, left)
    figure.suptitle(f"{title}: mean over seeds, band: one standard deviation", fontsize=11)
    pictures.save(figure, name)


# ---- congestion maps


def binned(x, y, value, edges):
    """The mean of the cells in each bin; not a number where there is none."""
    total, _, _ = np.histogram2d(x, y, bins=edges, weights=value)
    count, _, _ = np.histogram2d(x, y, bins=edges)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0).T


def colours(name):
    """A colour map that shows where no cell is as the background."""
    found = pyplot.get_cmap(name).copy()
    found.set_bad(NO_CELL)
    return found


def draw_map(pictures, run, title, name):
    predictions = run["predictions"]
    position, split = predictions["position"][:], predictions["split"][:]
    values, labels = predictions["value"][:], predictions["label"][:]
    model = run["model"]
    unit = text(model.attrs.get("label_unit", ""))
    names = [text(label) for label in model["label_name"][:]] if "label_name" in model else []
    length = {"circuitnet": "GCells", "several circuits": "circuit's unit"}.get(
        text(run["circuit"].attrs.get("source", "")), "µm")
    for place, named in circuits_of(run, split):
        for column in range(values.shape[1]):
            label_name = names[column] if column < len(names) else "congestion"
            heading = f"{label_name}" + (f" ({unit})" if unit else "")
            suffix = (f"-{named}" if named else "") + (f"-{label_name}" if values.shape[1] > 1 else "")
            draw_map_of(pictures, position[place], split[place] == 2, values[place, column].astype(float),
                        labels[place, column].astype(float), length, heading, title + (f", {named}" if named else ""),
                        name + suffix)


def circuits_of(run, split):
    """Where the cells of each circuit are and its name: of a joint training the test circuits, else the one."""
    if "design" not in run["predictions"] or "designs" not in run:
        return [(slice(None), "")]
    design, names = run["predictions/design"][:], run["designs/name"][:]
    return [(design == number, text(names[number])) for number in np.unique(design[split == 2])]


def bin_edges(x, y):
    """Width, height and edges of square bins of about six cells each."""
    wide, high = max(np.ptp(x), 1e-9), max(np.ptp(y), 1e-9)
    bin_size = np.sqrt(wide * high / max(len(x) / 6, 16))
    counts = [int(np.clip(round(extent / bin_size), 4, 400)) for extent in (wide, high)]
    edges = [np.linspace(axis.min(), axis.min() + extent, count + 1)
             for axis, extent, count in zip((x, y), (wide, high), counts)]
    return wide, high, edges


def scale_of(values):
    low, top = np.percentile(values, [1, 99])
    if top <= low:
        low, top = low - 0.5, low + 0.5
    return {"vmin": low, "vmax": top, "cmap": colours("viridis")}


def scale_of_error(error):
    most = max(np.percentile(np.abs(error), 99), 1e-12)
    return {"vmin": -most, "vmax": most, "cmap": colours("RdBu_r")}


def draw_prediction_of(pictures, position, value, label, length, heading, title, name):
    """Predicted and, where there are labels, true and error, side by side."""
    x, y = position[:, 0], position[:, 1]
    wide, high, edges = bin_edges(x, y)
    drawn = [("predicted", value, scale_of(value), heading)]
    if label is not None:
        both = scale_of(np.concatenate([value, label]))
        drawn = [("true", label, both, heading), ("predicted", value, both, heading),
                 ("predicted - true", value - label, scale_of_error(value - label), "error")]
    size = (4.2 * len(drawn), 3.3 * np.clip(high / wide, 0.4, 2.5) + 0.9)
    figure, panels = pyplot.subplots(1, len(drawn), figsize=size, squeeze=False, constrained_layout=True)
    for axes, (what, data, scale, of) in zip(panels[0], drawn):
        image = axes.pcolormesh(*edges, binned(x, y, data, edges), rasterized=True, **scale)
        axes.set_title(what)
        axes.set_aspect("equal")
        axes.set_facecolor(NO_CELL)
        axes.grid(False)
        axes.set_xlabel(f"x ({length})")
        figure.colorbar(image, ax=axes, extend="both", shrink=0.85).set_label(of)
    panels[0, 0].set_ylabel(f"y ({length})")
    figure.suptitle(title, fontsize=11)
    pictures.save(figure, name)


def draw_map_of(pictures, position, test, value, label, length, heading, title, name):
    x, y = position[:, 0], position[:, 1]
    wide, high, edges = bin_edges(x, y)
    error = value - label
    scales = [scale_of(np.concatenate([value, label]))] * 2 + [scale_of_error(error)]
    panel, margin = 3.3, 0.02 * max(wide, high)
    size = (3 * panel + 1.8, 1.84 * panel * np.clip(high / wide, 0.4, 2.5) + 1.0)
    figure, panels = pyplot.subplots(2, 3, figsize=size, sharex=True, sharey=True, constrained_layout=True)
    shares = f"{100 * test.mean():.0f} %"
    many = test.sum() > 600  # dots too small for an outline
    dot = np.clip(1.5e4 / max(test.sum(), 1), 3, 40)
    for column, (what, data, scale) in enumerate(zip(("predicted", "true", "predicted - true"), (value, label, error),
                                                     scales)):
        above, below = panels[0, column], panels[1, column]
        image = above.pcolormesh(*edges, binned(x, y, data, edges), rasterized=True, **scale)
        below.scatter(x[test], y[test], c=data[test], s=dot, linewidths=0 if many else 0.2, edgecolors="#555555",
                      rasterized=True, **scale)
        above.set_title(what)
        for axes in (above, below):
            axes.set_aspect("equal")
            axes.set_facecolor(NO_CELL)
            axes.grid(False)
            axes.set_xlim(edges[0][0] - margin, edges[0][-1] + margin)
            axes.set_ylim(edges[1][0] - margin, edges[1][-1] + margin)
        below.set_xlabel(f"x ({length})")
        if column == 1:
            bar = figure.colorbar(image, ax=panels[:, :2], extend="both", shrink=0.85, aspect=35, pad=0.02)
            bar.set_label(heading)
        if column == 2:
            bar = figure.colorbar(image, ax=panels[:, 2], extend="both", shrink=0.85, aspect=35, pad=0.04)
            bar.set_label("error")
    panels[0, 0].set_ylabel(f"all cells, mean a bin\ny ({length})")
    panels[1, 0].set_ylabel(f"test cells only ({shares})\ny ({length})")
    figure.suptitle(title, fontsize=11)
    pictures.save(figure, name)


# ---- the three kinds of file


def describe(row):
    model = row["kind"] if row["k"] == 0 else f"{row['kind']}, k = {row['k']}"
    return f"{row['circuit']}: {model}, {row['layers']} layers, width {row['hidden']}, seed {row['seed']}"


def plot_results(pictures, file, chosen):
    rows = read_rows(file)
    if not rows:
        fail(file.filename, "holds no run that is done", "collect again when one is")
    if chosen and chosen not in {row["name"] for row in rows}:
        fail(f"--run {chosen}", "no run that is done has that name", "'gsrgnn info' lists them")
    scores = memory = False
    for (hidden,), of_width in group(rows, "hidden"):
        averaged = over_circuits(of_width)
        if averaged:
            circuits = len({row["circuit"] for row in of_width})
            scores |= draw_scores(pictures, averaged, f"mean over {circuits} circuits, width {hidden}",
                                  f"scores-all-D{hidden}", any_undefined(of_width))
    for (circuit, hidden), members in group(rows, "circuit", "hidden"):
        where, suffix = f"{circuit}, width {hidden}", f"{circuit}-D{hidden}"
        scores |= draw_scores(pictures, members, where, f"scores-{suffix}", any_undefined(members))
        memory |= draw_memory(pictures, members, where, f"memory-{suffix}")
        deepest = max(row["layers"] for row in members)
        draw_curves(pictures, file, [row for row in members if row["layers"] == deepest], f"{where}, {deepest} layers",
                    f"curves-{suffix}-L{deepest}")
    if not scores:
        print("No scores and memory against depth: no circuit and width has runs of several depths.")
    if not draw_speedup(pictures, rows):
        print("No speedup against k: no run of rev has the circuit, layers and hidden of a run of gsr.")
    for (circuit,), members in group(rows, "circuit"):
        best = max(members, key=lambda row: float(counted(row["validation_pearson"])))
        if chosen:
            picked = [row for row in members if row["name"] == chosen]
            if not picked:
                continue
            best = picked[0]
        title = f"{describe(best)} (test Pearson {float(counted(best['pearson'])):.3f})"
        draw_map(pictures, file["run"][best["name"]], title, f"map-{circuit}")


def plot_run(pictures, file):
    deck = text(file["deck"][()])

    def key(name, default):
        found = re.search(rf"^  {name}: *(\S+)", deck, re.MULTILINE)
        return found.group(1) if found else default

    row = {"circuit": text(file["circuit"].attrs["name"]), "kind": key("kind", "?"), "k": key("k", 0),
           "layers": key("layers", "?"), "hidden": key("hidden", "?"),
           "seed": (re.findall(r"^  seed: *(\S+)", deck, re.MULTILINE) or ["?"])[-1]}
    pearson = float(counted(file["scores"].attrs["pearson"]))
    draw_curves_of_run(pictures, file, describe(row), f"curves-{row['circuit']}")
    draw_map(pictures, file, f"{describe(row)} (test Pearson {pearson:.3f})", f"map-{row['circuit']}")
    print("One run: pictures against depth and k are of a results file (gsrgnn collect).")


def plot_prediction(pictures, file):
    circuit, unit = text(file.attrs["circuit"]), text(file.attrs["label_unit"])
    length = "GCells" if text(file.attrs.get("source", "")) == "circuitnet" else "µm"
    values, labels = file["value"][:].astype(float), file["label"][:].astype(float) if "label" in file else None
    title = f"{circuit}, by {os.path.basename(text(file.attrs['model']))}"
    if "scores" in file:
        title += f" (Pearson {float(counted(file['scores'].attrs['pearson'])):.3f})"
    names = [text(name) for name in file["label_name"][:]]
    for column, label_name in enumerate(names):
        draw_prediction_of(pictures, file["position"][:], values[:, column],
                           None if labels is None else labels[:, column], length, f"{label_name} ({unit})", title,
                           f"prediction-{circuit}" + (f"-{label_name}" if len(names) > 1 else ""))


class Parser(argparse.ArgumentParser):

    def error(self, message):
        fail("usage", message, "see plot.py --help")


def main():
    parser = Parser(prog="plot.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                    usage=argparse.SUPPRESS)
    parser.add_argument("file", metavar="RESULTS.h5|RUN.h5|PREDICTION.h5")
    parser.add_argument("-o", "--output", default="pictures", metavar="DIR", help="folder to write to (pictures)")
    parser.add_argument("--format", choices=["png", "svg"], default="png")
    parser.add_argument("--run", metavar="NAME", help="the run whose map to draw; of a results file")
    options = parser.parse_args()
    file, kind = open_file(options.file)
    pictures = Pictures(options.output, options.format)
    try:
        with file:
            if kind == "gsrgnn results":
                plot_results(pictures, file, options.run)
            elif kind == "gsrgnn run":
                plot_run(pictures, file)
            else:
                plot_prediction(pictures, file)
    except (KeyError, OSError) as error:
        fail(options.file, f"is damaged ({error})", "collect, train or predict again")


if __name__ == "__main__":
    main()

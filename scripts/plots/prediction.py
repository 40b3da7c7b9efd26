"""Maps over the GCells of a prediction: true, RUDY, predicted and error; without labels what is predicted alone."""
import os

from gsrgnn.files import text, texts
from gsrgnn.predictions import grid_of

from .maps import scale_of, scale_of_error
from .pictures import NO_CELL, np, pyplot


def rudy_of(file, column, labels):
    """RUDY as the program wrote it: of two labels the direction of each, else the mean of both."""
    horizontal, vertical = (file[f"map/rudy_{direction}"][:] for direction in "hv")
    return (horizontal + vertical) / 2 if labels == 1 else (horizontal, vertical)[column]


def pearson(a, b):
    """Over the GCells where both are numbers; 0, as for scores, where it is undefined."""
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both] - a[both].mean(), b[both] - b[both].mean()
    size = np.sqrt((a * a).sum() * (b * b).sum())
    return (a * b).sum() / size if size > 0 else 0.0


def by_line(x, y):
    """x in the unit of y: by the line through which it comes closest to y, by least squares."""
    both = np.isfinite(x) & np.isfinite(y)
    columns = np.stack([x[both], np.ones(both.sum())], axis=1)
    slope, intercept = np.linalg.lstsq(columns, y[both], rcond=None)[0]
    return np.where(np.isfinite(y), slope * x + intercept, np.nan)


def panels_of(value, label, rudy):
    """(what, note, values, scale, whether its colour bar stands behind it) of each map."""
    if label is None:
        return [("predicted", "", value, scale_of(value[np.isfinite(value)]), True)]
    line, error = by_line(rudy, label), value - label
    known = np.isfinite(label)
    scale = scale_of(np.concatenate([label[known], value[known]]))
    return [("true", "", label, scale, False), ("RUDY", f"Pearson {pearson(rudy, label):.3f}", line, scale, False),
            ("predicted", f"Pearson {pearson(value, label):.3f}", value, scale, True),
            ("predicted - true", f"RMS {np.sqrt(np.mean(error[known] ** 2)):.3g}", error, scale_of_error(error[known]),
             True)]


def draw(pictures, grid, drawn, length, heading, title, name):
    x, y = grid.x, grid.y
    shape = np.clip((y[-1] - y[0]) / (x[-1] - x[0]), 0.4, 2.5)
    size = (3.4 * len(drawn) + 1.4, 3.1 * shape + 0.9)
    figure, panels = pyplot.subplots(1, len(drawn), figsize=size, squeeze=False, sharey=True, constrained_layout=True)
    same = []  # the panels before that have the scale of this
    for axes, (what, note, values, scale, bar) in zip(panels[0], drawn):
        image = axes.pcolormesh(x, y, values, rasterized=True, **scale)
        axes.set_title(f"{what}: {note}" if note else what, fontsize=11)
        axes.set_aspect("equal")
        axes.set_facecolor(NO_CELL)
        axes.grid(False)
        axes.set_xlabel(f"x ({length})")
        same.append(axes)
        if bar:
            of = "error" if what == "predicted - true" else heading
            figure.colorbar(image, ax=same, extend="both", shrink=0.85, pad=0.01).set_label(of)
            same = []
    panels[0, 0].set_ylabel(f"y ({length})")
    figure.suptitle(title, fontsize=11)
    pictures.save(figure, name)


def length_of(file):
    """The unit of places."""
    return "GCells" if text(file.attrs.get("source", "")) == "circuitnet" else "µm"


def plot_prediction(pictures, file):
    circuit, unit = text(file.attrs["circuit"]), text(file.attrs["label_unit"])
    title = f"{circuit}, by {os.path.basename(text(file.attrs['model']))}"
    grid, names = grid_of(file), texts(file["label_name"][:])
    gcell = grid.at(file["position"][:])
    for column, label_name in enumerate(names):
        value = grid.mean(gcell, file["value"][:, column])
        label = grid.mean(gcell, file["label"][:, column]) if "label" in file else None
        note = "GCells, mean of their cells"
        if label is not None:
            note += "; RUDY by the line that is closest to the truth"
        draw(pictures, grid, panels_of(value, label, rudy_of(file, column, len(names))), length_of(file),
             f"{label_name} ({unit})", f"{title}\n{note}",
             f"prediction-{circuit}" + (f"-{label_name}" if len(names) > 1 else ""))

"""Maps of the cells of a run: predicted, true and error, of all cells and of those of the test."""
from .pictures import NO_CELL, np, pyplot


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


def draw_map(pictures, cells, title, name):
    position, split, values, labels = (cells[key] for key in ("position", "split", "value", "label"))
    unit, names = cells["unit"], cells["label_name"]
    length = {"circuitnet": "GCells", "several circuits": "circuit's unit"}.get(cells["source"], "µm")
    for place, named in circuits_of(cells):
        for column in range(values.shape[1]):
            label_name = names[column] if column < len(names) else "congestion"
            heading = f"{label_name}" + (f" ({unit})" if unit else "")
            suffix = (f"-{named}" if named else "") + (f"-{label_name}" if values.shape[1] > 1 else "")
            draw_map_of(pictures, position[place], split[place] == 2, values[place, column].astype(float),
                        labels[place, column].astype(float), length, heading, title + (f", {named}" if named else ""),
                        name + suffix)


def circuits_of(cells):
    """Where the cells of each circuit are and its name: of a joint training the test circuits, else the one."""
    if not cells["design_name"]:
        return [(slice(None), "")]
    design = cells["design"]
    return [(design == number, cells["design_name"][number]) for number in np.unique(design[cells["split"] == 2])]


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

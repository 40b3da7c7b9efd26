"""Scores against depth and k, memory against depth, speedup against k."""
from .pictures import GRAPH_COLOURS, MARKERS, legend_beside, np, pyplot
from .runs import FURTHER, SCORES, counted, group, lines, mean_and_spread


def depth_axis(axes, rows):
    depths = sorted({row["layers"] for row in rows})
    if depths[0] > 0 and depths[-1] / depths[0] > 12:
        axes.set_xscale("log")
        axes.minorticks_off()
    if len(depths) <= 10:
        axes.set_xticks(depths)
        axes.set_xticklabels([str(depth) for depth in depths])
    axes.set_xlabel("layers")


def k_axis(axes, rows):
    ks = sorted({row["k"] for row in rows} - {0})
    axes.set_xscale("log", base=2)
    axes.set_xticks(ks)
    axes.set_xticklabels([str(k) for k in ks])
    axes.minorticks_off()
    axes.set_xlabel("k, values kept a row")


AXES = {"layers": depth_axis, "k": k_axis}


def draw_scores(pictures, rows, title, name, undefined, along="layers"):
    """Against depth or k, if there are several of it. What keeps all is a level among what keeps k."""
    if len({row[along] for row in rows} - {0}) < 2:
        return False
    figure, panels = pyplot.subplots(2, 2, figsize=(8.5, 6.2), constrained_layout=True)
    for axes, (score, heading) in zip(panels.flat, SCORES.items()):
        for label, style, members in lines(rows, along):
            place, mean, spread = mean_and_spread(members, along, score)
            if along == "k" and not place.any():
                axes.axhline(mean[0], label=label, color=style["color"], linestyle="--")
                axes.axhspan(mean[0] - spread[0], mean[0] + spread[0], color=style["color"], alpha=0.12, linewidth=0)
                continue
            axes.plot(place, mean, label=label, **style)
            axes.fill_between(place, mean - spread, mean + spread, color=style["color"], alpha=0.12, linewidth=0)
        axes.set_ylabel(heading)
        # A few hopeless runs must not squeeze all others into a line.
        low = min(counted(row[score]) for row in rows)
        if low < -1:
            axes.set_ylim(bottom=-1)
        AXES[along](axes, rows)
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
        axes.set_ylim(bottom=0)
        k_axis(axes, [{"k": k} for k in ks])
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

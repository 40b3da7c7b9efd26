"""Learning curves."""
from gsrgnn.runs import joined

from .pictures import legend_beside, np, pyplot
from .runs import counted, lines


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
            curves = [joined(file, f"curves/{key}", row["row"]) for row in members]
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

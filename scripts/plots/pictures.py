"""What all pictures share: the modules they need, their look, and how they are written."""
import os
import re
import sys


def fail(place, what, cure):
    """One line, and the exit code of bad input."""
    fail_with(f"{place}: {what}; {cure}")


def fail_with(line):
    print(f"plot.py: {line}", file=sys.stderr)
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

# Okabe and Ito's colours, told apart with any colour vision; gsr by k in one hue, from light to dark.
COLOUR = {"gcn": "#E69F00", "sage": "#CC79A7", "rev": "#000000"}
GRAPH_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = "osD^vP*Xph"
NO_CELL = "#ECECEC"

pyplot.rcParams.update({
    "font.size": 11, "axes.titlesize": 12, "axes.labelsize": 11, "legend.fontsize": 10, "figure.dpi": 130,
    "axes.grid": True, "grid.color": "#DDDDDD", "axes.axisbelow": True, "axes.spines.top": False,
    "axes.spines.right": False, "lines.linewidth": 1.8, "lines.markersize": 6, "svg.hashsalt": "gsrgnn",
    "svg.fonttype": "none"
})


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

"""What tests of pages are of: files that the program makes, with names that would be code if they were not text."""
import base64
import html.parser
import json
import os
import subprocess
import sys
import zlib

import h5py
import numpy as np

PLOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "plot.py")
DECK = """circuit:
  generate: {cells: 260, seed: 1}
model: {layers: 2, hidden: 16, k: 4}
train: {epochs: 6, split: [0.6, 0.2, 0.2], split_by: gcells}
"""
SWEEP = DECK + """sweep:
  kind: [gsr, rev]
  layers: [1, 2, 3]
  k: [2, 4]
  seed: [0, 1]
output: runs
"""
JOINT = """mode: joint
circuits:
  training: [a.h5, b.h5, c.h5]
  validation: [d.h5]
  test: [e.h5, f.h5]
model: {layers: 1, hidden: 16, k: 4}
train: {epochs: 4, batch: 2, schedule: step, warm_up: 1}
output: joint.h5
"""
# Each would set `hacked`, end a script, or load something, were it taken for HTML.
HOSTILE = ["<img src=x onerror=hacked=1>", "</script><script>hacked=1</script>", "\"'`${hacked=1}",
           "<a href='javascript:hacked=1'>&amp;</a>", "größe/λ[0]", "u1/%41%"]


class Made:
    """A folder with a sweep, its results, a joint run, and a prediction by two models."""

    def __init__(self, folder):
        self.folder = folder
        for name, text in (("deck.yaml", DECK), ("sweep.yaml", SWEEP), ("joint.yaml", JOINT)):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text)
        self.run("sweep", "sweep.yaml")
        self.run("collect", "runs", "-o", "results.h5")
        for seed, schedule in ((0, "cosine"), (1, "constant")):
            self.said = self.run("train", "deck.yaml", f"train.seed={seed}", f"train.schedule={schedule}",
                                 "train.warm_up=2", "train.epochs=9", f"output=s{seed}.h5")
        for number, name in enumerate("abcdef"):
            self.run("generate", "--cells", "150", "--seed", str(number), "-o", f"{name}.h5")
        self.run("train", "joint.yaml")
        self.run("generate", "--cells", "900", "--seed", "3", "-o", "other.h5")
        self.top = self.run("predict", "--model", "s0.h5", "--model", "s1.h5", "--circuit", "other.h5", "-o",
                            "prediction.h5", "--top", "5")
        with h5py.File(self.path("prediction.h5"), "a") as file:
            self.empty_the_coolest(file)
            self.names = HOSTILE + [f"_{number}_" for number in range(len(HOSTILE), len(file["value"]))]
            file["name"] = np.frombuffer("\0".join(self.names).encode(), dtype=np.uint8)
            file.attrs["circuit"] = np.bytes_("<script>hacked=1</script>")
            file.attrs["model"] = np.bytes_("<i>s0.h5</i>")
            if "warning" in file:
                del file["warning"]
            file["warning"] = np.array([b"<img src=http://example.com/a.png>"])

    @staticmethod
    def empty_the_coolest(file):
        """No cells in three GCells, which are far from hot."""
        of_cell, means, _ = gcells_of(file)
        coolest = sorted(means["value"], key=means["value"].get)[:3]
        kept = [gcell not in coolest for gcell in of_cell]
        for name in ("value", "label", "spread", "position"):
            rows = file[name][:][kept]
            del file[name]
            file[name] = rows

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments):
        done = subprocess.run([os.environ["GSRGNN_PROGRAM"], *arguments], cwd=self.folder, capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"gsrgnn {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def plot(self, *arguments, **environment):
        return subprocess.run([sys.executable, PLOT, *arguments], cwd=self.folder, env={**os.environ, **environment},
                              capture_output=True, text=True, check=False)

    def page(self, name):
        """Of a file, made once; its path."""
        if os.path.exists(self.path(f"{name}.html")):
            return self.path(f"{name}.html")
        done = self.plot(f"{name}.h5", "--html", f"{name}.html")
        if done.returncode or done.stdout != f"{name}.html\n" or done.stderr:
            raise RuntimeError(f"plot.py {name}.h5: {done.returncode} {done.stdout} {done.stderr}")
        return self.path(f"{name}.html")

    def changed(self, name, change):
        """The prediction once more, otherwise."""
        with self.open("prediction.h5") as whole, h5py.File(self.path(f"{name}.h5"), "w") as file:
            file.attrs.update(whole.attrs)
            for key in whole:
                whole.copy(key, file)
            change(file)

    def open(self, name):
        return h5py.File(self.path(name), "r")


class Parts(html.parser.HTMLParser):
    """Of a page: its tags with attributes, and the text of what has an id and of each script."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.tags, self.text, self.scripts, self.title, self.inside = [], {}, [], "", None
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())
        self.data = json.loads(zlib.decompress(base64.b64decode(self.text["data"])))
        self.library = zlib.decompress(base64.b64decode(self.text["library"])).decode()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = (tag, dict(attrs))

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside is None:
            return
        tag, attributes = self.inside
        if "id" in attributes:
            self.text[attributes["id"]] = data
        elif tag == "script":
            self.scripts.append(data)
        elif tag == "title":
            self.title += data


def gcells_of(file):
    """Of a prediction: the GCell of each cell and the mean of its columns by GCell, by plain loops."""
    x, y = file["grid_x"][:], file["grid_y"][:]
    columns, rows = len(x) - 1, len(y) - 1
    of_cell = []
    for px, py in file["position"][:]:
        column = max(number for number in range(columns) if number == 0 or x[number] <= px)
        row = max(number for number in range(rows) if number == 0 or y[number] <= py)
        of_cell.append(row * columns + column)
    means = {}
    for name in ("value", "label", "spread"):
        found = {}
        for gcell, value in zip(of_cell, file[name][:, 0]):
            found.setdefault(gcell, []).append(float(value))
        means[name] = {gcell: sum(values) / len(values) for gcell, values in found.items()}
    return of_cell, means, columns

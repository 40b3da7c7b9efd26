"""A page: one HTML file that holds all it needs, plotly.js and the data among it, and asks no network for anything."""
import base64
import hashlib
import html
import json
import os
import zlib

from gsrgnn.files import module

from .pictures import MARKERS, fail, matplotlib, np

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page")
SYMBOLS = dict(zip(MARKERS, ["circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "star", "x",
                             "pentagon", "hexagon"]))

PARTS = {"run": ["run"], "results": ["depth", "results"], "prediction": ["design", "maps", "spots", "prediction"]}

# Only what is hashed here runs, whatever a name in a file may look like; and nothing is loaded.
TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {allowed}; \
style-src 'unsafe-inline'; img-src data: blob:">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main id="page">Reading the data of this page ...</main>
<noscript>This page draws by JavaScript, which is turned off.</noscript>
<script type="application/octet-stream" id="library">{library}</script>
<script type="application/octet-stream" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def packed(text):
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def hashed(script):
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def part(name):
    with open(os.path.join(SCRIPTS, name), encoding="utf-8") as file:
        return file.read()


class Whole(list):
    """Many numbers that are plain already."""


def plain(value):
    """As JSON has it: numbers of Python's own, and None for what is not one."""
    if isinstance(value, Whole):
        return value
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def whole(values):
    """Many values in little room: multiples of a power of ten, of which there are some thousands between the least and
    the most. None where there is none."""
    values = np.asarray(values, dtype=float).ravel()
    known = np.isfinite(values)
    span = np.ptp(values[known]) if known.any() else 0.0
    step = 10.0 ** np.ceil(np.log10((span if span > 0 else max(np.abs(values[known]).max(initial=0), 1e-30)) / 20000))
    multiples = np.rint(np.where(known, values, 0) / step).astype(np.int64).astype(object)
    multiples[~known] = None
    return {"step": step, "whole": Whole(multiples.tolist())}


def colours_of(name):
    """A colour map of matplotlib's, in 64 steps."""
    return [matplotlib.colors.to_hex(colour) for colour in matplotlib.colormaps[name](np.linspace(0, 1, 64))]


def write_page(path, title, kind, data):
    """Whole or not at all."""
    library = module("plotly.offline").get_plotlyjs()
    script = "".join(part(f"{name}.js") for name in ("page", "table", *PARTS[kind])) + "start();\n"
    text = TEMPLATE.format(allowed=f"{hashed(script)} {hashed(library)}", title=html.escape(title),
                           style=part("page.css"), library=packed(library), script=script,
                           data=packed(json.dumps(plain(data), separators=(",", ":"), allow_nan=False)))
    unfinished = f"{path}.{os.getpid()}.part"
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(unfinished, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(unfinished, path)
    except OSError as error:
        fail(path, f"cannot write the file ({error.strerror})", "check that the folder is writable")
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)
    print(path)

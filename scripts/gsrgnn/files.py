"""Files that gsrgnn writes, opened with care: what is wrong with one is said in a line that names it."""
import contextlib
import importlib
import os
import sys


class Error(Exception):
    """A line: what is wrong where, and how to mend it."""

    def __init__(self, place, what, cure):
        super().__init__(f"{place}: {what}; {cure}")


class OtherKind(Error):
    """Of a file that gsrgnn wrote, but not of the kind that is asked for."""


def module(name):
    """A module that may not be installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        missing = (error.name or name).split(".")[0]
        raise Error(sys.executable, f"the module '{missing}' is missing",
                    f"install it: apt-get install python3-{missing} (Debian), or pip install {missing}") from None


h5py, np = module("h5py"), module("numpy")

# What each kind of file is called, which version of it is read, and who writes it.
KINDS = {
    "results": ("a results file", 2, "gsrgnn collect"),
    "run": ("a run file", 1, "gsrgnn train"),
    "prediction": ("a prediction", 1, "gsrgnn predict"),
    "circuit": ("a circuit file", 1, "gsrgnn import"),
    "maps": ("a file of maps", 1, "gsrgnn maps"),
}


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def texts(values):
    return [text(value) for value in values]


def names(dataset):
    """Of cells, say: texts that lie one after the other with a zero byte between them."""
    return text(dataset[:].tobytes()).split("\0")


def kind_of(file):
    return text(file.attrs.get("kind", "")).replace("gsrgnn ", "", 1)


@contextlib.contextmanager
def opened(path, *kinds):
    """The file at that path, which is to be of one of these kinds."""
    path = os.fspath(path)
    give = "give " + " or ".join(f"{KINDS[kind][0]} ({KINDS[kind][2]})" for kind in kinds)
    if not os.path.exists(path):
        raise Error(path, "no such file", "check the path")
    if os.path.isdir(path):
        collect = "collect its runs first: gsrgnn collect RUNS_DIR -o RESULTS.h5"
        raise Error(path, "is a folder", collect if "results" in kinds else give)
    try:
        file = h5py.File(path, "r")
    except OSError:
        raise Error(path, "not a readable HDF5 file (or truncated)", give) from None
    try:
        with file:
            check_kind(file, path, kinds, give)
            yield file
    except (KeyError, OSError, ValueError, IndexError) as error:
        raise Error(path, f"is damaged ({str(error).strip(chr(39) + chr(34))})", "write it again") from error


def check_kind(file, path, kinds, give):
    kind = kind_of(file)
    if kind == "checkpoint":
        raise OtherKind(path, "is the checkpoint of a training that is not done",
                        "end it: gsrgnn train --resume DECK.yaml")
    if kind not in kinds:
        wanted = [KINDS[other][0] for other in kinds]
        is_not = f"is not {wanted[0]}" if len(wanted) == 1 else f"is neither {', nor '.join(wanted)}"
        if kind in KINDS:
            raise OtherKind(path, f"{is_not} but {KINDS[kind][0]}", give)
        raise Error(path, is_not, give)
    name, version, writer = KINDS[kind]
    if int(file.attrs["version"]) < version:
        raise Error(path, f"is {name} of an older gsrgnn", f"write it again ({writer})")
    if int(file.attrs["version"]) > version:
        raise Error(path, f"is {name} of a newer gsrgnn", "take the Python module that came with it")

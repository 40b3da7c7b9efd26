"""The page of a results file: the table of its runs; scores, memory and seconds against depth and against k."""
from .page import SYMBOLS, write_page
from .pictures import fail, matplotlib, pyplot
from .runs import BASELINES, FURTHER, SCORES, group, line_of_rows, protocol_of, read_rows

SETTINGS = ["circuit", "kind", "k", "layers", "hidden", "seed"]


def looks_of(lines):
    """Colours for light and for dark paper: black turns white, and the largest k the lightest."""
    looks = []
    for label, style, members in lines:
        light = matplotlib.colors.to_hex(style["color"])
        dark = {"#000000": "#ffffff"}.get(light, light)
        if members[0]["kind"] == "gsr":
            blues = pyplot.get_cmap("Blues")
            ks = sorted({row["k"] for _, _, rows in lines for row in rows if row["kind"] == "gsr"})
            dark = matplotlib.colors.to_hex(blues(0.65 - 0.45 * ks.index(members[0]["k"]) / max(len(ks) - 1, 1)))
        looks.append({"label": label, "light": light, "dark": dark, "dash": style["linestyle"] == "--",
                      "symbol": SYMBOLS[style["marker"]]})
    return looks


def write_results_page(path, file):
    rows = read_rows(file)
    if not rows:
        fail(file.filename, "holds no run that is done", "collect again when one is")
    lines, line_of = line_of_rows(rows)
    for row in rows:
        row["protocol"] = protocol_of(row)
    varied = [key for key in FURTHER + ["protocol"]
              if any(len({row[key] for row in members}) > 1 for _, members in group(rows, "kind"))]
    kept = ["name", *SETTINGS, *varied, "protocol", "deck", *SCORES, "memory_allocated", "seconds_total",
            "epochs_trained", "map", "execution_space", "threads", "revision",
            *[f"{name}_{score}" for name in BASELINES for score in SCORES]]
    write_page(path, f"{len(rows):,} runs", "results", {
        "file": file.filename, "failed": len(file["runs"]) - len(rows), "varied": varied, "scores": SCORES,
        "baselines": BASELINES, "lines": looks_of(lines),
        "rows": [dict({key: row[key] for key in kept}, line=line) for row, line in zip(rows, line_of)]})

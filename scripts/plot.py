#!/usr/bin/env python3
"""Pictures of a results file, a run file or a prediction of gsrgnn.

usage: plot.py RESULTS.h5|RUN.h5|PREDICTION.h5 [-o DIR] [--format png|svg] [--run NAME]
       plot.py RESULTS.h5|RUN.h5|PREDICTION.h5 --html PAGE.html

Of a results file ('gsrgnn collect'): scores against depth and k, speedup over rev against k, memory against depth,
learning curves, and for each circuit a congestion map, predicted / true / error, of the run with the best validation Pearson
(--run chooses another). Of a run file: its learning curves and map. Of a prediction: its map over GCells, and where the
design has labels also the true one, RUDY's and the error. Undefined scores count as 0, as in 'gsrgnn report'.

With --html one page instead, which needs no network: of a prediction its maps with values under the pointer, hot spots
and the cells in each GCell; of a results file a table of runs to sort and filter, with figures of those that it shows;
of a run its curves, its scores beside simple alternatives, and its deck.

Needs Python 3 with numpy, h5py and matplotlib, and for a page plotly.
"""
import argparse
import os

from plots.pictures import Pictures, fail, fail_with  # before all that needs a module that may be missing

from gsrgnn.files import Error, kind_of, opened
from gsrgnn.runs import cells_of_results, cells_of_run
from plots.against_settings import draw_memory, draw_scores, draw_speedup, over_circuits
from plots.curves import draw_curves, draw_curves_of_run
from plots.maps import draw_map
from plots.prediction import plot_prediction
from plots.prediction_page import write_prediction_page
from plots.results_page import write_results_page
from plots.run_page import write_run_page
from plots.runs import any_undefined, counted, describe, group, read_rows, settings_of_run


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
            where, undefined = f"mean over {circuits} circuits, width {hidden}", any_undefined(of_width)
            scores |= draw_scores(pictures, averaged, where, f"scores-all-D{hidden}", undefined)
            draw_scores(pictures, averaged, where, f"scores-k-all-D{hidden}", undefined, along="k")
    for (circuit, hidden), members in group(rows, "circuit", "hidden"):
        where, suffix = f"{circuit}, width {hidden}", f"{circuit}-D{hidden}"
        scores |= draw_scores(pictures, members, where, f"scores-{suffix}", any_undefined(members))
        draw_scores(pictures, members, where, f"scores-k-{suffix}", any_undefined(members), along="k")
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
        draw_map(pictures, cells_of_results(file, best["row"], best), title, f"map-{circuit}")


def plot_run(pictures, file):
    row = settings_of_run(file)
    pearson = float(counted(file["scores"].attrs["pearson"]))
    draw_curves_of_run(pictures, file, describe(row), f"curves-{row['circuit']}")
    draw_map(pictures, cells_of_run(file), f"{describe(row)} (test Pearson {pearson:.3f})", f"map-{row['circuit']}")
    print("One run: pictures against depth and k are of a results file (gsrgnn collect).")


PAGES = {"results": write_results_page, "run": write_run_page, "prediction": write_prediction_page}


def write_page(options, file):
    if os.path.exists(options.html) and os.path.samefile(options.html, options.file):
        fail(options.html, "is the file that is to be drawn", "give --html another name")
    PAGES[kind_of(file)](options.html, file)


class Parser(argparse.ArgumentParser):

    def error(self, message):
        fail("usage", message, "see plot.py --help")


def main():
    parser = Parser(prog="plot.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                    usage=argparse.SUPPRESS)
    parser.add_argument("file", metavar="RESULTS.h5|RUN.h5|PREDICTION.h5")
    parser.add_argument("-o", "--output", metavar="DIR", help="folder to write to (pictures)")
    parser.add_argument("--format", choices=["png", "svg"], help="of pictures (png)")
    parser.add_argument("--run", metavar="NAME", help="the run whose map to draw; of a results file")
    parser.add_argument("--html", metavar="PAGE.html", help="the page to write, instead of pictures")
    options = parser.parse_args()
    if options.html and (options.output or options.format or options.run):
        fail("usage", "--html does not go with -o, --format or --run, which are of pictures", "leave out either")
    pictures = Pictures(options.output or "pictures", options.format or "png")
    try:
        with opened(options.file, *PAGES) as file:
            if options.html:
                write_page(options, file)
            elif kind_of(file) == "results":
                plot_results(pictures, file, options.run)
            elif kind_of(file) == "run":
                plot_run(pictures, file)
            else:
                plot_prediction(pictures, file)
    except Error as error:
        fail_with(error)


if __name__ == "__main__":
    main()

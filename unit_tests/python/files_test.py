"""What scripts/gsrgnn reads is what the program says: in JSON, in CSV and in the files themselves."""
import csv
import subprocess
import sys
import unittest
import warnings

import h5py
import numpy as np
import pandas

import gsrgnn
from support import ProgramTest

SCORES = ["pearson", "spearman", "kendall", "r2"]


def columns_of(path):
    """A CSV's columns, as text."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return dict(zip(rows[0], zip(*rows[1:])))


def numbers(column):
    return np.array(column, dtype=float)


class Runs(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_program("generate", "--cells", 300, "--seed", 1, "-o", "circuit.h5")
        for name, *keys in (("a", "model.layers=1"), ("deep/b", "train.seed=2"), ("deep/c", "model.kind=rev")):
            cls.train("circuit.h5", f"runs/{name}.h5", *keys)
        with open("runs/lost.failed", "w", encoding="utf-8") as file:
            file.write('{"reason": "diverged", "revision": "1a2b", "deck": "model: {layers: 9}"}')
        cls.run_program("collect", "runs", "-o", "results.h5")

    def test_tables_of_a_folder_and_of_a_results_file_are_one(self):
        of_folder, of_results = gsrgnn.read_runs("runs"), gsrgnn.read_runs("results.h5")
        self.assertEqual(list(of_folder.name), ["a", "deep/b", "deep/c", "lost"])
        self.assertEqual(list(of_folder.status), ["done"] * 3 + ["failed"])
        self.assertEqual(of_folder.reason[3], "diverged")
        self.assertEqual(list(of_folder.columns), list(of_results.columns))
        done = [table[table.status == "done"].reset_index(drop=True) for table in (of_folder, of_results)]
        pandas.testing.assert_frame_equal(*done, check_dtype=False, check_exact=True)
        pandas.testing.assert_frame_equal(gsrgnn.read_curves("runs"), gsrgnn.read_curves("results.h5"),
                                          check_exact=True)

    def test_a_run_is_what_info_says(self):
        row, info = gsrgnn.read_runs("runs/deep/b.h5").loc[0], self.info("runs/deep/b.h5")
        self.assertEqual(row["name"], "b")
        for name, value in info["parameters"].items():
            self.assertEqual(row[name], value, name)
        for name in SCORES:
            self.assertEqual(row[name], info["scores"][name])
            self.assertEqual(row[f"linear_fit_{name}"], info["linear_fit"][name])
        for name in ("circuit", "cells", "nets", "pins", "edges", "content_hash", "model_hash", "deck", "best_epoch"):
            self.assertEqual(row[name], info[name], name)
        for part, seconds in info["seconds_per_epoch"].items():
            self.assertEqual(row[f"seconds_{part}"], seconds)
        curves = gsrgnn.read_curves("runs/deep/b.h5")
        self.assertEqual(list(curves.epoch), [0, 1, 2, 3, 4])
        self.assertEqual(curves.loss[4], info["loss"])
        self.assertEqual(curves.seconds_total[1:].median(), info["seconds_per_epoch"]["total"])
        self.assertEqual(curves.validation_pearson.max(), row.validation_pearson)

    def test_a_hash_of_digits_is_no_number(self):
        def digits(file):
            summary = file["measured/summary"]
            found = summary[:].tobytes().replace(file["circuit"].attrs["content_hash"], b"0123456789012345")
            summary[...] = np.frombuffer(found, np.uint8)

        self.changed("runs/a.h5", digits)
        self.assertEqual(gsrgnn.read_runs("changed.h5").content_hash[0], "0123456789012345")

    def test_cells_have_the_scores_of_the_run(self):
        cells, of_results = gsrgnn.read_cells("runs/a.h5"), gsrgnn.read_cells("results.h5", run="a")
        pandas.testing.assert_frame_equal(cells, of_results, check_exact=True)
        test = cells[cells.split == "test"]
        self.assertEqual(len(cells), 300)
        self.assertAlmostEqual(test.value.corr(test.label), self.info("runs/a.h5")["scores"]["pearson"], places=6)

    def test_cells_of_a_joint_run_have_their_design(self):
        for seed in (2, 3, 4):
            self.run_program("generate", "--cells", 100 + seed, "--seed", seed, "-o", f"{seed}.h5")
        with open("joint.yaml", "w", encoding="utf-8") as deck:
            deck.write("mode: joint\ncircuits: {training: [2.h5], validation: [3.h5], test: [4.h5]}\n"
                       "model: {layers: 1, hidden: 8, k: 2}\ntrain: {epochs: 2}\noutput: joint/j.h5\n")
        self.run_program("train", "joint.yaml")
        self.run_program("collect", "joint", "-o", "joint.h5")
        cells = gsrgnn.read_cells("joint/j.h5")
        self.assertEqual(cells.groupby("split").design.unique().map(list).to_dict(),
                         {"test": ["generated-104-s4"], "validation": ["generated-103-s3"]})
        pandas.testing.assert_frame_equal(cells, gsrgnn.read_cells("joint.h5", run="j"), check_exact=True)

    def test_what_is_no_run_is_refused(self):
        self.refuses(lambda: gsrgnn.read_runs("none.h5"), "none.h5: ", "no such file")
        self.refuses(lambda: gsrgnn.read_runs("deck.yaml"), "deck.yaml: ", "not a readable HDF5 file", "gsrgnn train")
        self.refuses(lambda: gsrgnn.read_runs("circuit.h5"), "circuit.h5: ", "but a circuit file", "gsrgnn collect")
        self.refuses(lambda: gsrgnn.read_cells("runs"), "runs: ", "is a folder")
        self.refuses(lambda: gsrgnn.read_cells("results.h5", run="d"), "results.h5: ", "no run 'd'", "a, deep/b")
        self.refuses(lambda: gsrgnn.read_cells("results.h5"), "results.h5: ", "several runs", "run=", "a, deep/b")
        self.refuses(lambda: gsrgnn.read_runs(self.folder + "/empty"), "no such file")
        with open("runs/deep/b.h5", "rb") as whole, open("cut.h5", "wb") as cut:
            cut.write(whole.read(4000))
        self.refuses(lambda: gsrgnn.read_runs("cut.h5"), "cut.h5: ", "truncated")
        self.train("circuit.h5", "kept.h5", "train.checkpoint={keep: true}")
        self.refuses(lambda: gsrgnn.read_runs("kept.h5.checkpoint"), "a training that is not done", "--resume")

    def test_files_of_other_programs_are_refused(self):
        def refuses(path, change, *words, read=gsrgnn.read_runs):
            self.changed(path, change)
            self.refuses(lambda: read("changed.h5"), "changed.h5: ", *words)

        refuses("results.h5", lambda file: file.attrs.update(version=1), "of an older gsrgnn", "(gsrgnn collect)")
        refuses("runs/a.h5", lambda file: file.attrs.update(version=2), "of a newer gsrgnn", "Python module")
        refuses("runs/a.h5", lambda file: file.pop("measured"), "by an older gsrgnn", "gsrgnn collect")
        refuses("runs/a.h5", lambda file: file.pop("predictions"), "is damaged", read=gsrgnn.read_cells)

    def test_a_folder_leaves_out_what_is_damaged_and_says_so(self):
        self.run_program("generate", "--cells", 100, "-o", "odd/circuit.h5")  # no mistake
        with open("odd/cut.h5", "wb") as file:
            file.write(b"\x89HDF")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.refuses(lambda: gsrgnn.read_runs("odd"), "odd: ", "holds no run file")
        self.assertEqual(len(caught), 1)
        self.assertIn("left out: odd/cut.h5: ", str(caught[0].message))

    def test_a_missing_module_is_named(self):
        code = ("import sys; sys.modules['pandas'] = None\nimport gsrgnn\n"
                "try: gsrgnn.read_runs('runs')\nexcept gsrgnn.Error as error: print(error)")
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        self.assertEqual(said, f"{sys.executable}: the module 'pandas' is missing; install it: apt-get install "
                               "python3-pandas (Debian), or pip install pandas\n")


class Designs(ProgramTest):
    """A routed design with names, of two labels, by two models of GCells that see the die flipped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.import_designs()
        for seed in (0, 1):
            cls.train("seen.h5", f"{seed}.h5", f"train.seed={seed}", "model.nodes=gcells", "model.relations=lattice",
                      "model.flips=on")
        both = ["--model", "0.h5", "--model", "1.h5", "--circuit", "new.h5"]
        cls.run_program("predict", *both, "-o", "p.h5")
        cls.run_program("predict", *both, "-o", "cells.csv", "--map", "map.csv")

    def test_a_circuit_is_that_of_its_source(self):
        circuit, info, cells = gsrgnn.read_circuit("new.h5"), self.info("new.h5"), columns_of("cells.csv")
        self.assertEqual(circuit.cell_name, list(cells["instance"]))
        self.assertEqual(circuit.cell_name, sorted(circuit.cell_name, key=lambda name: int(name[1:])))
        np.testing.assert_array_equal(circuit.position, np.stack([numbers(cells["x"]), numbers(cells["y"])], axis=1))
        self.assertEqual(circuit.label_name, ["congestion_horizontal", "congestion_vertical"])
        for column, name in enumerate(circuit.label_name):
            np.testing.assert_array_equal(circuit.label[:, column], numbers(cells[f"label_{name}"]).astype("f"))
        self.assertEqual((circuit.cells, circuit.nets), (info["cells"], info["nets"]))
        self.assertEqual(circuit.label_unit, "routed length / track capacity")
        self.assertEqual([circuit.type_name[t] for t in circuit.type[:2]], ["RAM", "RAM"])
        self.assertEqual((circuit.grid.columns, circuit.grid.rows), (16, 16))
        self.assertTrue(any("have no net" in note for note in circuit.note))
        table = circuit.table()
        self.assertEqual(list(table.name), circuit.cell_name)
        np.testing.assert_array_equal(table.log_pins, circuit.feature[:, circuit.feature_name.index("log_pins")])

    def test_the_incidence_gives_the_graph(self):
        circuit, info = gsrgnn.read_circuit("new.h5"), self.info("new.h5")
        incidence = circuit.incidence()
        self.assertEqual(incidence.shape, (info["nets"], info["cells"]))
        self.assertEqual(incidence.sum(), info["pins"])
        # Of each cell in nets of the DEF: n0 begins at u0, and all others have two pins at least.
        self.assertGreaterEqual(incidence.sum(axis=1).min(), 2)
        clique = (incidence.T @ incidence).toarray()
        np.fill_diagonal(clique, 1)
        self.assertEqual(clique.sum(), info["edges"])
        pins = circuit.feature[:, circuit.feature_name.index("log_pins")]
        np.testing.assert_allclose(np.asarray(incidence.sum(axis=0))[0], np.expm1(pins), rtol=1e-5)

    def test_a_prediction_is_what_the_csvs_say(self):
        prediction, cells, gcells = gsrgnn.read_prediction("p.h5"), columns_of("cells.csv"), columns_of("map.csv")
        table = prediction.cells
        self.assertEqual(list(table.name), list(cells["instance"]))
        for name in prediction.label_name:
            for ours, theirs in (("value", "prediction"), ("spread", "spread"), ("label", "label")):
                np.testing.assert_array_equal(table[f"{ours}_{name}"], numbers(cells[f"{theirs}_{name}"]).astype("f"))
        grid = prediction.grid
        place = grid.at(np.stack([numbers(gcells["x0"]), numbers(gcells["y0"])], axis=1))
        np.testing.assert_array_equal(place, np.arange(256))  # of all GCells, row by row
        for name, values in gcells.items():
            if name.split()[0] in ("value", "spread"):
                np.testing.assert_allclose(prediction.map[name.split()[0]].ravel(), numbers(values), rtol=1e-5)
        self.assertEqual(prediction.scores, {name: self.info("p.h5")["scores"][name] for name in SCORES})
        self.assertEqual((prediction.circuit, prediction.model), ("new", "0.h5, 1.h5"))

    def test_maps_of_a_prediction_lie_where_the_design_does(self):
        prediction, circuit = gsrgnn.read_prediction("p.h5"), gsrgnn.read_circuit("new.h5")
        self.run_program("maps", "new.h5", "-o", "maps.h5")
        with h5py.File("maps.h5") as maps:
            for name in ("rudy_h", "rudy_v"):
                np.testing.assert_array_equal(prediction.map[name], maps[f"map/{name}"][:])
            # Cells see the map at their GCell: by the program's own choice of it, and by ours.
            small = circuit.type != circuit.type_name.index("RAM")
            seen = maps["cells/feature"][:, [text.decode() for text in maps["cells/feature_name"]].index("rudy_h")]
            gcell = prediction.grid.at(circuit.position)
            np.testing.assert_array_equal(seen[small], prediction.map["rudy_h"].ravel()[gcell][small].astype("f"))
        np.testing.assert_array_equal(prediction.map["rudy"], (prediction.map["rudy_h"] + prediction.map["rudy_v"]) / 2)
        label = prediction.map["label"].ravel()
        empty = np.setdiff1d(np.arange(256), gcell)
        self.assertTrue(np.isnan(label[empty]).all() and np.isfinite(label[gcell]).all())
        alone = np.flatnonzero(np.bincount(gcell)[gcell] == 1)
        np.testing.assert_allclose(label[gcell[alone]], circuit.label[alone].max(axis=1))

    def test_what_is_no_circuit_or_prediction_is_refused(self):
        self.refuses(lambda: gsrgnn.read_circuit("new.def"), "new.def: ", "not a readable HDF5 file", "gsrgnn import")
        self.refuses(lambda: gsrgnn.read_circuit("0.h5"), "0.h5: ", "is not a circuit file but a run file")
        self.refuses(lambda: gsrgnn.read_prediction("0.h5"), "0.h5: ", "is not a prediction", "gsrgnn predict")
        self.changed("p.h5", lambda file: file.pop("map/value"))
        self.refuses(lambda: gsrgnn.read_prediction("changed.h5"), "changed.h5: ", "older program", "predict again")


if __name__ == "__main__":
    unittest.main()

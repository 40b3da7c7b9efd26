"""Pages of scripts/plot.py, as files: what they hold, that they load nothing, and what is refused."""
import base64
import csv
import hashlib
import json
import os
import re
import tempfile
import unittest
from unittest import mock

import h5py
import numpy as np

from made import Made, Parts, gcells_of

SCORES = {"pearson": "Pearson", "spearman": "Spearman", "kendall": "Kendall", "r2": "R²"}


class Pages(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="gsrgnn_html.")
        cls.made = Made(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_load_nothing_and_run_only_their_own_scripts(self):
        for name in ("s0", "joint", "results", "prediction"):
            path = self.made.page(name)
            parts = Parts(path)
            self.assertLess(os.path.getsize(path), 5e6, name)
            for tag, attributes in parts.tags:
                self.assertNotIn("src", attributes, tag)
                self.assertIn(attributes.get("href", "data:,"), "data:,", tag)
            policy = [attributes["content"] for tag, attributes in parts.tags if "http-equiv" in attributes]
            self.assertEqual(len(policy), 1)
            allowed = re.fullmatch(r"default-src 'none'; script-src '(\S+)' '(\S+)'; "
                                   r"style-src 'unsafe-inline'; img-src data: blob:", policy[0])
            hashes = {"sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
                      for text in (*parts.scripts, parts.library)}
            self.assertEqual(set(allowed.groups()), hashes)
            self.assertIn("plotly.js", parts.library[:200])
        self.assertIn("<script>hacked=1</script>", parts.title)

    def test_of_a_prediction_have_its_values_over_gcells(self):
        data = Parts(self.made.page("prediction")).data
        with self.made.open("prediction.h5") as file:
            of_cell, means, columns = gcells_of(file)
            self.assertEqual((len(data["x"]) - 1, data["block"]), (columns, 1))
            self.assertLess(len(means["value"]), columns * (len(data["y"]) - 1))
            maps = {one["what"]: one for one in data["labels"][0]["maps"]}
            self.assertEqual(list(maps), ["true", "RUDY", "predicted", "error", "spread"])
            self.assertEqual({(maps[what]["low"], maps[what]["high"]) for what in ("true", "RUDY", "predicted")},
                             {(maps["true"]["low"], maps["true"]["high"])})
            for what, name in (("true", "label"), ("predicted", "value"), ("spread", "spread")):
                step, whole = maps[what]["values"]["step"], maps[what]["values"]["whole"]
                self.assertGreater(max(each for each in whole if each is not None) -
                                   min(each for each in whole if each is not None), 1900)
                for gcell, value in enumerate(whole):
                    if gcell in means[name]:
                        self.assertAlmostEqual(value * step, means[name][gcell], delta=0.51 * step)
                    else:
                        self.assertIsNone(value)
            # RUDY is the truth's best line of the mean of both directions.
            rudy = [(h + v) / 2 for h, v in zip(file["map/rudy_h"][:].ravel(), file["map/rudy_v"][:].ravel())]
            known = sorted(means["label"])
            slope, start = np.polyfit([rudy[gcell] for gcell in known], [means["label"][gcell] for gcell in known], 1)
            step, whole = maps["RUDY"]["values"]["step"], maps["RUDY"]["values"]["whole"]
            for gcell in known:
                self.assertAlmostEqual(whole[gcell] * step, slope * rudy[gcell] + start, delta=0.51 * step)
        self.assertEqual(sorted(zip(data["cells"]["gcell"], data["cells"]["name"])),
                         sorted(zip(of_cell, self.made.names)))

    def test_name_the_hot_spots_that_predict_names(self):
        said = re.findall(r"^ +\d+  \((\S+), (\S+)\) to \(\S+, \S+\)  ([^\s,]+)(?:, predicted (\S+))?  (\d+) cell",
                          self.made.top, re.MULTILINE)
        data = Parts(self.made.page("prediction")).data
        hot, columns = data["labels"][0]["hot"], len(data["x"]) - 1
        missed = min(5, hot["all_missed"])
        self.assertEqual(len(said), 5 + missed)
        self.assertGreater(missed, 0)

        def told(spot, *values):
            place = data["x"][spot["gcell"] % columns], data["y"][spot["gcell"] // columns]
            return tuple(f"{value:g}" for value in place) + values

        for of_program, spot in zip(said[:5], hot["hottest"]):
            self.assertEqual(of_program, told(spot, f"{spot['value']:.4g}", "", str(spot["cells"])))
        for of_program, spot in zip(said[5:], hot["missed"]):
            self.assertEqual(of_program, told(spot, f"{spot['label']:.4g}", f"{spot['value']:.4g}", str(spot["cells"])))
        self.assertIn(f"{hot['hot']} GCells are in the hottest tenth by their label ({hot['true_limit']:.4g} or more), "
                      f"{hot['all_missed']} of them not by prediction ({hot['limit']:.4g} or more)", self.made.top)

    def test_of_many_gcells_show_blocks_and_say_so(self):
        from plots import prediction_page
        path = self.made.path("coarse.html")
        with self.made.open("prediction.h5") as file:
            _, means, columns = gcells_of(file)
            rows = len(file["grid_y"]) - 1
            with mock.patch.object(prediction_page, "MOST_GCELLS", rows * columns / 4), \
                    mock.patch.object(prediction_page, "MOST_CELLS", 500), mock.patch("builtins.print"):
                prediction_page.write_prediction_page(path, file)
        data = Parts(path).data
        self.assertEqual(data["block"], 2)
        values, across = data["labels"][0]["maps"][2]["values"], -(-columns // 2)
        self.assertEqual(len(values["whole"]), across * -(-rows // 2))
        for block, value in enumerate(values["whole"]):
            inside = [means["value"][row * columns + column] for row in range(rows) for column in range(columns)
                      if (row // 2) * across + column // 2 == block and row * columns + column in means["value"]]
            if inside:
                self.assertAlmostEqual(value * values["step"], sum(inside) / len(inside), delta=0.51 * values["step"])
            else:
                self.assertIsNone(value)
        hot = data["labels"][0]["hot"]
        spots = {spot["gcell"] for spot in hot["hottest"] + hot["missed"]}
        self.assertEqual(set(data["cells"]["gcell"]), spots)
        self.assertEqual(len(data["cells"]["name"]), sum(data["count"][spot] for spot in spots))

    def test_of_a_run_have_the_scores_that_info_has_and_the_rate_of_its_log(self):
        for name in ("s0", "s1", "joint"):
            data, info = Parts(self.made.page(name)).data, json.loads(self.made.run("info", "--json", f"{name}.h5"))
            scores = {what.split(" (")[0]: each for what, over, each in data["scores"] if over == "cells"}
            for what, key in (("this model", "scores"), ("best map", "best_map"), ("linear fit", "linear_fit")):
                for score, heading in SCORES.items():
                    self.assertEqual(scores[what][heading], info[key][score], (name, what))
            self.assertEqual(data["scores"][-1][2]["ROC-AUC"], info["field_scores"]["roc_auc"])
            self.assertEqual("neighbours" in scores, name != "joint")
            self.assertEqual(data["protocol"], "designs that were not trained on" if name == "joint" else
                             "held out: 20 % of the GCells")
            with open(self.made.path(f"{name}.h5.log.csv"), encoding="utf-8") as log:
                logged = list(csv.DictReader(log))
            for key, column in (("rate", "learning_rate"), ("loss", "loss"), ("validation_loss", "validation_loss")):
                self.assertEqual(len(data["curves"][key]), len(logged))
                for ours, theirs in zip(data["curves"][key], logged):
                    self.assertAlmostEqual(ours, float(theirs[column]), delta=1e-12, msg=(name, key))
        self.assertEqual([each["part"] for each in data["designs"]], ["training"] * 3 + ["validation"] + ["test"] * 2)

    def refused(self, words, *arguments, page="bad.html", **environment):
        done = self.made.plot(*arguments, **environment)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in ("plot.py: ", *words):
            self.assertIn(word, done.stderr)
        left = [name for name in os.listdir(self.made.folder) if name.startswith(page)]
        self.assertEqual(left, [])

    def test_bad_input_is_told_in_one_line_and_leaves_nothing(self):
        self.refused(["usage", "--html", "leave out either"], "s0.h5", "--html", "bad.html", "-o", "pictures")
        size = os.path.getsize(self.made.path("s0.h5"))
        self.refused(["s0.h5", "is the file that is to be drawn"], "s0.h5", "--html", "./s0.h5")
        self.assertEqual(os.path.getsize(self.made.path("s0.h5")), size)
        self.refused(["deck.yaml/bad.html", "cannot write"], "s0.h5", "--html", "deck.yaml/bad.html")
        os.makedirs(self.made.path("folder"), exist_ok=True)
        self.refused(["folder", "cannot write"], "s0.h5", "--html", "folder", page="folder.")
        for name, damaged in (("position", "prediction"), ("curves", "s0"), ("runs", "results")):
            with self.made.open(f"{damaged}.h5") as whole, h5py.File(self.made.path("torn.h5"), "w") as torn:
                torn.attrs.update(whole.attrs)
                for key in whole:
                    if key != name:
                        whole.copy(key, torn)
            self.refused(["torn.h5", "damaged"], "torn.h5", "--html", "bad.html")

        def with_two_names(file):
            del file["name"]
            file["name"] = np.frombuffer(b"a\0b", dtype=np.uint8)

        self.made.changed("torn", with_two_names)
        self.refused(["torn.h5", f"2 names of {len(self.made.names)} cells"], "torn.h5", "--html", "bad.html")

    def test_without_plotly_say_what_to_install(self):
        stub = self.made.path("stub/plotly")
        os.makedirs(stub)
        with open(os.path.join(stub, "__init__.py"), "w", encoding="utf-8") as file:
            file.write("raise ModuleNotFoundError('none', name='plotly')\n")
        self.refused(["module 'plotly'", "python3-plotly", "pip install plotly"], "s0.h5", "--html", "bad.html",
                     PYTHONPATH=self.made.path("stub"))


if __name__ == "__main__":
    unittest.main()

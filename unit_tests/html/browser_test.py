"""Pages of scripts/plot.py in a headless Chromium: what is drawn, what clicks do, and that nothing is loaded."""
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
import unittest

import numpy as np

from made import HOSTILE, Made, gcells_of

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
except ImportError:
    webdriver = None
if not (CHROMIUM and DRIVER and webdriver):
    print("SKIPPED: Chromium, its driver or selenium is not installed here; scripts/setup.sh --browser installs them")
    sys.exit(77)


class Browser(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="gsrgnn_html.")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.made = Made(cls.folder.name)
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for option in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                       "--disable-background-networking", "--disable-component-update", "--disable-extensions",
                       "--no-first-run", "--window-size=1500,1300", f"--user-data-dir={cls.made.path('profile')}"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        cls.browser = webdriver.Chrome(service=Service(DRIVER), options=options)
        cls.addClassCleanup(cls.browser.quit)

    def open(self, name):
        self.browser.get("about:blank")
        for log in ("browser", "performance"):
            self.browser.get_log(log)  # what was before is forgotten
        self.address = f"file://{self.made.page(name)}"
        self.browser.get(self.address)
        self.until(lambda: self.js("return document.documentElement.dataset.drawn"))

    def tearDown(self):
        """After whatever was done with the page."""
        self.assertEqual([entry["message"] for entry in self.browser.get_log("browser")], [])
        messages = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        asked = {message["params"]["request"]["url"].split("#")[0] for message in messages
                 if message["method"] == "Network.requestWillBeSent"}
        self.assertEqual({url for url in asked if not url.startswith(("data:", "blob:"))}, {self.address})
        self.assertFalse(self.js("return 'hacked' in window"))

    def js(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def until(self, holds, seconds=20):
        end = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), end, "waited in vain")
            time.sleep(0.03)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector)

    def click(self, selector):
        self.js("arguments[0].scrollIntoView({block: 'center'})", self.one(selector))
        self.one(selector).click()

    def type(self, selector, text):
        self.one(selector).clear()
        self.one(selector).send_keys(text)

    def ranges(self):
        return self.js("return [...document.querySelectorAll('.map')].map((map) => "
                       "[...map._fullLayout.xaxis.range, ...map._fullLayout.yaxis.range])")

    # Predictions.

    def test_maps_show_the_values_of_the_file(self):
        self.open("prediction")
        self.assertEqual(self.texts(".panel .what"), ["true", "RUDY", "predicted", "error", "spread"])
        drawn = self.js("""return [...document.querySelectorAll('.map')].map(({data: [{z, zmin, zmax, x}]}) =>
            ({z: z.flatMap((row) => [...row].map((value) => isNaN(value) ? null : value)), zmin, zmax, x: [...x]}))""")
        with self.made.open("prediction.h5") as file:
            _, means, columns = gcells_of(file)
            self.assertEqual(drawn[0]["x"], file["grid_x"][:].tolist())
        means["error"] = {gcell: means["value"][gcell] - true for gcell, true in means["label"].items()}
        for number, name in ((0, "label"), (2, "value"), (3, "error"), (4, "spread")):
            for gcell, shown in enumerate(drawn[number]["z"]):
                if gcell in means[name]:
                    self.assertAlmostEqual(shown, means[name][gcell], delta=1e-4)
                else:
                    self.assertIsNone(shown)
        self.assertEqual({(drawn[number]["zmin"], drawn[number]["zmax"]) for number in (0, 1, 2)},
                         {(drawn[0]["zmin"], drawn[0]["zmax"])})
        self.assertEqual(drawn[3]["zmin"], -drawn[3]["zmax"])
        self.assertEqual(len(self.all(".map .heatmaplayer image")), 5)

        # Values under the pointer, in every map.
        area = self.all(".map .nsewdrag")[1]
        self.js("arguments[0].scrollIntoView({block: 'center'})", area)
        wide, high, rows = area.size["width"], area.size["height"], len(drawn[0]["z"]) // columns
        column, row = columns // 2 + 2, rows // 2 - 1  # in the middle of which the pointer is to be
        ActionChains(self.browser).move_to_element_with_offset(
            area, round(((column + 0.5) / columns - 0.5) * wide), round((0.5 - (row + 0.5) / rows) * high)).perform()
        self.until(lambda: self.texts("#readout b"))
        self.assertEqual(self.texts("#readout b"), [f"GCell ({column}, {row})"])
        gcell = row * columns + column
        shown = [float(text.replace("−", "-")) for text in self.texts(".panel output")]
        for number, name in ((0, "label"), (2, "value"), (3, "error"), (4, "spread")):
            self.assertAlmostEqual(shown[number], means[name][gcell], delta=2e-4)
        self.assertEqual([box.is_displayed() for box in self.all(".pointed")], [True] * 5)
        # And a click there chooses it.
        ActionChains(self.browser).click().perform()
        self.until(lambda: self.js("return location.hash") == f"#gcell={column},{row}")

    def test_a_hot_spot_leads_to_its_gcell_and_its_cells_and_back(self):
        self.open("prediction")
        with self.made.open("prediction.h5") as file:
            of_cell, means, columns = gcells_of(file)
            x, y = file["grid_x"][:], file["grid_y"][:]
        hottest = sorted(means["value"], key=lambda gcell: -means["value"][gcell])
        third = hottest[2]
        row, column = divmod(third, columns)
        self.click("#spots tbody tr:nth-child(3) a")
        self.until(lambda: self.js("return location.hash") == f"#gcell={column},{row}")
        self.until(lambda: self.texts("#gcell tbody tr"))
        self.assertEqual(sorted(self.texts("#gcell tbody a")),
                         sorted(name for name, gcell in zip(self.made.names, of_cell) if gcell == third))
        for shapes in self.js("return [...document.querySelectorAll('.map')].map((map) => map.layout.shapes)"):
            self.assertEqual([shapes[0][key] for key in ("x0", "x1", "y0", "y1")],
                             [x[column], x[column + 1], y[row], y[row + 1]])
        self.assertEqual(self.texts("tr.chosen td:first-child"), ["3"])
        # A cell, and back to its hot spot.
        name = self.texts("#gcell tbody a")[0]
        self.click("#gcell tbody a")
        self.until(lambda: self.js("return decodeURIComponent(location.hash)") == f"#cell={name}")
        self.until(lambda: self.texts("#gcell tr.chosen a") == [name])
        self.assertEqual(self.js("return document.querySelector('.map').layout.shapes.at(-1).type"), "circle")
        self.assertEqual(self.texts("#gcell a.back"), ["hot spot 3"])
        self.click("#gcell a.back")
        self.until(lambda: self.js("return location.hash") == f"#gcell={column},{row}")
        self.assertEqual(self.js("return document.querySelector('.map').layout.shapes.at(-1).type"), "line")
        # Zoom to it: all maps alike; and the whole die again.
        before = self.ranges()
        self.click("#zoom-to")
        self.until(lambda: len(set(map(str, self.ranges()))) == 1 and self.ranges() != before)
        left, right, low, top = self.ranges()[0]
        self.assertTrue(left < x[column] and x[column + 1] < right and low < y[row] and y[row + 1] < top)
        self.click("#all")
        self.until(lambda: self.ranges() == before)
        # By dragging, in one of them.
        target = self.all(".map .nsewdrag")[1]
        self.js("arguments[0].scrollIntoView({block: 'center'})", target)
        drag = ActionChains(self.browser).move_to_element_with_offset(target, -40, -40).click_and_hold()
        drag.move_by_offset(70, 60).release().perform()
        self.until(lambda: len(set(map(str, self.ranges()))) == 1 and self.ranges() != before)
        # Missed ones, sorted by what they are.
        self.click("button[data-choice=missed]")
        self.click("#spots th:nth-child(5) button")
        true = [float(text) for text in self.texts("#spots tbody td:nth-child(5)")]
        self.assertGreater(len(true), 1)
        self.assertEqual(true, sorted(true, reverse=True))

    def test_without_labels_there_are_no_true_values(self):
        def unlabelled(file):
            for name in ("label", "scores", "name"):
                del file[name]

        self.made.changed("unlabelled", unlabelled)
        self.open("unlabelled")
        self.assertEqual(self.texts(".panel .what"), ["RUDY", "predicted", "spread"])
        self.assertEqual(self.texts("#spots thead th")[3:], ["predicted", "spread", "cells"])
        self.assertEqual(self.all("button[data-choice=missed]"), [])
        self.click("#spots tbody a")
        with self.made.open("prediction.h5") as file:
            of_cell, means, _ = gcells_of(file)
        hottest = max(means["value"], key=means["value"].get)
        numbers = [str(cell) for cell, gcell in enumerate(of_cell) if gcell == hottest]
        self.until(lambda: self.texts("#gcell tbody a") == numbers)

    def test_two_labels_have_maps_and_hot_spots_of_their_own(self):
        def of_two(file):
            for name in ("value", "label", "spread"):
                first = file[name][:]
                del file[name]
                file[name] = np.hstack([first, 2 - first])
            scores = np.repeat(file["scores/all"][:], 2, axis=0)
            for name, rows in (("label_name", [b"h", b"v"]), ("scores/all", scores)):
                del file[name]
                file[name] = rows

        self.made.changed("two", of_two)
        self.open("two")
        with self.made.open("prediction.h5") as file:
            _, means, _ = gcells_of(file)

        def hottest():
            return float(self.texts("#spots tbody tr:first-child td:nth-child(4)")[0])

        self.assertAlmostEqual(hottest(), max(means["value"].values()), delta=1e-4)
        self.click("button[data-choice=v]")
        self.until(lambda: abs(hottest() - 2 + min(means["value"].values())) < 1e-4)
        self.until(lambda: len(self.all(".map .heatmaplayer image")) == 5)
        shown = self.js("return [...document.querySelectorAll('.map')[2].data[0].z].flatMap((row) => [...row])")
        for gcell, value in means["value"].items():
            self.assertAlmostEqual(shown[gcell], 2 - value, delta=1e-4)

    def test_names_are_text(self):
        self.open("prediction")
        self.assertEqual(self.texts("h1"), ["<script>hacked=1</script>"])
        self.assertEqual(self.texts(".warning"), ["<img src=http://example.com/a.png>"])
        self.assertIn("<i>s0.h5</i>", self.texts(".facts dd"))
        for name in HOSTILE:
            self.type("#find", name)
            self.until(lambda: self.texts("#find + span a")[:1] == [name])
            self.click("#find + span a")
            self.until(lambda: self.texts("#gcell tr.chosen a") == [name])
        self.assertEqual(self.all("img, #page script, #page i, a[href^=javascript]"), [])

    # Results.

    def test_the_table_of_runs_sorts_and_filters_and_figures_follow(self):
        self.open("results")
        with self.made.open("results.h5") as file:
            rows = [{key: value.decode() if isinstance(value, bytes) else value
                     for key, value in zip(file["runs"].dtype.names, row.tolist())} for row in file["runs"][:]]
        self.assertEqual(len(self.all("tbody tr")), len(rows))
        heads = self.texts("thead th")
        pearson = heads.index("Pearson") + 1

        def shown():
            return [None if text == "undefined" else float(text.replace("−", "-"))
                    for text in self.texts(f"tbody td:nth-child({pearson})")]

        expected = sorted(round(row["pearson"], 4) for row in rows)
        self.click(f"thead th:nth-child({pearson}) button")
        self.assertEqual(shown(), expected[::-1])
        self.assertEqual(self.one(f"thead th:nth-child({pearson})").get_attribute("aria-sort"), "descending")
        self.click(f"thead th:nth-child({pearson}) button")
        self.assertEqual(shown(), expected)

        def traces(number):
            return self.js("""return document.querySelectorAll('.figure')[arguments[0]].data.map(
                ({name, x, y, error_y}) => ({name, x, y, spread: error_y.array}))""", number)

        self.assertEqual([trace["name"] for trace in traces(0)], ["rev", "gsr, k = 2", "gsr, k = 4"])
        for trace, (kind, k) in zip(traces(0), (("rev", 0), ("gsr", 2), ("gsr", 4))):
            self.assertEqual(trace["x"], [1, 2, 3])
            for layers, mean, spread in zip(trace["x"], trace["y"], trace["spread"]):
                scores = [row["pearson"] for row in rows if (row["kind"], row["k"], row["layers"]) == (kind, k, layers)]
                self.assertEqual(len(scores), 2)
                self.assertAlmostEqual(mean, statistics.mean(scores), places=12)
                self.assertAlmostEqual(spread, statistics.stdev(scores), places=12)
        self.assertEqual([trace["name"] for trace in traces(3)], ["gsr, 1 layer", "gsr, 2 layers", "gsr, 3 layers"])
        self.assertEqual(traces(4)[0]["x"], [2, 4])
        for layers, memory in zip((1, 2, 3), traces(1)[0]["y"]):
            taken = [row["memory_allocated"] for row in rows if (row["kind"], row["layers"]) == ("rev", layers)]
            self.assertAlmostEqual(memory, statistics.mean(taken) / 1e6, places=9)
        self.assertIn("held out: 20 % of the GCells", self.texts("#protocol")[0])

        self.type("#filter", "kind=gsr layers>=2 k=4")
        self.until(lambda: self.texts("#count") == [f"4 of {len(rows)} runs"])
        self.assertEqual(len(self.all("tbody tr")), 4)
        self.assertEqual([trace["name"] for trace in traces(0)], ["gsr, k = 4"])
        self.click("#score option[value=kendall]")
        self.assertEqual(self.texts(".figures h3")[0], "Kendall against depth")
        some = [row["kendall"] for row in rows if (row["kind"], row["k"], row["layers"]) == ("gsr", 4, 3)]
        self.assertAlmostEqual(traces(0)[0]["y"][1], statistics.mean(some), places=12)
        # A run, its deck.
        name = self.texts("tbody a")[0]
        self.click("tbody a")
        self.until(lambda: self.texts("#details h2") == [name])
        self.assertEqual(self.texts("#details pre"), [next(row["deck"] for row in rows if row["name"] == name)])

    # Runs.

    def test_a_run_shows_its_curves_its_worth_and_its_deck(self):
        self.open("s1")
        with self.made.open("s1.h5") as file:
            curves = [file[f"curves/{name}"][:].tolist() for name in ("loss", "validation_loss", "validation_pearson")]
            deck = file["deck"][()].decode()
        self.until(lambda: self.js("return document.querySelectorAll('.figure .scatterlayer').length") == 3)
        drawn = self.js("return [...document.querySelectorAll('.figure')].flatMap(({data}) => data.map(({y}) => y))")
        self.assertEqual(drawn[:3], curves)
        self.assertEqual(len(drawn[3]), len(curves[0]))
        self.assertEqual(self.texts("#deck"), [deck])
        says = next(line for line in self.made.said.splitlines() if line.startswith("the model is"))
        ahead = [word for word in says.split() if word[0].isdigit()][0]
        self.assertIn(ahead, self.texts(".verdict")[0])
        self.assertEqual("NOT" in says, "not better" in self.texts(".verdict")[0])
        self.assertIn("Test cells: held out: 20 % of the GCells", " ".join(self.texts(".note")))


if __name__ == "__main__":
    os.environ.setdefault("HOME", tempfile.gettempdir())
    unittest.main()

"""What the tests of scripts/gsrgnn share: the program, run in a folder of its own, and a routed design."""
import json
import os
import random
import shutil
import subprocess
import tempfile
import unittest

import h5py
import numpy as np

import gsrgnn

PROGRAM = os.environ["GSRGNN_PROGRAM"]


class ProgramTest(unittest.TestCase):
    """Each class has a folder, which is the current one while its tests run."""

    @classmethod
    def setUpClass(cls):
        cls.folder, cls.before = tempfile.mkdtemp(prefix="gsrgnn_python."), os.getcwd()
        os.chdir(cls.folder)
        cls.addClassCleanup(lambda: (os.chdir(cls.before), shutil.rmtree(cls.folder)))

    @staticmethod
    def run_program(*words):
        """Its standard output."""
        done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"gsrgnn {' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    @classmethod
    def info(cls, path):
        return json.loads(cls.run_program("info", path, "--json"))

    @classmethod
    def import_designs(cls):
        """Two routed designs of two labels, seen.h5 and new.h5."""
        for seed, name in enumerate(("seen", "new"), 1):
            write_design(name, seed)
            cls.run_program("import", "def", f"{name}.def", "--lef", "cells.lef", "--combine", "separate", "-o",
                            f"{name}.h5")

    @classmethod
    def train(cls, circuit, output, *keys):
        with open("deck.yaml", "w", encoding="utf-8") as deck:
            deck.write("model: {layers: 2, hidden: 16, k: 3}\ntrain: {epochs: 4, learning_rate: 0.01}\n")
        cls.run_program("train", "deck.yaml", "--overwrite", f"circuit={circuit}", f"output={output}", *keys)

    @staticmethod
    def changed(path, change, to="changed.h5"):
        """A copy of the file, with change(file) made in it."""
        with h5py.File(path, "r") as whole, h5py.File(to, "w") as file:
            file.attrs.update(whole.attrs)
            for name in whole:
                whole.copy(name, file)
            change(file)
        return to

    def refuses(self, function, *words, **named):
        """It must raise gsrgnn.Error in a line that has these words."""
        with self.assertRaises(gsrgnn.Error) as raised:
            function(**named)
        line = str(raised.exception)
        self.assertNotIn("\n", line)
        self.assertRegex(line, r"^\S.*: .*; .*")
        for word in words:
            self.assertIn(word, line)


def renamed(dataset, change):
    """For changed(): the strings of a dataset, each as change(text) has it."""

    def rename(file):
        names = [change(name.decode()).encode() for name in file[dataset][:]]
        del file[dataset]
        file[dataset] = np.array(names)

    return rename


LEF = """VERSION 5.7 ;
UNITS DATABASE MICRONS 100 ; END UNITS
LAYER metal1 TYPE ROUTING ; DIRECTION HORIZONTAL ; END metal1
LAYER metal2 TYPE ROUTING ; DIRECTION VERTICAL ; END metal2
LAYER metal3 TYPE ROUTING ; DIRECTION HORIZONTAL ; END metal3
""" + "".join(f"""MACRO {name}
  SIZE {size} BY {size} ;
  PIN A DIRECTION INPUT ; PORT LAYER metal1 ; RECT {at} {at} {at} {at} ; END END A
END {name}
""" for name, size, at in (("INV", 0.5, 0.1), ("BUF", 0.6, 0.4), ("RAM", 5, 2.5))) + "END LIBRARY\n"


def write_design(name, seed):
    """NAME.def, of 160 cells on 16 x 16 GCells of a micron, with routes; two RAMs are as large as 25 GCells."""
    draw = random.Random(seed)
    cells = [("RAM", 100, 200), ("RAM", 900, 1000)]
    cells += [(draw.choice(["INV", "BUF"]), draw.randrange(1550), draw.randrange(1550)) for _ in range(158)]
    components = [f"  - u{c} {kind} + PLACED ( {x} {y} ) N ;\n" for c, (kind, x, y) in enumerate(cells)]
    nets = []
    for n in range(180):
        one = n if n < 2 else draw.randrange(len(cells))  # the RAMs have nets
        near = sorted(range(len(cells)), key=lambda c, o=one: abs(cells[c][1] - cells[o][1]) +
                      abs(cells[c][2] - cells[o][2]))[:12]
        others = draw.sample([c for c in near if c != one], draw.choice([1, 1, 2, 4]))
        (_, x0, y0), (_, x1, y1) = cells[one], cells[others[0]]
        pins = " ".join(f"( u{c} A )" for c in [one, *others])
        nets.append(f"  - n{n} {pins} + ROUTED metal3 ( {x0} {y0} ) ( {x1} * ) NEW metal2 ( {x1} {y0} ) ( * {y1} ) ;\n")
    text = f"""VERSION 5.8 ;
DESIGN {name} ;
UNITS DISTANCE MICRONS 100 ;
DIEAREA ( 0 0 ) ( 1600 1600 ) ;
TRACKS Y 5 DO 160 STEP 10 LAYER metal1 metal3 ;
TRACKS X 5 DO 160 STEP 10 LAYER metal2 ;
GCELLGRID X 0 DO 17 STEP 100 ;
GCELLGRID Y 0 DO 17 STEP 100 ;
COMPONENTS {len(cells)} ;
{"".join(components)}END COMPONENTS
NETS {len(nets)} ;
{"".join(nets)}END NETS
END DESIGN
"""
    for path, content in ((f"{name}.def", text), ("cells.lef", LEF)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)

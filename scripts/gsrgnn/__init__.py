"""What gsrgnn writes, in Python: runs, circuits and predictions as tables and arrays, and models for PyTorch.

    runs = gsrgnn.read_runs("runs")               # a folder, a results file or a run file: a row a run
    curves = gsrgnn.read_curves("runs")           # a row an epoch of a run: losses, validation Pearson, seconds
    cells = gsrgnn.read_cells("runs/a.h5")        # a row a cell: part, prediction, label
    circuit = gsrgnn.read_circuit("circuit.h5")   # arrays; circuit.incidence(): nets x cells
    prediction = gsrgnn.read_prediction("p.h5")   # prediction.cells, a table; prediction.map["value"], rows x columns
    model = gsrgnn.load_model("runs/a.h5")        # a torch.nn.Module that predicts what the program does

Needs h5py and NumPy; tables need pandas, incidence() SciPy, models PyTorch. What is wrong with a file is told by
gsrgnn.Error, in one line.
"""
from .circuits import Circuit, Grid, read_circuit
from .files import Error, module
from .predictions import Prediction, read_prediction
from .runs import read_cells, read_curves, read_runs


def load_model(run):
    """The model of a run file as a torch.nn.Module (gsrgnn/model.py)."""
    module("torch")
    from .model import CircuitModel

    return CircuitModel(run)


__all__ = ["Circuit", "Error", "Grid", "Prediction", "load_model", "read_cells", "read_circuit", "read_curves",
           "read_prediction", "read_runs"]

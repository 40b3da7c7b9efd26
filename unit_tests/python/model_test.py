"""gsrgnn.load_model() predicts what the program does, of every kind of model that it trains, has its gradients, and can
be trained further."""
import os
import unittest

import h5py
import numpy as np
import torch

import gsrgnn
from gsrgnn import model as model_module
from support import ProgramTest, renamed

torch.set_num_threads(1)
TOLERANCE = 1e-5
PARITY = os.path.join(os.path.dirname(__file__), "..", "models", "parity")


class Margin:
    """The least difference between a value that GS-Op kept and one that it left out, while it stands in for it."""

    def __enter__(self):
        self.least, self.k_largest = np.inf, model_module.k_largest

        def noting(x, k):
            values = x.sort(dim=1, descending=True).values
            if k < x.shape[1]:
                self.least = min(self.least, float((values[:, k - 1] - values[:, k]).min()))
            return self.k_largest(x, k)

        model_module.k_largest = noting
        return self

    def __exit__(self, *_):
        model_module.k_largest = self.k_largest


def predicted(model, inputs):
    with torch.no_grad():
        return model(inputs).numpy()


class Models(ProgramTest):
    """Two designs with large cells, technology and two labels; models learn one and see the other, of which they do not
    know a type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.import_designs()
        cls.changed("new.h5", renamed("cells/type_name", lambda name: name.replace("BUF", "ODD")), to="odd.h5")

    def program_predicts(self, run, circuit="odd.h5"):
        self.run_program("predict", "--model", run, "--circuit", circuit, "-o", "p.h5")
        with h5py.File("p.h5") as file:
            return file["value"][:], file["map/value"][:]

    def compare(self, make, tolerance=TOLERANCE):
        """make(seed) gives a model, its inputs and what the program predicts, which it must predict, too. Where a
        rounding chooses between values it may do so in another way here: then those of another seed are compared."""
        for seed in range(5):
            model, inputs, value = make(seed)
            with Margin() as margin:
                ours = predicted(model, inputs)
            if np.abs(ours - value).max() <= tolerance or margin.least > 3 * model_module.UNIT:
                break
        np.testing.assert_allclose(ours, value, rtol=0, atol=tolerance)
        return model, inputs, ours

    def check_equal(self, *keys):
        gcells = None

        def make(seed):
            nonlocal gcells
            self.train("seen.h5", "run.h5", f"train.seed={seed}", *keys)
            self.run_program("maps", "--model", "run.h5", "odd.h5", "-o", "maps.h5")
            value, gcells = self.program_predicts("run.h5")
            model = gsrgnn.load_model("run.h5")
            return model, model.inputs("odd.h5", "maps.h5"), value

        model, inputs, value = self.compare(make)
        self.assertGreater(np.ptp(value, axis=0).min(), 1000 * TOLERANCE)
        if model.nodes == "gcells":
            with torch.no_grad():
                ours = model.of_nodes(inputs).max(dim=1).values.numpy()
            np.testing.assert_allclose(ours, gcells.ravel(), rtol=0, atol=TOLERANCE)
        # It is the layers' doing, too.
        with torch.no_grad():
            for block in (block for layer in model.layers for block in layer):
                for name in [name for name in block.keys() if "weight" in name]:
                    block[name].zero_()
        self.assertGreater(np.abs(predicted(model, inputs) - value).max(), 100 * TOLERANCE)

    def check_kinds(self, kinds, *keys):
        for kind in kinds:
            with self.subTest(kind=kind, keys=keys):
                self.check_equal(f"model.kind={kind}", *keys)

    def test_models_of_cells(self):
        self.check_kinds(["gcn", "sage", "rev", "gsr", "res"], "model.layers=3")
        self.check_kinds(["sage", "rev", "gsr", "res"], "model.relations=nets+bins")

    def test_models_of_gcells(self):
        self.check_kinds(["gcn", "sage", "rev", "gsr", "res"], "model.nodes=gcells")
        for relations in ("lattice", "nets+lattice"):  # three layers: each step of the lattice
            keys = ("model.nodes=gcells", f"model.relations={relations}", "model.layers=3")
            self.check_kinds(["sage", "rev", "gsr", "res"], *keys)
            self.check_kinds(["gsr", "rev"], *keys, "model.flips=on")

    def test_variants(self):
        self.check_equal("model.residual=dense")
        self.check_equal("model.residual=dense", "model.nodes=gcells", "model.relations=nets+lattice")
        self.check_equal("model.adjacency=expanded")
        self.check_equal("model.kind=rev", "model.hidden=24", "model.groups=12")
        self.check_equal("model.k=8")
        self.check_equal("model.k=1", "model.layers=1")
        self.check_equal("features=routes", "model.nodes=gcells", "model.relations=lattice")

    def test_a_model_of_a_cells_own_features_needs_no_maps(self):
        def make(seed):
            self.train("seen.h5", "run.h5", "features=paper", f"train.seed={seed}")
            model = gsrgnn.load_model("run.h5")
            return model, model.inputs("new.h5"), self.program_predicts("run.h5", "new.h5")[0]

        self.compare(make)

    def test_of_equal_values_the_lower_columns_are_kept(self):
        x = torch.tensor([[1., 3., 2., 3., 3.], [-0., 0., -0., 0., -1.], [5., 5., 5., 5., 5.]])
        np.testing.assert_array_equal(model_module.k_largest(x, 2),
                                      [[0, 1, 0, 1, 0], [1, 1, 0, 0, 0], [1, 1, 0, 0, 0]])

        def pairs(file):  # columns of the embedding that are equal two by two, of which an odd number is kept
            for name in ("feature_weight", "type_weight", "bias"):
                array = file[f"model/parameters/input/{name}"]
                array[...] = np.repeat(array[:, ::2], 2, axis=1)

        self.train("seen.h5", "run.h5", "model.layers=1")
        self.changed("run.h5", pairs, to="ties.h5")
        self.run_program("maps", "--model", "ties.h5", "odd.h5", "-o", "maps.h5")
        model = gsrgnn.load_model("ties.h5")
        with Margin() as margin:
            ours = predicted(model, model.inputs("odd.h5", "maps.h5"))
        self.assertEqual(margin.least, 0)
        np.testing.assert_allclose(ours, self.program_predicts("ties.h5")[0], rtol=0, atol=TOLERANCE)

    def test_a_flip_sees_the_die_mirrored(self):
        self.train("seen.h5", "run.h5", "model.nodes=gcells", "model.relations=lattice", "model.flips=on")
        self.run_program("maps", "--model", "run.h5", "new.h5", "-o", "maps.h5")
        model = gsrgnn.load_model("run.h5")
        inputs = model.inputs("new.h5", "maps.h5")
        place = torch.arange(inputs.lattice.numel()).reshape(inputs.lattice.shape)
        for flip, mirror in (((True, False), place.flip(1)), ((False, True), place.flip(0))):
            mirror = mirror.flatten()
            mirrored = inputs._replace(feature=inputs.feature[mirror], start=inputs.start[mirror])
            with torch.no_grad():
                flipped, of_mirror = model.of_nodes(inputs, flip), model.of_nodes(mirrored, (False, False))[mirror]
                as_it_lies = model.of_nodes(inputs, (False, False))
            np.testing.assert_allclose(flipped, of_mirror, rtol=0, atol=TOLERANCE)
            self.assertGreater(float((flipped - as_it_lies).abs().max()), 10 * TOLERANCE)

    def test_training_goes_on_and_the_program_predicts_by_the_result(self):
        keys = ("model.nodes=gcells", "model.relations=nets+lattice", "train.epochs=1")

        def make(kind, seed):
            self.train("seen.h5", "run.h5", f"model.kind={kind}", f"train.seed={seed}", *keys)
            self.run_program("maps", "--model", "run.h5", "seen.h5", "-o", "maps.h5")
            circuit, model = gsrgnn.read_circuit("seen.h5"), gsrgnn.load_model("run.h5")
            inputs, label = model.inputs(circuit, "maps.h5"), torch.tensor(circuit.label)
            optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
            losses = []
            for _ in range(20):
                loss = (model(inputs) - label).div(model.label_scale).square().mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                losses.append(loss.item())
            self.assertLess(losses[-1], 0.7 * losses[0])
            self.assertEqual([name for name, weight in model.named_parameters() if weight.grad is None], [])
            model.save("tuned.h5")
            return model, inputs, self.program_predicts("tuned.h5", "seen.h5")[0]

        for kind in ("gsr", "rev"):
            with self.subTest(kind=kind):
                _, inputs, value = self.compare(lambda seed, kind=kind: make(kind, seed))
                np.testing.assert_array_equal(predicted(gsrgnn.load_model("tuned.h5"), inputs), value)
                self.train("seen.h5", "on.h5", "train.from=tuned.h5", f"model.kind={kind}", *keys)

    def test_it_moves_to_double_and_is_exact_there(self):
        self.train("seen.h5", "run.h5", "model.kind=rev")
        self.run_program("maps", "--model", "run.h5", "seen.h5", "-o", "maps.h5")
        model = gsrgnn.load_model("run.h5")
        inputs = model.inputs("seen.h5", "maps.h5")
        single, double = predicted(model, inputs), predicted(model.double(), inputs)
        self.assertEqual(double.dtype, np.float64)
        np.testing.assert_allclose(single, double, rtol=0, atol=TOLERANCE)

    def test_what_does_not_belong_together_is_refused(self):
        self.train("seen.h5", "run.h5")
        self.refuses(lambda: gsrgnn.load_model("none.h5"), "none.h5: ", "no such file")
        self.refuses(lambda: gsrgnn.load_model("seen.h5"), "seen.h5: ", "is not a run file but a circuit file")
        model = gsrgnn.load_model("run.h5")
        self.refuses(lambda: model.save("run.h5"), "run.h5: ", "scores", "name another file")
        self.refuses(lambda: model.save("none/tuned.h5"), "none/tuned.h5: ", "cannot be written", "folder")
        self.refuses(lambda: model.inputs("new.h5"), "run.h5: ", "maps", "gsrgnn maps --model run.h5")
        self.refuses(lambda: model.inputs("new.h5", "new.h5"), "new.h5: ", "is not a file of maps but a circuit file")
        self.refuses(lambda: model.inputs("new.def", "maps.h5"), "new.def: ", "gsrgnn import")
        self.run_program("maps", "new.h5", "-o", "plain.h5")
        self.refuses(lambda: model.inputs("new.h5", "plain.h5"), "plain.h5: ", "without --model", "--model run.h5")
        self.run_program("maps", "--model", "run.h5", "new.h5", "-o", "maps.h5")
        self.refuses(lambda: model.inputs("seen.h5", "maps.h5"), "maps.h5: ", "not of the circuit seen")
        self.changed("maps.h5", lambda file: file.pop("gcells"))
        self.refuses(lambda: model.inputs("new.h5", "changed.h5"), "changed.h5: ", "older gsrgnn", "write it again")
        self.changed("run.h5", renamed("model/feature_name", lambda name: "odd_" + name))
        odd = gsrgnn.load_model("changed.h5")
        self.refuses(lambda: odd.inputs("new.h5", "maps.h5"), "maps.h5: ", "has no feature 'odd", "import")
        self.changed("run.h5", lambda file: file["model"].attrs.update(kind=np.bytes_("gat")))
        self.refuses(lambda: gsrgnn.load_model("changed.h5"), "changed.h5: ", "kind 'gat'")
        self.changed("run.h5", lambda file: file.pop("model/parameters/layer_0002"))
        self.refuses(lambda: gsrgnn.load_model("changed.h5"), "changed.h5: ", "is damaged")
        self.train("seen.h5", "gcells.h5", "features=paper", "model.nodes=gcells", "model.relations=lattice")
        self.refuses(lambda: gsrgnn.load_model("gcells.h5").inputs("new.h5"), "gcells.h5: ", "GCells", "gsrgnn maps")

    def test_it_exports_to_onnx(self):
        try:
            import onnxruntime
            import onnxscript  # noqa: F401, torch's exporter needs it
        except ImportError as missing:
            self.skipTest(f"{missing.name} is not installed")
        for keys in ((), ("model.nodes=gcells", "model.relations=nets+lattice", "model.flips=on")):
            self.train("seen.h5", "run.h5", *keys)
            self.run_program("maps", "--model", "run.h5", "new.h5", "-o", "maps.h5")
            model = gsrgnn.load_model("run.h5").eval()
            inputs = model.inputs("new.h5", "maps.h5")
            torch.onnx.export(model, (inputs,), "model.onnx", dynamo=True, verbose=False)
            session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
            given = dict(zip((one.name for one in session.get_inputs()), tensors_of(inputs)))
            np.testing.assert_allclose(session.run(None, given)[0], predicted(model, inputs), rtol=0, atol=TOLERANCE)


def tensors_of(value):
    """In the order in which a graph takes them."""
    if isinstance(value, tuple):
        return [tensor for one in value for tensor in tensors_of(one)]
    return [] if value is None else [value.numpy()]


class Gradients(ProgramTest):
    """Against PyTorch Geometric's, by the fixtures of the program's own parity tests (perf_tests/peers)."""

    def check(self, name):
        with h5py.File(os.path.join(PARITY, f"{name}.h5")) as fixture, h5py.File("fixture.h5", "w") as file:
            file.attrs.update(kind=np.bytes_("gsrgnn run"), version=1)
            settings = {key: value for key, value in fixture.attrs.items() if not key.endswith("version")}
            if settings["kind"] != b"gsr":
                del settings["residual"]
            group = file.create_group("model")
            group.attrs.update(settings, label_unit=np.bytes_("none"))
            fixture.copy("parameters", group)
            features, outputs = fixture["circuit/feature"].shape[1], settings["outputs"]
            types = np.array([f"t{t}" for t in range(int(fixture["circuit/cell_type"][:].max()) + 1)])
            for what, count in (("feature", features), ("label", outputs)):
                group[f"{what}_name"] = np.array([f"{what}{n}" for n in range(count)]).astype("S")
                group[f"{what}_mean"], group[f"{what}_scale"] = np.zeros(count), np.ones(count)
            group["type_name"] = types.astype("S")
            of = {key: values[:] for key, values in fixture["circuit"].items()}
            circuit = gsrgnn.Circuit(
                name="fixture", source="", net_offset=of["net_offset"], net_cell=of["net_cell"].astype(np.int64),
                feature=of["feature"], feature_name=[f"feature{n}" for n in range(features)], type=of["cell_type"],
                type_name=list(types), position=np.zeros((len(of["cell_type"]), 2)), box=np.zeros(4), cell_name=None,
                label=None, label_name=[], label_unit="", grid=None, note=[])
            want, output, upstream = {}, fixture["output"][:], torch.tensor(fixture["output_gradient"][:])
            fixture["gradient"].visititems(
                lambda place, array: want.update({place: array[:]}) if isinstance(array, h5py.Dataset) else None)
        model = gsrgnn.load_model("fixture.h5")
        ours = model(model.inputs(circuit))
        ours.backward(upstream)
        # The reference does not round its states to whole units.
        np.testing.assert_allclose(ours.detach(), output, rtol=0, atol=1e-3)
        found = {model.place_of(name): weight.grad.numpy() for name, weight in model.named_parameters()}
        self.assertEqual(found.keys(), want.keys())
        for place, gradient in want.items():
            largest = np.abs(gradient).max()
            np.testing.assert_allclose(found[place], gradient, rtol=0, atol=1e-3 * largest, err_msg=place)

    def test_every_weight(self):
        for name in ("gcn_awkward", "gcn_random", "sage_awkward", "sage_random", "rev_2_groups", "rev_4_groups",
                     "gsr_sparse", "gsr_sparse_random", "gsr_dense", "gsr_dense_random"):
            with self.subTest(fixture=name):
                self.check(name)


if __name__ == "__main__":
    unittest.main()

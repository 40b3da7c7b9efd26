#include <gtest/gtest.h>

#include <functional>
#include <gsrgnn/circuit/circuitnet.hpp>
#include <gsrgnn/circuit/npy_reader.hpp>
#include <gsrgnn/circuit/pickle_reader.hpp>

#include "numpy_files.hpp"
#include "support/fuzz_seeds.hpp"

namespace gsrgnn {
namespace {

using namespace numpy_files;

constexpr int kFormats = 3;  // of CircuitNet's files: npy, npz, pickle

// A damaged file is read or refused with an InputError; nothing else may happen. Run under the sanitizers, this is the
// proof that no byte of a file can crash a reader.
struct Outcomes {
  int read = 0, refused = 0;

  template <class Call>
  void add(std::uint64_t seed, Call&& call) {
    try {
      call();
      ++read;
    } catch (const InputError&) {
      ++refused;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "seed " << seed << ": " << error.what();
    }
  }
};

TEST(CircuitNetFuzz, DamagedNpyIsReadOrRefused) {
  const std::vector<std::string> files = {map_npy(3, 2, {1, 2, 3, 4, 5, 6}), npy(">f2", "(2, 3)", "abcdefghijkl", true),
                                          npy("|b1", "(2, 2, 2)", "01010101", true, 2),
                                          npy("<u4", "()", "abcd", false, 3)};
  Outcomes outcomes;
  for (testing::FuzzSeeds seeds(20000, kFormats); seeds.more();) {
    const std::uint64_t seed = seeds.next();
    const std::string bytes = damaged(files[seed % files.size()], seed);
    outcomes.add(seed, [&] {
      const NumericArray array = parse_numeric_array(bytes, "damaged.npy");
      EXPECT_EQ(element_count(array.shape, 1 << 26), static_cast<std::int64_t>(array.value.size())) << "seed " << seed;
    });
  }
  // Both outcomes occur often, or the damage is of the wrong size.
  EXPECT_GT(outcomes.read, 2000);
  EXPECT_GT(outcomes.refused, 8000);
}

TEST(CircuitNetFuzz, DamagedNpzIsReadOrRefused) {
  const std::string array = map_npy(3, 2, {1, 2, 3, 4, 5, 6});
  Outcomes outcomes;
  for (testing::FuzzSeeds seeds(20000, kFormats); seeds.more();) {
    const std::uint64_t seed = seeds.next();
    // The zip itself, or an array whose checksum is right.
    const bool inside = seed % 4 == 0, deflate = seed % 2 == 0;
    std::string bytes = zip({{"a.npy", inside ? damaged(array, seed) : array, deflate}, {"b.npy", array, true}});
    if (!inside) bytes = damaged(bytes, seed);
    outcomes.add(seed, [&] { parse_numeric_array(bytes, "damaged.npz", "a"); });
  }
  EXPECT_GT(outcomes.read, 2000);
  EXPECT_GT(outcomes.refused, 8000);
}

// Numbers in every form, lists as tuples and arrays, and a place that two cells share by the memo.
TinyCircuitNet varied_design() {
  TinyCircuitNet tiny;
  tiny.pins[0].net = "cnumpy.core.multiarray\nscalar\n" + py_tuple({py_type("i8", "<"), "C\x08" + little(0, 8)}) + "R";
  tiny.pins[3].net = py_array({2}, py_type("u2", ">"), "C\4" + big(1, 2) + big(3, 2), true);
  tiny.pins[4].net = py_tuple({"\x8a\1\1"});
  tiny.pins[5].net = "M" + little(2, 2);
  tiny.pins[6].net = py(1.0);
  tiny.places[0].second = py_tuple({"K\1", "K\1", "K\1", "K\1"}) + "\x94";
  tiny.places[2].second = "h" + little(0, 1);
  return tiny;
}

TEST(CircuitNetFuzz, DamagedPicklesAreReadOrRefused) {
  const TinyCircuitNet tiny = varied_design();
  const std::string type = with(py_type("f4", "<"), "cnumpy\ndtype\n",
                                "\x8c\5numpy\x8c\5"
                                "dtype\x93");
  const std::string text =
      "cnumpy.core.multiarray\nscalar\n" + py_tuple({py_type("U2", "<"), "C\x08" + little(0xe9, 8)}) + "R";
  const std::string numbers =
      "cnumpy.core.numeric\n_frombuffer\n" +
      py_tuple({"\x96" + little(4, 8) + "abcd", py_type("u2", "<"), py_tuple({py(std::int64_t{2})}), py("F")}) + "R";
  const std::vector<std::string> others = {text,
                                           numbers,
                                           "ccollections\nOrderedDict\n)R" + py("k") + "Ns",
                                           "ccollections\ndefaultdict\ncbuiltins\nlist\n\x85R" + py("k") + "Ns",
                                           "c_codecs\nencode\n" + py("\xc3\xbf") + py("latin1") + "\x86R",
                                           "\x8c\1a\x94j" + little(0, 4) + "\x86",
                                           "cnumpy.core.multiarray\nscalar\n" + type + "C\4abcd\x86Rq" + little(1, 1),
                                           "}" + py("k") + "Ns",
                                           "J\xff\xff\xff\xff\x88\x89\x87",
                                           "B" + little(3, 4) + "xyz\x85",
                                           "]\x95" + little(3, 8) + "NaNa",
                                           ")r" + little(2, 4)};
  const std::vector<std::string> files = {tiny.pin_npy(), tiny.placement_npy(), object_npy(py_list(others))};
  for (const std::string& file : files) EXPECT_NO_THROW(Pickle(file, "good.npy"));
  Outcomes outcomes;
  for (testing::FuzzSeeds seeds(40000, kFormats); seeds.more();) {
    const std::uint64_t seed = seeds.next();
    const std::string bytes = damaged(files[seed % files.size()], seed);
    outcomes.add(seed, [&] {
      const Pickle pickle(bytes, "damaged.npy");
      // A walk over all of it ends soon.
      std::int64_t left = 16 * static_cast<std::int64_t>(bytes.size());
      const std::function<void(const PickleValue&)> walk = [&](const PickleValue& value) {
        ASSERT_GE(--left, 0);
        if (const PickleNode* const node = pickle.node(value))
          std::for_each(node->items.begin(), node->items.end(), walk);
      };
      walk(pickle.root());
    });
  }
  EXPECT_GT(outcomes.read, 3000);
  EXPECT_GT(outcomes.refused, 15000);
}

TEST(CircuitNetFuzz, DamagedDesignsAreReadOrRefused) {
  const TestFolder folder;
  varied_design().write(folder, "");
  CircuitNetOptions options;
  options.root = folder.path();
  options.design = kDesign;
  options.label = {"rudy"};
  options.least_share = 0;
  EXPECT_EQ(import_circuitnet(options).cells(), 4);
  Outcomes outcomes;
  for (const std::string& file : {std::string(TinyCircuitNet::kNodes), std::string(TinyCircuitNet::kNets),
                                  std::string(TinyCircuitNet::kPins), TinyCircuitNet::placement()}) {
    const std::string good = read_bytes(folder.path(file));
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
      folder.write(file, damaged(good, seed));
      outcomes.add(seed, [&] {
        const Circuit circuit = import_circuitnet(options);
        EXPECT_EQ(circuit.pins(), circuit.net_offset.back()) << "seed " << seed;
      });
    }
    folder.write(file, good);
  }
  EXPECT_GT(outcomes.read, 150);
  EXPECT_GT(outcomes.refused, 500);
}

}  // namespace
}  // namespace gsrgnn

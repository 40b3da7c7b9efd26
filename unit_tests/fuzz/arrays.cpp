// Arrays of numpy: .npy, .npz and pickles.

#include <cstdlib>
#include <functional>
#include <gsrgnn/circuit/npy_reader.hpp>
#include <gsrgnn/circuit/pickle_reader.hpp>

#include "circuit/numpy_files.hpp"
#include "fuzz/readers.hpp"

namespace gsrgnn::fuzz {
namespace {

using namespace numpy_files;

bool read_array(std::string_view bytes, const std::string& member) {
  return accepts([&] {
    const NumericArray array = parse_numeric_array(bytes, "input", member);
    if (element_count(array.shape, 1 << 26) != static_cast<std::int64_t>(array.value.size())) std::abort();
  });
}

bool read_pickle(std::string_view bytes) {
  return accepts([&] {
    const Pickle pickle(std::string(bytes), "input");
    // A walk over all of it ends soon.
    auto left = 16 * static_cast<std::int64_t>(bytes.size());
    const std::function<void(const PickleValue&)> walk = [&](const PickleValue& value) {
      if (--left < 0) std::abort();
      if (const PickleNode* const node = pickle.node(value)) {
        for (const PickleValue& item : node->items) walk(item);
      }
    };
    walk(pickle.root());
  });
}

std::vector<std::string> npy_seeds() {
  return {map_npy(3, 2, {1, 2, 3, 4, 5, 6}), npy(">f2", "(2, 3)", "abcdefghijkl", true),
          npy("|b1", "(2, 2, 2)", "01010101", true, 2), npy("<u4", "()", "abcd", false, 3)};
}

std::vector<std::string> npz_seeds() {
  const std::string array = map_npy(3, 2, {1, 2, 3, 4, 5, 6});
  return {zip({{"a.npy", array, false}, {"b.npy", array, true}}), zip({{"a.npy", array, true}}), zip({})};
}

std::vector<std::string> pickle_seeds() {
  const TinyCircuitNet tiny;
  const std::vector<std::string> objects = {
      "c_codecs\nencode\n" + py("\xc3\xbf") + py("latin1") + "\x86R",
      "\x8c\1a\x94j" + little(0, 4) + "\x86",
      "cnumpy.core.multiarray\nscalar\n" + py_type("f4", "<") + "C\4abcd\x86Rq" + little(1, 1),
      "}" + py("k") + "Ns",
      "J\xff\xff\xff\xff\x88\x89\x87",
      "B" + little(3, 4) + "xyz\x85",
      "]\x95" + little(3, 8) + "NaNa",
      ")r" + little(2, 4)};
  return {tiny.net_npy(),
          tiny.node_npy(),
          tiny.pin_npy(),
          tiny.placement_npy(),
          object_npy(py_list(objects)),
          object_npy(py_array({2}, py_type("u2", ">"), "C\4" + big(1, 2) + big(3, 2), true))};
}

}  // namespace

const Reader kNpy = {"npy", [](std::string_view bytes) { return read_array(bytes, ""); }, npy_seeds};
const Reader kNpz = {"npz", [](std::string_view bytes) { return read_array(bytes, "a"); }, npz_seeds};
const Reader kPickle = {"pickle", read_pickle, pickle_seeds};

}  // namespace gsrgnn::fuzz

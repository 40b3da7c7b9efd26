#pragma once

// What the tests of numpy's files share: .npy, .npz and pickles made by hand, a small CircuitNet on disk, and damage.

#include <fmt/ranges.h>
#include <zlib.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <gsrgnn/util/random.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/files.hpp"

namespace gsrgnn::numpy_files {

using namespace gsrgnn::testing;

using ArrayShape = std::vector<std::int64_t>;

// ---- bytes ----------------------------------------------------------------------------------------------------------

/// The last `count` bytes of a number (at most 8), the lowest first.
inline std::string little(std::uint64_t value, std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}
inline std::string big(std::uint64_t value, std::size_t count) {
  const std::string bytes = little(value, count);
  return {bytes.rbegin(), bytes.rend()};
}
template <class T>
std::uint64_t bits(T value) {
  std::uint64_t word = 0;
  std::memcpy(&word, &value, sizeof value);  // tests run on little-endian machines
  return word;
}
inline std::string doubles(const std::vector<double>& values) {
  std::string bytes;
  for (const double value : values) bytes += little(bits(value), 8);
  return bytes;
}
/// "4e55" -> "NU"
inline std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

// ---- .npy and .npz --------------------------------------------------------------------------------------------------

/// A .npy with this text as header.
inline std::string npy_of_header(const std::string& header, const std::string& data, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  return bytes + '\0' + little(header.size(), version == 1 ? 2 : 4) + header + data;
}
/// `shape` as Python writes it: "(2, 3)"
inline std::string npy(const std::string& type, const std::string& shape, const std::string& data,
                       bool fortran_order = false, int version = 1) {
  const std::string header = fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}          \n", type,
                                         fortran_order ? "True" : "False", shape);
  return npy_of_header(header, data, version);
}
inline std::string map_npy(std::size_t columns, std::size_t rows, const std::vector<double>& values) {
  return npy("<f8", fmt::format("({}, {})", columns, rows), doubles(values));
}

/// `bits` as of deflateInit2: raw, or 16 more for the form of gzip.
inline std::string deflated(const std::string& bytes, int bits = -MAX_WBITS) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// One member of a zip. What the directory says of it may be set to something wrong.
struct Member {
  std::string name, content;
  bool deflate = true;
  std::uint64_t flags = 0, method = 8, size = 0, checksum = 0;  ///< right after the constructor
  Member(std::string a_name, std::string a_content, bool a_deflate)
      : name(std::move(a_name)),
        content(std::move(a_content)),
        deflate(a_deflate),
        method(a_deflate ? 8 : 0),
        size(content.size()) {
    checksum = crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  }
};
inline std::string zip(const std::vector<Member>& members) {
  std::string bytes, directory;
  for (const Member& member : members) {
    const std::string packed = member.deflate ? deflated(member.content) : member.content;
    const std::string facts = little(member.flags, 2) + little(member.method, 2) + little(0, 4) +
                              little(member.checksum, 4) + little(packed.size(), 4) + little(member.size, 4) +
                              little(member.name.size(), 2);
    directory += "PK\1\2" + little(20, 2) + little(20, 2) + facts + std::string(12, '\0') + little(bytes.size(), 4) +
                 member.name;
    bytes += "PK\3\4" + little(20, 2) + facts + little(0, 2) + member.name + packed;
  }
  return bytes + directory + "PK\5\6" + little(0, 4) + little(members.size(), 2) + little(members.size(), 2) +
         little(directory.size(), 4) + little(bytes.size(), 4) + little(0, 2);
}

// ---- pickles --------------------------------------------------------------------------------------------------------
// Instructions that push one object each; none uses the memo.

inline std::string py(std::int64_t value) {
  return value >= 0 && value < 256 ? "K" + little(static_cast<std::uint64_t>(value), 1)
                                   : "\x8a\x08" + little(static_cast<std::uint64_t>(value), 8);
}
inline std::string py(double value) {
  return "G" + big(bits(value), 8);
}
inline std::string py(const std::string& text) {
  return "X" + little(text.size(), 4) + text;
}
inline std::string joined(const std::vector<std::string>& items) {
  return fmt::format("{}", fmt::join(items, ""));
}
inline std::string py_list(const std::vector<std::string>& items) {
  return "](" + joined(items) + "e";
}
inline std::string py_tuple(const std::vector<std::string>& items) {
  return "(" + joined(items) + "t";
}
/// Keys and values in turn.
inline std::string py_dict(const std::vector<std::string>& items) {
  return "}(" + joined(items) + "u";
}
/// A numpy type, e.g. "O8" and "|", or "f8" and "<".
inline std::string py_type(const std::string& name, const std::string& order) {
  return "cnumpy\ndtype\n" + py_tuple({py(name), "\x89", "\x88"}) + "R" +
         py_tuple({py(std::int64_t{3}), py(order), "N", "N", "N", "J\xff\xff\xff\xff", "J\xff\xff\xff\xff",
                   py(std::int64_t{0})}) +
         "b";
}
/// A numpy array; `elements` is a list (of objects) or bytes (of numbers).
inline std::string py_array(const std::vector<std::int64_t>& shape, const std::string& type,
                            const std::string& elements, bool fortran_order = false) {
  std::vector<std::string> sizes;
  for (const std::int64_t size : shape) sizes.push_back(py(size));
  return "cnumpy.core.multiarray\n_reconstruct\n" +
         py_tuple({"cnumpy\nndarray\n", py_tuple({py(std::int64_t{0})}), "C\1b"}) + "R" +
         py_tuple({py(std::int64_t{1}), py_tuple(sizes), type, fortran_order ? "\x88" : "\x89", elements}) + "b";
}
inline std::string py_objects(const std::vector<std::int64_t>& shape, const std::vector<std::string>& items) {
  return py_array(shape, py_type("O8", "|"), py_list(items));
}
/// The .npy of a pickle of protocol 3, 4 or 5.
inline std::string object_npy(const std::string& instructions) {
  return npy("|O", "()", "\x80\x03" + instructions + ".");
}

// ---- a small CircuitNet ---------------------------------------------------------------------------------------------

inline const std::string kDesign = "12-tiny-a-1-c2-u0.7-m1-p1-f0";

/// A design on a map of 5 x 4 GCells. Cells u0 u1 u2 u3 count; u4 is not placed, u5 has no pin, FE_1 not in the
/// netlist.
struct TinyCircuitNet {
  std::vector<std::string> nets = {"n0", "n1", "only_u4", "n3", "no_pin"};
  std::vector<std::pair<std::string, std::string>> cells = {{"u0", "INV"}, {"a/u1", "DFF"}, {"u2", "INV"},
                                                            {"u3", "RAM"}, {"u4", "TIE"},   {"u5", "TIE"}};
  struct Pin {
    std::string name, net;  ///< net: an integer or a list of them
    std::int64_t cell;
  };
  std::vector<Pin> pins = {
      {"A", net(0), 0}, {"B", net(0), 1}, {"C", net(0), 0}, {"Q", net(1), 1},
      {"D", net(1), 2}, {"E", net(2), 4}, {"F", net(1), 4}, {"G", py_list({net(0), net(3), net(3)}), 3}};
  std::vector<std::pair<std::string, std::string>> places = {{"u0", box(0, 0, 0, 0)}, {"a/u1", box(1, 0, 2, 1)},
                                                             {"u2", box(4, 3, 4, 3)}, {"u3", box(1, 1, 4, 3)},
                                                             {"u5", box(0, 1, 0, 1)}, {"FE_1", box(0, 0, 0, 0)}};

  static std::string net(std::int64_t index) { return py(index); }
  static std::string box(std::int64_t left, std::int64_t bottom, std::int64_t right, std::int64_t top) {
    return py_list({py(left), py(bottom), py(right), py(top)});
  }

  std::string net_npy() const {
    std::vector<std::string> items;
    for (const std::string& name : nets) items.push_back(py(name));
    return object_npy(py_objects({1, size(nets)}, items));
  }
  std::string node_npy() const {
    std::vector<std::string> items;
    for (const auto& cell : cells) items.push_back(py(cell.first));
    for (const auto& cell : cells) items.push_back(py(cell.second));
    return object_npy(py_objects({2, size(cells)}, items));
  }
  std::string pin_npy() const {
    std::vector<std::string> items;
    for (const Pin& pin : pins) items.push_back(py(pin.name));
    for (const Pin& pin : pins) items.push_back(pin.net);
    for (const Pin& pin : pins) items.push_back(py(pin.cell));
    return object_npy(py_objects({3, size(pins)}, items));
  }
  std::string placement_npy() const {
    std::vector<std::string> items;
    for (const auto& [cell, place] : places) items.insert(items.end(), {py(cell), place});
    return object_npy(py_objects({}, {py_dict(items)}));
  }

  static constexpr const char* kNodes = "graph_features/graph_information/node_attr/tiny-a-1-c2_node_attr.npy";
  static constexpr const char* kNets = "graph_features/graph_information/net_attr/tiny-a-1-c2_net_attr.npy";
  static constexpr const char* kPins = "graph_features/graph_information/pin_attr/tiny-a-1-c2_pin_attr.npy";
  static std::string placement(const std::string& design = kDesign) {
    return "graph_features/instance_placement_gcell/" + design;
  }
  void write(const TestFolder& folder, const std::string& suffix = ".npy") const {
    namespace fs = std::filesystem;
    for (const std::string& file : {std::string(kNodes), std::string(kNets), std::string(kPins), placement()}) {
      fs::create_directories(fs::path(folder.path(file)).parent_path());
    }
    folder.write(kNodes, node_npy());
    folder.write(kNets, net_npy());
    folder.write(kPins, pin_npy());
    folder.write(placement() + suffix, placement_npy());
  }

 private:
  template <class T>
  static std::int64_t size(const std::vector<T>& items) {
    return static_cast<std::int64_t>(items.size());
  }
};

// ---- damage ---------------------------------------------------------------------------------------------------------

/// One or two changes of bytes, the same for a seed on every machine.
inline std::string damaged(std::string bytes, std::uint64_t seed) {
  Random random(seed);
  static const std::string extremes = {'\0', '\1', '\x7f', '\x80', '\xff', '(', '.', 'h',
                                       'q',  'e',  'R',    'b',    't',    ']', '}', '9'};
  for (std::uint64_t change = 1 + random.below(2); change > 0 && !bytes.empty(); --change) {
    const std::size_t at = random.below(bytes.size());
    switch (random.below(8)) {
      case 0:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
        break;
      case 2:
        bytes[at] = static_cast<char>(bytes[at] + (random.below(2) == 0 ? 1 : -1));
        break;
      case 3:
        bytes[at] = extremes[random.below(extremes.size())];
        break;
      case 4:
        bytes.erase(at, 1 + random.below(12));
        break;
      case 5:
        bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(40)));
        break;
      case 6:
        bytes.insert(at, 1, extremes[random.below(extremes.size())]);
        break;
      default:
        if (random.below(4) == 0) bytes.resize(at);
    }
  }
  return bytes;
}

}  // namespace gsrgnn::numpy_files

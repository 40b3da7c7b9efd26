#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/npy_reader.hpp>
#include <limits>
#include <numeric>

#include "numpy_files.hpp"

namespace gsrgnn {
namespace {

using namespace numpy_files;

using Values = std::vector<double>;

NumericArray read(const std::string& bytes, const std::string& member = "") {
  return parse_numeric_array(bytes, "some.npy", member);
}

// The message for a file of these bytes.
std::string refusal(const std::string& bytes, const std::string& member = "") {
  const std::string message = input_error([&] { parse_numeric_array(bytes, "some.npy", member); });
  expect_message(message, "some.npy", {});
  return message;
}

TEST(NpyReader, ReadsEveryTypeInBothByteOrders) {
  const double infinity = std::numeric_limits<double>::infinity();
  struct Case {
    const char* type;
    std::size_t bytes;
    std::vector<std::uint64_t> bits;
    Values values;
  };
  for (const Case& some : {
           Case{"b1", 1, {0, 1, 2}, {0, 1, 1}},
           Case{"i1", 1, {0x7f, 0x80, 0xff}, {127, -128, -1}},
           Case{"u1", 1, {0x7f, 0x80, 0xff}, {127, 128, 255}},
           Case{"i2", 2, {0x0102, 0x8000, 0xffff}, {258, -32768, -1}},
           Case{"u2", 2, {0x0102, 0x8000, 0xffff}, {258, 32768, 65535}},
           Case{"i4", 4, {0x01020304, 0x80000000, 0xffffffff}, {16909060, -2147483648.0, -1}},
           Case{"u4", 4, {0x01020304, 0x80000000, 0xffffffff}, {16909060, 2147483648.0, 4294967295.0}},
           Case{"i8", 8, {1ULL << 40, 1ULL << 63, ~0ULL}, {0x1p40, -0x1p63, -1}},
           Case{"u8", 8, {1ULL << 40, 1ULL << 63, ~0ULL}, {0x1p40, 0x1p63, 0x1p64}},
           Case{"f2",
                2,
                {0x3c00, 0xc500, 0x0001, 0x03ff, 0x0400, 0x7bff, 0x8000, 0x7c00, 0xfc00},
                {1, -5, 0x1p-24, 1023 * 0x1p-24, 0x1p-14, 65504, -0.0, infinity, -infinity}},
           Case{"f4", 4, {bits(1.5F), bits(-1e-40F), bits(3e38F)}, {1.5, -1e-40F, 3e38F}},
           Case{"f8", 8, {bits(1.1), bits(-1e-310), bits(-infinity)}, {1.1, -1e-310, -infinity}},
       }) {
    SCOPED_TRACE(some.type);
    const std::string shape = fmt::format("({},)", some.bits.size());
    std::string forward, backward;
    for (const std::uint64_t word : some.bits) {
      forward += little(word, some.bytes);
      backward += big(word, some.bytes);
    }
    EXPECT_EQ(read(npy(fmt::format("<{}", some.type), shape, forward)).value, some.values);
    EXPECT_EQ(read(npy(fmt::format(">{}", some.type), shape, backward)).value, some.values);
    if (some.bytes == 1) {
      EXPECT_EQ(read(npy(fmt::format("|{}", some.type), shape, forward)).value, some.values);
    }
  }
  EXPECT_TRUE(std::isnan(read(npy("<f2", "()", little(0x7c01, 2))).value[0]));
}

TEST(NpyReader, ReadsEveryVersionAndShape) {
  for (const int version : {1, 2, 3}) {
    const NumericArray array = read(npy("<f8", "(2, 3)", doubles({1, 2, 3, 4, 5, 6}), false, version));
    EXPECT_EQ(array.shape, (ArrayShape{2, 3})) << version;
    EXPECT_EQ(array.value, (Values{1, 2, 3, 4, 5, 6})) << version;
  }
  EXPECT_EQ(read(npy("<f8", "()", doubles({7}))).shape, ArrayShape{});
  EXPECT_EQ(read(npy("<f8", "()", doubles({7}))).value, Values{7});
  EXPECT_EQ(read(npy("<f8", "(4, 0, 1)", "")).shape, (ArrayShape{4, 0, 1}));
  EXPECT_EQ(read(npy("<f8", "(99999999999, 0, 99999999999)", "", true)).value, Values{});
  // Any order of keys, any spacing, either quote, as other writers have them.
  const NumericArray other = read(npy_of_header("{\"shape\":(2,),'fortran_order' :False, 'descr':\"|u1\"}", "\5\6"));
  EXPECT_EQ(other.value, (Values{5, 6}));
}

TEST(NpyReader, PutsFortranOrderIntoCOrder) {
  EXPECT_EQ(read(npy("|u1", "(2, 3)", "\1\2\3\4\5\6", true)).value, (Values{1, 3, 5, 2, 4, 6}));
  EXPECT_EQ(read(npy("|u1", "(6,)", "\1\2\3\4\5\6", true)).value, (Values{1, 2, 3, 4, 5, 6}));
  std::string data;
  for (int z = 0; z < 4; ++z) {
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 2; ++x) data += static_cast<char>((x * 3 + y) * 4 + z);
    }
  }
  Values ascending(24);
  std::iota(ascending.begin(), ascending.end(), 0.0);
  EXPECT_EQ(read(npy("|u1", "(2, 3, 4)", data, true)).value, ascending);
}

TEST(NpyReader, RefusesWhatIsNoArrayOfNumbers) {
  const std::string data = doubles({1, 2});
  EXPECT_NE(refusal("").find("not a .npy"), std::string::npos);
  EXPECT_NE(refusal("1 2 3\n").find("not a .npy"), std::string::npos);
  EXPECT_NE(refusal(npy("<f8", "(2,)", data, false, 4)).find("version 4"), std::string::npos);
  EXPECT_NE(refusal(npy("|O", "(2,)", data)).find("Python objects"), std::string::npos);
  for (const char* type : {"<c16", "<U3", "|S8", "<f16", "<i3", "f8", "|f8", "=f8", "<M8[ns]", "", "<f88"}) {
    EXPECT_NE(refusal(npy(type, "(2,)", data)).find("not of numbers"), std::string::npos) << type;
  }
  for (const char* shape : {"(-2,)", "(2", "2", "(a,)", "(2,,)", "(2.0,)", "[2]",
                            "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
                            "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2)"}) {
    EXPECT_NE(refusal(npy("<f8", shape, data)).find("broken"), std::string::npos) << shape;
  }
  const std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}";
  EXPECT_EQ(read(npy_of_header(header, data)).value, (Values{1, 2}));
  for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{{"'descr'", "'type'"},
                                                                                 {"'descr': '<f8', ", ""},
                                                                                 {"'shape'", "'descr'"},
                                                                                 {"False", "0"},
                                                                                 {"'<f8'", "<f8"},
                                                                                 {"}", "} x"},
                                                                                 {"{", ""},
                                                                                 {"}", ""}}) {
    EXPECT_NE(refusal(npy_of_header(with(header, what, by), data)).find("broken"), std::string::npos) << what;
  }
  EXPECT_NE(refusal(npy_of_header(with(header, "'<f8'", "[('x', '<f8')]"), data)).find("fields"), std::string::npos);
}

TEST(NpyReader, AllocatesNothingThatTheFileCannotBack) {
  EXPECT_NE(refusal(npy("<f8", "(3,)", doubles({1, 2}))).find("16 bytes of data"), std::string::npos);
  EXPECT_NE(refusal(npy("<f8", "(1,)", doubles({1, 2}))).find("needs 8"), std::string::npos);
  EXPECT_NE(refusal(npy("|u1", "(67108864,)", "")).find("needs 67108864"), std::string::npos);
  for (const char* shape : {"(67108865,)", "(99999999999999999999999999,)", "(4294967296, 4294967296)"}) {
    EXPECT_NE(refusal(npy("|u1", shape, "")).find("too large"), std::string::npos) << shape;
  }
  const std::string start = npy("<f8", "(1,)", "", false, 2);
  EXPECT_NE(refusal(start.substr(0, 8) + "\xff\xff\xff\xff" + start.substr(12)).find("header"), std::string::npos);
}

TEST(NpyReader, RefusesEveryCutOffFile) {
  const std::string bytes = map_npy(2, 2, {1, 2, 3, 4});
  const std::string stored = zip({{"a.npy", bytes, false}}), packed = zip({{"a.npy", bytes, true}});
  for (const std::string& whole : {bytes, stored, packed}) {
    EXPECT_EQ(read(whole).value.size(), 4U);
    for (std::size_t size = 0; size < whole.size(); ++size) refusal(whole.substr(0, size));
  }
}

TEST(NpyReader, ReadsNpz) {
  const Member one{"one.npy", map_npy(1, 2, {1, 2}), true}, two{"two.npy", map_npy(1, 2, {3, 4}), false};
  EXPECT_EQ(read(zip({one})).value, (Values{1, 2}));
  EXPECT_EQ(read(zip({two})).value, (Values{3, 4}));
  EXPECT_EQ(read(zip({one, two}), "two").value, (Values{3, 4}));
  EXPECT_EQ(read(zip({one, two}), "one.npy").value, (Values{1, 2}));
  EXPECT_NE(refusal(zip({one, two})).find("one, two"), std::string::npos);
  EXPECT_NE(refusal(zip({one, two}), "three").find("no array 'three'"), std::string::npos);
  EXPECT_NE(refusal(zip({one}), "two").find("no array 'two'"), std::string::npos);
  EXPECT_NE(refusal(zip({})).find("no array"), std::string::npos);
}

// np.savez_compressed(file, m=np.array([[1, 2, 3], [4, 5, 6.5]], dtype=np.float16, order='F'))
TEST(NpyReader, ReadsWhatNumpyWrote) {
  const std::string bytes = from_hex(
      "504b03042d00000008000000210043dddb11ffffffffffffffff050014006d2e6e7079010010008c0000000000000051000000000000009b"
      "ec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a4aea3a09e965f54529498179f5f94920a120f292a4d050a17672416a402b91a46"
      "3a0ac69a3a0ab50ae4032e061b06170607065706a7063700504b01022d032d00000008000000210043dddb11510000008c00000005000000"
      "00000000000000008001000000006d2e6e7079504b0506000000000100010033000000880000000000");
  const NumericArray array = read(bytes, "m");
  EXPECT_EQ(array.shape, (ArrayShape{2, 3}));
  EXPECT_EQ(array.value, (Values{1, 2, 3, 4, 5, 6.5}));
}

TEST(NpyReader, RefusesDamagedNpz) {
  const Member good{"a.npy", map_npy(1, 2, {1, 2}), true};
  Member bad = good;
  bad.checksum ^= 1;
  EXPECT_NE(refusal(zip({bad})).find("checksum"), std::string::npos);
  for (const int by : {-1, 1, 8}) {
    bad = good;
    bad.size += static_cast<std::uint64_t>(by);
    EXPECT_NE(refusal(zip({bad})).find("bytes of data"), std::string::npos);
  }
  bad = good;
  bad.method = 12;
  EXPECT_NE(refusal(zip({bad})).find("method 12"), std::string::npos);
  bad = good;
  bad.method = 0;
  EXPECT_NE(refusal(zip({bad})).find("cut off"), std::string::npos);
  bad = good;
  bad.flags = 1;
  EXPECT_NE(refusal(zip({bad})).find("encrypted"), std::string::npos);
  bad = Member("a.npy", "no array", true);
  EXPECT_NE(refusal(zip({bad})).find("not a .npy"), std::string::npos);
  EXPECT_NE(refusal(with(zip({good}), "PK\3\4", "PK\3\5")).find("not where its directory says"), std::string::npos);
  EXPECT_NE(refusal(with(zip({good}), "PK\1\2", "PK\1\3")).find("directory"), std::string::npos);
  // A few bytes that claim half a gigabyte, in the directory alone or in the array's header as well.
  const std::string header = npy("<f8", "(67108864,)", "");
  bad = Member("a.npy", header, true);
  bad.size = header.size() + (std::uint64_t{8} << 26);
  EXPECT_NE(refusal(zip({bad})).find("cannot hold"), std::string::npos);
}

TEST(NpyReader, ReadsFilesAndNamesThoseItCannot) {
  const TestFolder folder;
  EXPECT_EQ(read_numeric_array(folder.write("good.npy", map_npy(1, 2, {1, 2}))).value, (Values{1, 2}));
  expect_message(input_error([&] { read_numeric_array(folder.path("none.npy")); }), folder.path("none.npy"),
                 {"no such file"});
  expect_message(input_error([&] { read_numeric_array(folder.path()); }), folder.path(), {"not a plain file"});
}

TEST(NpyReader, ReadsRealMaps) {
  const std::string maps = std::string(GSRGNN_SHARED_DATA) + "/circuitnet/maps/";
  if (!std::filesystem::exists(maps)) GTEST_SKIP() << "no real maps in " << GSRGNN_SHARED_DATA;
  const NumericArray rudy = read_numeric_array(maps + "RUDY/RUDY/2012-RISCY-b-1-c2-u0.7-m1-p1-f0.npy");
  EXPECT_EQ(rudy.shape, (ArrayShape{261, 259}));
  EXPECT_EQ(rudy.value[100 * 259 + 7], 0.003084296027365143);
  EXPECT_EQ(rudy.value[7 * 259 + 100], 0.0007886361984056376);
  EXPECT_NEAR(std::accumulate(rudy.value.begin(), rudy.value.end(), 0.0), 198.49006386753214, 1e-9);
  const NumericArray macros = read_numeric_array(maps + "macro_region/2012-RISCY-b-1-c2-u0.7-m1-p1-f0.npy");
  EXPECT_EQ(std::accumulate(macros.value.begin(), macros.value.end(), 0.0), 30761);
}

}  // namespace
}  // namespace gsrgnn

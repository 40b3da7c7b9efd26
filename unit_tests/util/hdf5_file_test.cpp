// Files hold what was put in, and say what is wrong when something else is asked for.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/util/hdf5_file.hpp>
#include <limits>
#include <numeric>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

template <class T>
class Hdf5Array : public ::testing::Test {};
using ElementTypes = ::testing::Types<float, double, std::int32_t, std::int64_t, std::uint8_t>;
TYPED_TEST_SUITE(Hdf5Array, ElementTypes);

TYPED_TEST(Hdf5Array, ComesBackWithItsShape) {
  using T = TypeParam;
  using Limits = std::numeric_limits<T>;
  const TestFolder folder;
  const std::vector<T> values = {T{0}, T{1}, Limits::lowest(), Limits::max(), Limits::min(), T{42}};
  {
    Hdf5Writer file(folder.path("a.h5"));
    file.array("list", values);
    file.array("deep/in/matrix", values.data(), {2, 3});
    file.array("deep/in/cube", values.data(), {1, 2, 3});
    file.array("none", std::vector<T>{});
    file.array("no_columns", values.data(), {4, 0});
    file.array("no_rows", static_cast<const T*>(nullptr), {0, 3});
    file.array("one", values.data() + 5, {1});
    file.commit();
  }
  const Hdf5Reader file(folder.path("a.h5"));
  for (const char* name : {"list", "deep/in/matrix", "deep/in/cube"}) EXPECT_EQ(file.array<T>(name), values) << name;
  EXPECT_EQ(file.shape("list"), (Shape{6}));
  EXPECT_EQ(file.shape("deep/in/matrix"), (Shape{2, 3}));
  EXPECT_EQ(file.shape("deep/in/cube"), (Shape{1, 2, 3}));
  EXPECT_EQ(file.shape("none"), (Shape{0}));
  EXPECT_EQ(file.shape("no_columns"), (Shape{4, 0}));
  EXPECT_EQ(file.shape("no_rows"), (Shape{0, 3}));
  for (const char* name : {"none", "no_columns", "no_rows"}) EXPECT_TRUE(file.array<T>(name).empty()) << name;
  EXPECT_EQ(file.array<T>("one"), std::vector<T>{T{42}});
}

TEST(Hdf5File, AListComesAndGoesInParts) {
  const TestFolder folder;
  std::vector<float> values(1000);
  std::iota(values.begin(), values.end(), 0.5F);
  {
    Hdf5Writer file(folder.path("a.h5"));
    file.array("parts", values.size(), [&](std::uint64_t first) {
      return std::vector<float>(values.begin() + first, values.begin() + std::min<std::uint64_t>(first + 333, 1000));
    });
    file.array("none", 0, [](std::uint64_t) -> std::vector<float> { throw std::logic_error("nothing to ask for"); });
    file.array("matrix", values.data(), {10, 100});
    file.array("integers", std::vector<std::int64_t>{1, 2, 3});
    EXPECT_THROW(file.array("stuck", 5, [](std::uint64_t) { return std::vector<float>(); }), InputError);
    file.commit();
  }
  const Hdf5Reader file(folder.path("a.h5"));
  EXPECT_EQ(file.array<float>("parts"), values);
  EXPECT_EQ(file.shape("none"), (Shape{0}));
  EXPECT_EQ(file.part("parts", 0, 1000), values);
  EXPECT_EQ(file.part("parts", 998, 2), (std::vector<float>{998.5F, 999.5F}));
  EXPECT_TRUE(file.part("parts", 1000, 0).empty());
  const std::string place = folder.path("a.h5") + ":/";
  expect_message(input_error([&] { file.part("parts", 999, 2); }), place + "parts", {"999 to 1001"});
  expect_message(input_error([&] { file.part("parts", 2000, 1); }), place + "parts", {"no list"});
  expect_message(input_error([&] { file.part("matrix", 0, 1); }), place + "matrix", {"no list"});
  expect_message(input_error([&] { file.part("integers", 0, 1); }), place + "integers", {"floating-point"});
}

// Integers are read as any integer and floats as any float, never one as the other.
TYPED_TEST(Hdf5Array, IsNotReadAsAnotherKindOfNumber) {
  using T = TypeParam;
  const TestFolder folder;
  {
    Hdf5Writer file(folder.path("a.h5"));
    file.array("numbers", std::vector<T>{T{1}, T{2}, T{3}});
    file.commit();
  }
  const Hdf5Reader file(folder.path("a.h5"));
  const std::string place = folder.path("a.h5") + ":/numbers";
  if (std::is_integral_v<T>) {
    EXPECT_EQ(file.array<std::int64_t>("numbers"), (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_EQ(file.array<std::uint8_t>("numbers"), (std::vector<std::uint8_t>{1, 2, 3}));
    expect_message(input_error([&] { file.array<float>("numbers"); }), place, {"floating-point"});
    expect_message(input_error([&] { file.array<double>("numbers"); }), place, {"floating-point"});
  } else {
    EXPECT_EQ(file.array<double>("numbers"), (std::vector<double>{1, 2, 3}));
    EXPECT_EQ(file.array<float>("numbers"), (std::vector<float>{1, 2, 3}));
    expect_message(input_error([&] { file.array<std::int32_t>("numbers"); }), place, {"integers"});
    expect_message(input_error([&] { file.array<std::uint8_t>("numbers"); }), place, {"integers"});
  }
  expect_message(input_error([&] { file.strings("numbers"); }), place, {"strings"});
}

TEST(Hdf5File, KeepsSpecialFloats) {
  const TestFolder folder;
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> values = {inf, -inf, -0.0, 5e-324, std::nan("")};
  {
    Hdf5Writer file(folder.path("a.h5"));
    file.array("special", values);
    file.attribute("/", "nan", std::nan(""));
    file.commit();
  }
  const Hdf5Reader file(folder.path("a.h5"));
  const auto back = file.array<double>("special");
  ASSERT_EQ(back.size(), 5U);
  EXPECT_EQ(std::vector<double>(back.begin(), back.begin() + 4),
            std::vector<double>(values.begin(), values.begin() + 4));
  EXPECT_TRUE(std::signbit(back[2]));
  EXPECT_TRUE(std::isnan(back[4]));
  EXPECT_TRUE(std::isnan(file.attribute_double("/", "nan")));
}

TEST(Hdf5File, StringsAttributesAndGroupsComeBack) {
  const TestFolder folder;
  const std::vector<std::string> names = {
      "plain", "", "two\nlines", "\"quoted\" \\ [7]", "\xc3\xa4\xe2\x82\xac", std::string(100000, 'x')};
  {
    Hdf5Writer file(folder.path("a.h5"));
    file.strings("in/names", names);
    file.strings("in/none", {});
    file.string("text", names[2]);
    file.group("group");
    file.attribute("/", "kind", "test");
    file.attribute("/", "empty", "");
    file.attribute("/", "number", std::int64_t{-9000000000});
    file.attribute("in", "ratio", 0.1);
    file.attribute("in/names", "unit", "none");
    file.commit();
  }
  const Hdf5Reader file(folder.path("a.h5"));
  EXPECT_EQ(file.path(), folder.path("a.h5"));
  EXPECT_EQ(file.strings("in/names"), names);
  EXPECT_EQ(file.shape("in/names"), (Shape{6}));
  EXPECT_TRUE(file.strings("in/none").empty());
  EXPECT_EQ(file.string("text"), names[2]);
  EXPECT_EQ(file.attribute_string("/", "kind"), "test");
  EXPECT_EQ(file.attribute_string("/", "empty"), "");
  EXPECT_EQ(file.attribute_int("/", "number"), -9000000000);
  EXPECT_EQ(file.attribute_double("in", "ratio"), 0.1);
  EXPECT_EQ(file.attribute_string("in/names", "unit"), "none");
  EXPECT_EQ(file.members("/"), (std::vector<std::string>{"group", "in", "text"}));
  EXPECT_EQ(file.members("in"), (std::vector<std::string>{"names", "none"}));
  EXPECT_TRUE(file.members("group").empty());
  for (const char* there : {"in", "in/names", "group", "text"}) EXPECT_TRUE(file.has(there)) << there;
  for (const char* absent : {"out", "in/other", "out/of/reach", "text/deeper"})
    EXPECT_FALSE(file.has(absent)) << absent;
  EXPECT_TRUE(file.has_attribute("/", "kind"));
  EXPECT_FALSE(file.has_attribute("/", "sort"));
  EXPECT_FALSE(file.has_attribute("out", "kind"));
}

TEST(Hdf5File, SaysWhichObjectIsMissingOrOfAnotherType) {
  const TestFolder folder;
  const std::string path = folder.path("a.h5");
  {
    Hdf5Writer file(path);
    file.array("in/numbers", std::vector<double>{1, 2});
    file.strings("two", {"a", "b"});
    file.attribute("/", "text", "a");
    file.attribute("in", "number", std::int64_t{1});
    file.attribute("in", "real", 1.0);
    file.commit();
  }
  const Hdf5Reader file(path);
  expect_message(input_error([&] { file.array<double>("in/other"); }), path + ":/in/other: ", {"missing"});
  expect_message(input_error([&] { file.array<double>("out/other"); }), path + ":/out/other: ", {"missing"});
  expect_message(input_error([&] { file.shape("other"); }), path + ":/other: ", {"missing"});
  expect_message(input_error([&] { file.strings("other"); }), path + ":/other: ", {"missing"});
  expect_message(input_error([&] { file.array<double>("in"); }), path + ":/in: ", {"array"});
  expect_message(input_error([&] { file.members("out"); }), path + ":/out: ", {"missing"});
  expect_message(input_error([&] { file.string("two"); }), path + ":/two: ", {"one string"});
  expect_message(input_error([&] { file.array<float>("two"); }), path + ":/two: ", {"floating-point"});
  expect_message(input_error([&] { file.attribute_string("/", "sort"); }), path + ":/@sort: ", {"missing"});
  expect_message(input_error([&] { file.attribute_int("in", "none"); }), path + ":/in@none: ", {"missing"});
  expect_message(input_error([&] { file.attribute_int("/", "text"); }), path + ":/@text: ", {"type"});
  expect_message(input_error([&] { file.attribute_int("in", "real"); }), path + ":/in@real: ", {"type"});
  expect_message(input_error([&] { file.attribute_double("in", "number"); }), path + ":/in@number: ", {"type"});
  expect_message(input_error([&] { file.attribute_string("in", "number"); }), path + ":/in@number: ", {"type"});
  expect_message(input_error([&] { file.fail("in/numbers", "is odd"); }), path + ":/in/numbers: is odd", {});
}

const std::vector<Hdf5Column> kTable = {
    {"name", std::vector<std::string>{"a", "", "\xc3\xa4\xe2\x82\xac two\nlines"}},
    {"count", std::vector<std::int64_t>{-1, std::numeric_limits<std::int64_t>::max(), 0}},
    {"share", std::vector<double>{0.1, -std::numeric_limits<double>::infinity(), std::nan("")}},
    {"empty", std::vector<std::string>{"", "", ""}}};

TEST(Hdf5File, ATableComesBack) {
  const TestFolder folder;
  {
    Hdf5Writer file(folder.path("a.h5"));
    file.table("in/table", kTable);
    file.table("none", {{"name", std::vector<std::string>{}}, {"count", std::vector<std::int64_t>{}}});
    file.commit();
  }
  const Hdf5Reader file(folder.path("a.h5"));
  EXPECT_EQ(file.shape("in/table"), (Shape{3}));
  const auto back = file.table("in/table");
  ASSERT_EQ(back.size(), 4U);
  for (std::size_t c = 0; c < 4; ++c) {
    EXPECT_EQ(back[c].name, kTable[c].name);
    if (c == 2) continue;  // has one that does not equal itself
    EXPECT_TRUE(back[c].values == kTable[c].values) << back[c].name;
  }
  const auto& share = std::get<std::vector<double>>(back[2].values);
  EXPECT_EQ(share[0], 0.1);
  EXPECT_EQ(share[1], -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(share[2]));
  const auto none = file.table("none");
  ASSERT_EQ(none.size(), 2U);
  EXPECT_TRUE(std::get<std::vector<std::string>>(none[0].values).empty());
  EXPECT_TRUE(std::get<std::vector<std::int64_t>>(none[1].values).empty());
}

TEST(Hdf5File, WhatIsNoTableIsNotReadAsOne) {
  const TestFolder folder;
  {
    Hdf5Writer file(folder.path("a.h5"));
    file.array("numbers", std::vector<double>{1, 2});
    file.table("table", kTable);
    file.commit();
  }
  const Hdf5Reader file(folder.path("a.h5"));
  const std::string place = folder.path("a.h5") + ":/";
  expect_message(input_error([&] { file.table("numbers"); }), place + "numbers", {"table"});
  expect_message(input_error([&] { file.table("absent"); }), place + "absent", {"missing"});
  expect_message(input_error([&] { file.array<double>("table"); }), place + "table", {"floating-point"});
  expect_message(input_error([&] { file.strings("table"); }), place + "table", {"strings"});
}

}  // namespace
}  // namespace gsrgnn

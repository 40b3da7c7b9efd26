// Many names in few bytes.

#include <gsrgnn/util/hdf5_file.hpp>
#include <gsrgnn/util/random.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

void write_names(const std::string& path, const std::vector<std::string>& names) {
  Hdf5Writer file(path);
  file.names("cells/name", names);
  file.commit();
}

TEST(Hdf5Names, ComeBackAsTheyWere) {
  const TestFolder folder;
  const std::string path = folder.path("n.h5");
  for (const auto& names : std::vector<std::vector<std::string>>{
           {"a"}, {"u_core/u[3]", "u\\[2\\]", "\xc2\xb5"}, {"", "b", ""}, {std::string(3000000, 'x'), "y"}}) {
    write_names(path, names);
    EXPECT_EQ(Hdf5Reader(path).names("cells/name", names.size()), names);
  }
}

TEST(Hdf5Names, AMillionTakeLessThanTenMegabytes) {
  // Instances as synthesis names them, in three levels, in an order that has nothing to do with their names.
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 1000000; ++i) {
    names.push_back(fmt::format("u_core_{}/u_alu/genblk1[{}].u_slice/_{}_", i / 100000, i / 10000 % 10, 100000 + i));
  }
  Random(1).shuffle(names.begin(), names.end());
  const TestFolder folder;
  write_names(folder.path("n.h5"), names);
  EXPECT_LT(std::filesystem::file_size(folder.path("n.h5")), 10000000U);
  EXPECT_EQ(Hdf5Reader(folder.path("n.h5")).names("cells/name", names.size()), names);
}

TEST(Hdf5Names, WhatIsNoListOfSoManyIsRefused) {
  const TestFolder folder;
  const std::string path = folder.path("n.h5");
  write_names(path, {"a", "b", "c"});
  const auto message = [&](const std::string& name, std::uint64_t count) {
    return input_error([&] { Hdf5Reader(path).names(name, count); });
  };
  expect_message(message("cells/name", 4), path + ":/cells/name: ", {"3 names where 4"});
  expect_message(message("none", 3), path + ":/none: ", {"missing"});
  {
    Hdf5Writer file(path);
    file.array("number", std::vector<std::int32_t>{1, 2});
    file.strings("text", {"a"});
    file.commit();
  }
  expect_message(message("number", 2), path + ":/number: ", {"bytes of names"});
  expect_message(message("text", 1), path + ":/text: ", {"bytes of names"});
}

TEST(Hdf5Names, NothingIsAllocatedThatTheFileCannotHold) {
  const TestFolder folder;
  const std::string path = folder.path("bomb.h5");
  const std::string make = fmt::format(
      "/usr/bin/python3 -c 'import h5py; h5py.File(\"{}\", \"w\").create_dataset(\"name\", (1 << 40,), \"u1\", "
      "chunks=(1024,), compression=\"gzip\")' 2>/dev/null",
      path);
  if (std::system(make.c_str()) != 0) GTEST_SKIP() << "python3-h5py, which makes the file, is not installed";
  expect_message(input_error([&] { Hdf5Reader(path).names("name", 3); }),
                 path + ":/name: ", {"shorter than its announced size"});
}

}  // namespace
}  // namespace gsrgnn

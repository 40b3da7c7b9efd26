// What other tools write is read as far as that is safe, and the rest is refused by name: no link is followed, no other
// file read, and no more memory taken than the file is trusted with.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <csignal>
#include <fstream>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/util/hash.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <numeric>

#include "support/files.hpp"
#include "support/foreign_file.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class Hdf5Foreign : public ::testing::Test {
 protected:
  Hdf5Foreign() { start_hdf5(); }

  /// Writes with `fill(file)` and expects `read(reader)` to throw a message at /NAME with the words.
  template <class Fill, class Read>
  void expect_refused(const std::string& place, const std::vector<std::string>& words, const Fill& fill,
                      const Read& read) const {
    {
      ForeignFile file(path_);
      fill(file);
    }
    expect_message(input_error([&] { read(Hdf5Reader(path_)); }), path_ + ":/" + place, words);
  }
  template <class Fill>
  void expect_array_refused(const std::vector<std::string>& words, const Fill& fill) const {
    expect_refused("x", words, fill, [](const Hdf5Reader& file) { file.array<float>("x"); });
  }

  TestFolder folder_;
  const std::string path_ = folder_.path("a.h5");
  const std::vector<float> values_ = {1, 2, 3};
};

constexpr std::array<const char*, 4> kDeadly = {"read_nowhere", "read_nowhere_too", "chunk_of_no_size",
                                                "not_in_the_list"};

std::string deadly(const char* name) {
  return fmt::format("{}/circuit/{}", GSRGNN_SEEDS, name);
}

// HDF5 1.10 reads at no address in them, or divides by a chunk's size of 0.
TEST_F(Hdf5Foreign, AFileThatHdf5DoesNotSurviveIsRefused) {
  for (const char* name : kDeadly) {
    expect_message(input_error([&] { read_circuit(deadly(name)); }), deadly(name) + ": ", {"does not survive"});
  }
  // Who is not told what becomes of children learns it all the same.
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  { ForeignFile file(path_); }
  EXPECT_NO_THROW(Hdf5Reader{path_});
  std::signal(SIGCHLD, before);
}

// A checksum says that a file is whole, not who made it.
TEST_F(Hdf5Foreign, AChecksumMakesNoFileTrusted) {
  for (const char* name : kDeadly) {
    const std::string bytes = read_bytes(deadly(name));
    Fingerprint print;
    print.add_words(bytes.data(), bytes.size());
    write_bytes(path_, fmt::format("{}gsrgnn checksum {:016x} {}\n", bytes, bytes.size(), print.text()));
    EXPECT_TRUE(Hdf5Reader(path_).has_checksum());
    expect_message(input_error([&] { read_circuit(path_); }), path_ + ": ", {"does not survive"});
  }
}

TEST_F(Hdf5Foreign, FilesThatAreOpenOutliveWhatOthersDieOf) {
  {
    ForeignFile file(path_);
    file.list("x", H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, 3, values_.data());
  }
  const Hdf5Reader good(path_);
  for (const char* name : kDeadly) {
    EXPECT_THROW(read_circuit(deadly(name)), InputError);
    EXPECT_EQ(good.array<float>("x"), values_);
  }
}

// What there was no memory for is not taken for the answer to what is asked next.
TEST_F(Hdf5Foreign, AnAnswerThatCouldNotBeTakenIsForgotten) {
  if (kSanitized) GTEST_SKIP() << "sanitizers end a program that has no memory left";
  const std::vector<float> many(30'000'000);  // of zeros, which as an answer say: a list of none
  {
    ForeignFile file(path_);
    file.list("x", H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, 3, values_.data());
    file.list("many", H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, many.size(), many.data());
  }
  const Hdf5Reader file(path_), other(path_);
  EXPECT_EQ(file.array<float>("x"), values_);
  EXPECT_EQ(other.array<float>("x"), values_);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlimit little{pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + (1U << 24U), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &little), 0);
  EXPECT_THROW(file.array<float>("many"), std::bad_alloc);
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &before), 0);
  for (const Hdf5Reader* each : {&other, &file, &other}) EXPECT_EQ(each->array<float>("x"), values_);
  EXPECT_EQ(Hdf5Reader(path_).array<float>("many"), many);
}

// HDF5 takes a file for one that it has open when it is in the same place, and looks for no more than that one held.
TEST_F(Hdf5Foreign, AFileThatIsRefusedIsClosed) {
  const std::vector<float> more(1000, 1);
  const auto write = [&](const std::vector<float>& values) {
    Hdf5Writer file(path_);
    file.array("x", values);
    file.commit();
    return read_bytes(path_);
  };
  const std::string before = write(values_), after = write(more);
  write_bytes(path_, before.substr(0, before.size() - 1));
  expect_message(input_error([&] { Hdf5Reader{path_}; }), path_ + ": ", {"checksum"});
  write_bytes(path_, after);
  EXPECT_EQ(Hdf5Reader(path_).array<float>("x"), more);
}

// As ranks do that a test starts: each hears the answers to its own questions.
TEST_F(Hdf5Foreign, ACopyOfAProcessReadsByItself) {
  std::vector<float> many(100'000);
  std::iota(many.begin(), many.end(), 0.F);
  {
    ForeignFile file(path_);
    file.list("x", H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, 3, values_.data());
    file.list("many", H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, many.size(), many.data());
  }
  const auto reads = [&](const char* name, const std::vector<float>& values) {
    for (int i = 0; i < 50; ++i) {
      if (Hdf5Reader(path_).array<float>(name) != values) return false;
    }
    return true;
  };
  ASSERT_TRUE(reads("x", values_));
  const pid_t copy = ::fork();
  if (copy == 0) ::_exit(reads("many", many) ? 0 : 1);
  EXPECT_TRUE(reads("x", values_));
  int status = -1;
  ASSERT_EQ(::waitpid(copy, &status, 0), copy);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(reads("x", values_));
}

// HDF5 reads 36 bytes of the 23 for which there is room.
TEST_F(Hdf5Foreign, APieceIsStoredAsLargeAsItIs) {
  const std::string path = std::string(GSRGNN_SEEDS) + "/circuit/less_stored_than_said";
  const Hdf5Reader file(path);
  expect_message(input_error([&] { file.array<std::int32_t>("cells/type"); }),
                 path + ":/cells/type: ", {"shorter than its announced size"});
}

// HDF5 writes a byte each into the memory for as many strings of none.
TEST_F(Hdf5Foreign, AStringHasALength) {
  const std::string path = std::string(GSRGNN_SEEDS) + "/circuit/strings_of_no_length";
  const Hdf5Reader file(path);
  expect_message(input_error([&] { file.strings("cells/type_name"); }),
                 path + ":/cells/type_name: ", {"strings of no length"});
}

TEST_F(Hdf5Foreign, StringsOfAnyEncodingAndPaddingAreRead) {
  {
    ForeignFile file(path_);
    file.attribute("ascii", file.strings(4), "text");
    file.attribute("longer", file.strings(9), "text\0\0\0\0\0");
    file.attribute("ended", file.strings(5, H5T_CSET_UTF8, H5T_STR_NULLTERM), "text");
    file.attribute("padded", file.strings(6, H5T_CSET_ASCII, H5T_STR_SPACEPAD), "text  ");
    const hid_t three = file.strings(3);
    file.list("list", three, three, 2, "one\0\0\0");
  }
  const Hdf5Reader file(path_);
  for (const char* name : {"ascii", "longer", "ended", "padded"}) EXPECT_EQ(file.attribute_string("/", name), "text");
  EXPECT_EQ(file.strings("list"), (std::vector<std::string>{"one", ""}));
}

TEST_F(Hdf5Foreign, NumbersOfAnySizeAndOrderAreRead) {
  {
    ForeignFile file(path_);
    const hid_t half = file.own(H5Tcopy(H5T_IEEE_F32LE));
    H5Tset_fields(half, 15, 10, 5, 0, 10);
    H5Tset_size(half, 2);
    H5Tset_ebias(half, 15);
    file.list("half", half, H5T_NATIVE_FLOAT, 3, values_.data());
    file.list("other_end", H5T_IEEE_F64BE, H5T_NATIVE_FLOAT, 3, values_.data());
    file.list("short", H5T_STD_I16BE, H5T_NATIVE_FLOAT, 3, values_.data());
  }
  const Hdf5Reader file(path_);
  EXPECT_EQ(file.array<float>("half"), values_);
  EXPECT_EQ(file.array<float>("other_end"), values_);
  EXPECT_EQ(file.array<std::int64_t>("short"), (std::vector<std::int64_t>{1, 2, 3}));
}

TEST_F(Hdf5Foreign, RepackedFilesAreRead) {
  std::vector<double> matrix(60'000);
  std::iota(matrix.begin(), matrix.end(), 0.0);
  const std::vector<std::string> names(5000, "a name");
  const std::vector<Hdf5Column> table = {{"n", std::vector<std::int64_t>(3000, 7)},
                                         {"s", std::vector<std::string>(3000, "text")}};
  {
    Hdf5Writer file(path_);
    file.attribute("/", "kind", "sample");
    file.array("in/matrix", matrix.data(), {200, 300});
    file.array("zeros", std::vector<float>(100'000));
    file.strings("names", names);
    file.table("table", table);
    file.string("text", "some text");
    file.commit();
  }
  for (const char* how : {"-f GZIP=5", "-f SHUF -f GZIP=9", "-f FLET", "-f GZIP=1 -f FLET", "-l in/matrix:CHUNK=7x11",
                          "-f GZIP=1 -l CHUNK=97 -L", "-f NONE -L"}) {
    SCOPED_TRACE(how);
    const std::string repacked = folder_.path("b.h5");
    ASSERT_EQ(std::system(fmt::format("h5repack {} '{}' '{}' >/dev/null 2>&1", how, path_, repacked).c_str()), 0);
    const Hdf5Reader file(repacked);
    EXPECT_EQ(file.attribute_string("/", "kind"), "sample");
    EXPECT_EQ(file.array<double>("in/matrix"), matrix);
    EXPECT_EQ(file.array<float>("zeros"), std::vector<float>(100'000));
    EXPECT_EQ(file.strings("names"), names);
    EXPECT_TRUE(file.table("table").back().values == table.back().values);
    EXPECT_EQ(file.string("text"), "some text");
  }
}

TEST_F(Hdf5Foreign, LinksAreNotFollowed) {
  const auto read = [](const Hdf5Reader& file) { file.array<float>("to/x"); };
  const auto has = [](const Hdf5Reader& file) { file.has("to"); };
  expect_refused(
      "to", {"is a link", "not followed"},
      [](hid_t file) { H5Lcreate_soft("/", file, "to", H5P_DEFAULT, H5P_DEFAULT); }, read);
  // To a pipe, for which HDF5 would wait.
  const std::string pipe = folder_.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto external = [&](hid_t file) {
    H5Lcreate_external(pipe.c_str(), "/", file, "to", H5P_DEFAULT, H5P_DEFAULT);
  };
  expect_refused("to", {"is a link"}, external, read);
  expect_refused("to", {"is a link"}, external, has);
  expect_refused("to", {"is a link"}, external, [](const Hdf5Reader& file) { file.members("to"); });
  expect_refused("to", {"is a link"}, external, [](const Hdf5Reader& file) { file.attribute_string("to", "kind"); });
}

TEST_F(Hdf5Foreign, ValuesInOtherFilesAreNotRead) {
  folder_.write("secret", "twelve bytes");
  expect_array_refused({"another file"}, [&](ForeignFile& file) {
    file.list("x", H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, 3, nullptr,
              [&](hid_t properties) { H5Pset_external(properties, folder_.path("secret").c_str(), 0, 12); });
  });
  expect_array_refused({"another file"}, [&](ForeignFile& file) {
    const hsize_t three = 3;
    const hid_t space = H5Screate_simple(1, &three, nullptr);
    file.list("x", H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, 3, nullptr, [&](hid_t properties) {
      H5Pset_virtual(properties, space, folder_.path("other.h5").c_str(), "x", space);
    });
    H5Sclose(space);
  });
}

// HDF5 looks for their names wherever in memory the header says, when it opens the array.
TEST_F(Hdf5Foreign, NamesOfOtherFilesAreNotLookedFor) {
  {
    ForeignFile file(path_);
    file.list("x", H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, 3, nullptr,
              [&](hid_t properties) { H5Pset_external(properties, folder_.path("secret").c_str(), 0, 12); });
  }
  const auto entry = [](std::uint64_t place_of_name) {
    const std::array<std::uint64_t, 3> fields = {place_of_name, 0, 12};  // and from where in that file, how much
    return std::string(reinterpret_cast<const char*>(fields.data()), sizeof(fields));
  };
  std::string bytes = read_bytes(path_);
  const std::size_t at = bytes.find(entry(8));
  ASSERT_NE(at, std::string::npos);
  write_bytes(path_, bytes.replace(at, entry(0).size(), entry(std::uint64_t{1} << 40U)));
  expect_message(input_error([&] { Hdf5Reader(path_).array<float>("x"); }), path_ + ":/x", {"another file"});
}

TEST_F(Hdf5Foreign, FiltersThatNotEverybodyHasAreRefused) {
  const auto packed_by = [&](const auto& filter) {
    return [&, filter](ForeignFile& file) {
      file.list("x", H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, 3, values_.data(), [&](hid_t properties) {
        const hsize_t chunk = 3;
        H5Pset_chunk(properties, 1, &chunk);
        filter(properties);
      });
    };
  };
  expect_array_refused({"filter 5", "h5repack"}, packed_by([](hid_t list) { H5Pset_nbit(list); }));
  expect_array_refused({"filter 6"}, packed_by([](hid_t list) { H5Pset_scaleoffset(list, H5Z_SO_FLOAT_DSCALE, 2); }));
  expect_array_refused({"filter 1"}, packed_by([](hid_t list) {
                         H5Pset_deflate(list, 1);
                         H5Pset_deflate(list, 1);
                       }));
}

// A damaged heap, in which HDF5 keeps them, crashes it or lets it hang.
TEST_F(Hdf5Foreign, StringsOfVariableLengthAreRefused) {
  const char* const text = "text";
  const auto list = [&](ForeignFile& file) {
    const hid_t type = file.strings(H5T_VARIABLE);
    file.list("x", type, type, 1, &text);
    file.attribute("a", type, &text);
  };
  expect_refused("x", {"variable length", "one length"}, list, [](const Hdf5Reader& file) { file.strings("x"); });
  expect_refused("@a", {"variable length"}, list, [](const Hdf5Reader& file) { file.attribute_string("/", "a"); });
  const auto table = [&](ForeignFile& file) {
    const hid_t row = file.own(H5Tcreate(H5T_COMPOUND, sizeof text));
    H5Tinsert(row, "s", 0, file.strings(H5T_VARIABLE));
    file.list("x", row, row, 1, &text);
  };
  expect_refused("x", {"variable length"}, table, [](const Hdf5Reader& file) { file.table("x"); });
}

TEST_F(Hdf5Foreign, NumbersOfNoMachineAreRefused) {
  const auto of_type = [&](const auto& change, hid_t of) {
    return [&, change, of](ForeignFile& file) {
      const hid_t type = file.own(H5Tcopy(of));
      change(type);
      file.list("x", type, H5T_NATIVE_FLOAT, 3, values_.data());
    };
  };
  const auto odd = [](hid_t type) { H5Tset_precision(type, 13); };
  expect_refused("x", {"not read"}, of_type(odd, H5T_STD_I32LE),
                 [](const Hdf5Reader& file) { file.array<std::int32_t>("x"); });
  expect_array_refused({"not read"}, of_type([](hid_t type) { H5Tset_ebias(type, 100); }, H5T_IEEE_F32LE));
  const auto bits = [](ForeignFile& file) {
    const hid_t row = file.own(H5Tcreate(H5T_COMPOUND, 4));
    H5Tinsert(row, "b", 0, H5T_STD_B32LE);
    file.list("x", row, row, 1, "bits");
  };
  expect_refused("x", {"not read"}, bits, [](const Hdf5Reader& file) { file.table("x"); });
}

std::vector<unsigned char> deflated(std::size_t zeros) {
  const std::vector<unsigned char> plain(zeros);
  uLongf size = compressBound(zeros);
  std::vector<unsigned char> packed(size);
  EXPECT_EQ(::compress(packed.data(), &size, plain.data(), zeros), Z_OK);
  packed.resize(size);
  return packed;
}

/// Bytes in `count` chunks of `chunk` bytes each, of which all are the same when they are packed.
auto packed_list(hsize_t count, hsize_t chunk, const std::vector<unsigned char>& packed) {
  return [=](ForeignFile& file) {
    file.list("x", H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, count * chunk / 4, nullptr, [&](hid_t properties) {
      const hsize_t elements = chunk / 4;
      H5Pset_chunk(properties, 1, &elements);
      H5Pset_deflate(properties, 1);
    });
    for (hsize_t i = 0; i < count; ++i) file.chunk("x", i * chunk / 4, packed);
  };
}

TEST_F(Hdf5Foreign, WhatIsPackedTakesNoMoreMemoryThanTheFileIsTrustedWith) {
  constexpr std::size_t kChunk = 1 << 22;
  const auto packed = deflated(kChunk);
  {
    ForeignFile file(path_);
    packed_list(6, kChunk, packed)(file);
  }
  EXPECT_EQ(Hdf5Reader(path_).array<float>("x").size(), 6 * kChunk / 4);
  expect_refused("x", {"is more, unpacked", "h5repack"}, packed_list(40, kChunk, packed),
                 [](const Hdf5Reader& file) { file.array<float>("x"); });
  EXPECT_LT(std::filesystem::file_size(path_), kChunk);
  // And of several arrays together.
  {
    ForeignFile file(path_);
    packed_list(6, kChunk, packed)(file);
  }
  const Hdf5Reader file(path_);
  file.array<float>("x");
  expect_message(input_error([&] { file.array<float>("x"); }), path_ + ":/x", {"is more, unpacked"});
}

// HDF5 would take as much memory for a chunk as it unpacks to, and read behind the end of one that is too short.
TEST_F(Hdf5Foreign, EveryPackedPieceHasToGiveItsSize) {
  for (const auto& packed : {deflated(1 << 28), deflated(4004), deflated(3996), std::vector<unsigned char>(40, 'x'),
                             std::vector<unsigned char>(1, 'x')}) {
    expect_array_refused({"packed in pieces", "damaged"}, packed_list(3, 4000, packed));
  }
  expect_array_refused({"shorter"}, [](ForeignFile& file) { packed_list(3, 4000, {})(file); });
}

TEST_F(Hdf5Foreign, NothingIsReadThatIsNotThere) {
  expect_refused(
      "x", {"shorter"},
      [](ForeignFile& file) {
        const hid_t long_strings = file.strings(std::size_t{1} << 24U);
        file.list("x", long_strings, long_strings, hsize_t{1} << 38U, nullptr);
      },
      [](const Hdf5Reader& file) { file.strings("x"); });
}

TEST_F(Hdf5Foreign, AGroupMayHoldItself) {
  {
    const ForeignFile file(path_);
    H5Gclose(H5Gcreate2(file, "x", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Lcreate_hard(file, "x", file, "x/x", H5P_DEFAULT, H5P_DEFAULT);
  }
  EXPECT_EQ(Hdf5Reader(path_).members("x/x/x"), (std::vector<std::string>{"x"}));
}

TEST_F(Hdf5Foreign, PipesAndDevicesAreRefused) {
  const std::string pipe = folder_.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe, std::string("/dev/zero")}) {
    expect_message(input_error([&] { Hdf5Reader file(path); }), path + ": ", {"pipe or device"});
  }
}

}  // namespace
}  // namespace gsrgnn

#include <gtest/gtest.h>

#include <gsrgnn/circuit/pickle_reader.hpp>

#include "numpy_files.hpp"

namespace gsrgnn {
namespace {

using namespace numpy_files;

using Kind = PickleNode::Kind;

// A value as Python prints it, except that an array is "array(shape)[elements]".
std::string shown(const Pickle& pickle, const PickleValue& value) {
  if (std::holds_alternative<PickleNone>(value)) return "None";
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "True" : "False";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{:.17g}f", *real);
  if (const auto* text = std::get_if<std::string_view>(&value)) return fmt::format("'{}'", *text);
  if (const auto* bytes = std::get_if<PickleBytes>(&value)) {
    std::string hex;
    for (const char c : bytes->bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return "b'" + hex + "'";
  }
  const PickleNode* const node = pickle.node(value);
  if (node == nullptr) return "a class";
  std::vector<std::string> items;
  for (const PickleValue& item : node->items) items.push_back(shown(pickle, item));
  const std::string all = fmt::format("{}", fmt::join(items, ", "));
  switch (node->kind) {
    case Kind::list:
      return "[" + all + "]";
    case Kind::tuple:
      return "(" + all + ")";
    case Kind::dict:
      return "{" + all + "}";
    case Kind::array:
      return fmt::format("array({})[{}]", fmt::join(node->shape, "x"), all);
    default:
      return "a type";
  }
}

std::string read_npy(const std::string& npy_bytes) {
  const Pickle pickle(npy_bytes, "some.npy");
  return shown(pickle, pickle.root());
}
std::string read_code(const std::string& instructions) {
  return read_npy(object_npy(instructions));
}

// The message for a file of these bytes; it names the file.
std::string refusal_of(const std::string& npy_bytes) {
  const std::string message = input_error([&] { const Pickle pickle(npy_bytes, "some.npy"); });
  expect_message(message, "some.npy", {});
  return message;
}
std::string refusal_of_code(const std::string& instructions) {
  return refusal_of(object_npy(instructions));
}

void expect_refusal(const std::string& instructions, const std::string& words) {
  const std::string message = refusal_of_code(instructions);
  EXPECT_NE(message.find(words), std::string::npos) << "no '" << words << "' in: " << message;
}

TEST(PickleReader, ReadsEveryKindOfValue) {
  EXPECT_EQ(read_code("N"), "None");
  EXPECT_EQ(read_code("\x88"), "True");
  EXPECT_EQ(read_code("\x89"), "False");
  EXPECT_EQ(read_code("K\xff"), "255");
  EXPECT_EQ(read_code("M\x01\x80"), "32769");
  EXPECT_EQ(read_code("J\xfe\xff\xff\xff"), "-2");
  EXPECT_EQ(read_code(std::string("\x8a\x00", 2)), "0");
  EXPECT_EQ(read_code("\x8a\x01\x80"), "-128");
  EXPECT_EQ(read_code("\x8a\x03\xff\xff\x7f"), "8388607");
  EXPECT_EQ(read_code("\x8a\x08" + little(1ULL << 63, 8)), "-9223372036854775808");
  EXPECT_EQ(read_code(py(-0.1)), "-0.10000000000000001f");
  EXPECT_EQ(read_code(py("clk/\xc3\xa9")), "'clk/\xc3\xa9'");
  EXPECT_EQ(read_code("\x8c\x02n1"), "'n1'");
  EXPECT_EQ(read_code("C\x02\x01\xff"), "b'01ff'");
  EXPECT_EQ(read_code("B" + little(1, 4) + "a"), "b'61'");
  EXPECT_EQ(read_code("]"), "[]");
  EXPECT_EQ(read_code("]NaK\1a"), "[None, 1]");
  EXPECT_EQ(read_code(py_list({"K\1", py_list({"K\2", "N"})})), "[1, [2, None]]");
  EXPECT_EQ(read_code(")"), "()");
  EXPECT_EQ(read_code("K\1\x85"), "(1)");
  EXPECT_EQ(read_code("K\1K\2\x86"), "(1, 2)");
  EXPECT_EQ(read_code("K\1K\2K\3\x87"), "(1, 2, 3)");
  EXPECT_EQ(read_code("(K\1K\2K\3K\4t"), "(1, 2, 3, 4)");
  EXPECT_EQ(read_code("}" + py("a") + "K\1s(" + py("b") + "K\2u"), "{'a', 1, 'b', 2}");
}

// a = np.empty((2, 5), dtype=object); shared = [7, 8]
// a[0] = ['n1', -3, 2.5, None, True]
// a[1] = [shared, (1, shared), {'k': [300, -70000, 2**40]}, b'\x00\xff\x80', np.arange(6, dtype='>i2').reshape(2, 3).T]
TEST(PickleReader, ReadsWhatPythonWrote) {
  const std::string protocol2 = from_hex(
      "8002636e756d70792e5f636f72652e6d756c746961727261790a5f7265636f6e7374727563740a7100636e756d70790a6e6461727261790a"
      "71014b00857102635f636f646563730a656e636f64650a7103580100000062710458060000006c6174696e31710586710652710787710852"
      "7109284b014b024b0586710a636e756d70790a64747970650a710b58020000004f38710c898887710d52710e284b0358010000007c710f4e"
      "4e4e4affffffff4affffffff4b3f74711062895d71112858020000006e3171124afdffffff4740040000000000004e885d7113284b074b08"
      "654b0168138671147d711558010000006b71165d7117284d2c014a90eefeff8a0600000000000165736803580500000000c3bfc280711868"
      "0586711952711a680068014b0085711b680787711c52711d284b014b034b0286711e680b58020000006932711f8988877120527121284b03"
      "58010000003e71224e4e4e4affffffff4affffffff4b0074712362886803580c000000000000010002000300040005712468058671255271"
      "267471276265747128622e");
  const std::string protocol4 = from_hex(
      "80049520010000000000008c166e756d70792e5f636f72652e6d756c74696172726179948c0c5f7265636f6e7374727563749493948c056e"
      "756d7079948c076e6461727261799493944b0085944301629487945294284b014b024b05869468038c0564747970659493948c024f389489"
      "8887945294284b038c017c944e4e4e4affffffff4affffffff4b3f749462895d94288c026e31944afdffffff4740040000000000004e885d"
      "94284b074b08654b01681486947d948c016b945d94284d2c014a90eefeff8a060000000000016573430300ff8094680268054b0085946807"
      "87945294284b014b034b028694680c8c02693294898887945294284b038c013e944e4e4e4affffffff4affffffff4b0074946288430c0000"
      "0001000200030004000594749462657494622e");
  for (const std::string& code : {protocol2, protocol4}) {
    const std::string whole = npy("|O", "(2, 5)", code);
    EXPECT_EQ(read_npy(whole),
              "array(2x5)['n1', -3, 2.5f, None, True, [7, 8], (1, [7, 8]), {'k', [300, -70000, 1099511627776]}, "
              "b'00ff80', array(3x2)[0, 3, 1, 4, 2, 5]]");
    for (std::size_t size = 0; size < whole.size(); ++size) refusal_of(whole.substr(0, size));
  }
}

// np.array({'c': [np.float32(1.5), np.int64(-5), np.bool_(1), np.uint8(200)]}, dtype=object), numpy 1, protocol 3
TEST(PickleReader, ReadsScalarsOfNumpy) {
  const std::string code = from_hex(
      "8003636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e7374727563740a7100636e756d70790a6e6461727261790a71"
      "014b008571024301627103877104527105284b0129636e756d70790a64747970650a710658020000004f3871078988877108527109284b03"
      "58010000007c710a4e4e4e4affffffff4affffffff4b3f74710b62895d710c7d710d580100000063710e5d710f28636e756d70792e636f72"
      "652e6d756c746961727261790a7363616c61720a711068065802000000663471118988877112527113284b0358010000003c71144e4e4e4a"
      "ffffffff4affffffff4b007471156243040000c03f711686711752711868106806580200000069387119898887711a52711b284b0368144e"
      "4e4e4affffffff4affffffff4b0074711c624308fbffffffffffffff711d86711e52711f6810680658020000006231712089888771215271"
      "22284b03680a4e4e4e4affffffff4affffffff4b007471236243010171248671255271266810680658020000007531712789888771285271"
      "29284b03680a4e4e4e4affffffff4affffffff4b0074712a624301c8712b86712c52712d65736174712e622e");
  EXPECT_EQ(read_npy(npy("|O", "()", code)), "array()[{'c', [1.5f, -5, True, 200]}]");
}

// What the class is called, and a call with these arguments.
std::string called(const std::string& name, const std::vector<std::string>& arguments) {
  return "c" + name + "\n" + py_tuple(arguments) + "R";
}

TEST(PickleReader, ReadsDictsOfOtherClasses) {
  const std::string items = "(" + py("a") + "K\1" + py("b") + "K\2u";
  const std::string dict = "{'a', 1, 'b', 2}";
  EXPECT_EQ(read_code(called("collections\nOrderedDict", {}) + items), dict);
  EXPECT_EQ(read_code(called("collections\ndefaultdict", {"cbuiltins\nlist\n"}) + items), dict);
  EXPECT_EQ(read_code(called("collections\ndefaultdict", {"c__builtin__\nlong\n"}) + items), dict);
  EXPECT_EQ(read_code(called("collections\ndefaultdict", {"N"}) + items), dict);
  EXPECT_EQ(read_code(called("collections\ndefaultdict", {})), "{}");
  expect_refusal(called("collections\nOrderedDict", {"N", "N"}), "too much");
  expect_refusal(called("builtins\nlist", {}), "a class is called that is none");
  expect_refusal("cbuiltins\nlist\n", "a class stands");
  expect_refusal(called("collections\ndefaultdict", {"cos\nsystem\n"}), "refuses the class 'os.system'");
}

// numpy lists the objects of an array in C order, and says that it was in Fortran order.
TEST(PickleReader, ObjectsComeInCOrderWhateverTheArraySays) {
  const std::string objects = py_list({"K\1", "K\2", "K\3", py("x"), py("y"), py("z")});
  EXPECT_EQ(read_code(py_array({2, 3}, py_type("O8", "|"), objects, true)), "array(2x3)[1, 2, 3, 'x', 'y', 'z']");
  const std::string numbers = "C\x06" + std::string("\1\2\3\4\5\6");
  EXPECT_EQ(read_code(py_array({2, 3}, py_type("u1", "|"), numbers, true)), "array(2x3)[1, 3, 5, 2, 4, 6]");
}

TEST(PickleReader, ReadsStringsOfNumpy) {
  const auto text = [](const std::string& order, const std::string& bytes) {
    return called("numpy.core.multiarray\nscalar", {py_type("U4", order), "B" + little(bytes.size(), 4) + bytes});
  };
  const auto characters = [](const std::vector<std::uint64_t>& codes, bool is_big) {
    std::string bytes;
    for (const std::uint64_t code : codes) bytes += is_big ? big(code, 4) : little(code, 4);
    return bytes;
  };
  EXPECT_EQ(read_code(text("<", characters({'u', '/', 'a', 0, 0}, false))), "'u/a'");
  EXPECT_EQ(read_code(text(">", characters({0xe9, 0x20ac, 0x1f600}, true))), "'\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'");
  EXPECT_EQ(read_code(text("<", "")), "''");
  expect_refusal(text("<", "abc"), "a string of numpy is broken");
  expect_refusal(text("<", characters({0x110000}, false)), "a string of numpy is broken");
}

TEST(PickleReader, ReadsNumbersOfProtocol5) {
  const auto array = [](const std::string& code, const std::vector<std::int64_t>& shape, const std::string& order) {
    std::vector<std::string> sizes;
    for (const std::int64_t size : shape) sizes.push_back(py(size));
    const std::string bytes = "\1\2\3\4\5\6";
    return called("numpy.core.numeric\n_frombuffer",
                  {code + little(bytes.size(), 8) + bytes, py_type("u1", "|"), py_tuple(sizes), py(order)});
  };
  for (const char* code : {"\x96", "\x8e"}) {
    EXPECT_EQ(read_code(array(code, {6}, "C")), "array(6)[1, 2, 3, 4, 5, 6]");
    EXPECT_EQ(read_code(array(code, {2, 3}, "F")), "array(2x3)[1, 3, 5, 2, 4, 6]");
    expect_refusal(array(code, {7}, "C"), "more or fewer elements");
    expect_refusal(std::string(code) + little(~0ULL, 8), "cut off");
  }
}

TEST(PickleReader, SharedContainersAreOneNode) {
  const TestFolder folder;
  const Pickle pickle(folder.write("objects.npy", object_npy("](](K\1K\2e\x94h" + little(0, 1) + "e")));
  const PickleNode& root = *pickle.node(pickle.root());
  ASSERT_EQ(root.items.size(), 2U);
  EXPECT_EQ(pickle.node(root.items[0]), pickle.node(root.items[1]));
}

TEST(PickleReader, RefusesEveryOtherNameAndInstruction) {
  const std::string call = "(X" + little(2, 4) + "ls" + "tR";
  expect_refusal("cos\nsystem\n" + call, "refuses the class 'os.system'");
  expect_refusal("\x8c\x02os\x8c\x06system\x93" + call, "refuses the class 'os.system'");
  expect_refusal("cbuiltins\neval\n" + call, "'builtins.eval'");
  expect_refusal("cnumpy\nload\n" + call, "'numpy.load'");
  expect_refusal("cnumpy.core.multiarray\nndarray\n" + call, "'numpy.core.multiarray.ndarray'");
  expect_refusal("cnumpy\nndarray.tofile\n" + call, "'numpy.ndarray.tofile'");
  expect_refusal(std::string("c\x1b[2J\n\0\n", 8), "refuses the class '?[2J.?'");
  const std::string known =
      ".(N\x88\x89JKM\x8aGX\x8c" + std::string("BC\x8e\x96]ae)\x85\x86\x87t}suqr\x94hjc\x93Rb\x80\x95");
  for (int code = 0; code < 256; ++code) {
    if (known.find(static_cast<char>(code)) != std::string::npos) continue;
    expect_refusal(std::string("N") + static_cast<char>(code) + std::string(16, '\1'),
                   fmt::format("instruction 0x{:02x}", code));
  }
  expect_refusal("\x80\x03N", "instruction 0x80");
  for (const int protocol : {0, 1, 6, 255}) {
    std::string start = "\x80";
    start += static_cast<char>(protocol);
    EXPECT_NE(refusal_of(npy("|O", "()", start + "N.")).find(fmt::format("protocol {} ", protocol)), std::string::npos);
  }
  EXPECT_NE(refusal_of(npy("|O", "()", "(lp0\n.")).find("protocol 0"), std::string::npos);
  EXPECT_NE(refusal_of(map_npy(1, 1, {1})).find("'<f8', not of Python objects"), std::string::npos);
}

TEST(PickleReader, RefusesBrokenPrograms) {
  expect_refusal("", "operands");
  expect_refusal("NN", "more than one object");
  EXPECT_NE(refusal_of(object_npy("N") + "N").find("more than one object"), std::string::npos);
  for (const char* code :
       {"a", "]a", "Na", "NNa", "\x85", "N\x86", "R", "b", "NR", ")R", "N)R", "])b", "]Ns", "]NNs", "q"}) {
    refusal_of_code(std::string(code) + '\0');
  }
  for (const char* code : {"e", "]Ne", "t", "Nt", "u"}) expect_refusal(code, "mark");
  expect_refusal("](Nt", "more than one");
  expect_refusal("](" + py("a") + "\x86", "operands");  // takes from below the mark
  expect_refusal("}(Nu", "without a value");
  expect_refusal("h" + little(0, 1), "no such entry");
  expect_refusal("Nq" + little(1, 1), "gap");
  expect_refusal("Nr" + little(0xffffffff, 4), "gap");
  expect_refusal("\x8a\x09" + std::string(9, '\1'), "64 bits");
  expect_refusal("X\xff\xff\xff\xff", "cut off");
  expect_refusal("B\xff\xff\xff\xff", "cut off");
  expect_refusal("\x95" + little(~0ULL, 8) + "N", "cut off");
  expect_refusal("cnumpy\nndarray", "cut off");
}

TEST(PickleReader, RefusesBrokenArrays) {
  const std::string objects = py_type("O8", "|"), reals = py_type("f8", "<");
  const std::string pair = py_list({"K\1", "K\2"}), bytes = "C\x10" + doubles({1, 2});
  EXPECT_EQ(read_code(py_array({1, 2}, objects, pair)), "array(1x2)[1, 2]");
  EXPECT_EQ(read_code(py_array({2}, reals, bytes)), "array(2)[1f, 2f]");
  EXPECT_EQ(read_code(py_array({0, 5}, reals, std::string("C\0", 2))), "array(0x5)[]");
  for (const ArrayShape& shape : {ArrayShape{3}, ArrayShape{1}, ArrayShape{}, ArrayShape{2, 2}, ArrayShape{0}}) {
    expect_refusal(py_array(shape, objects, pair), "more or fewer elements");
    expect_refusal(py_array(shape, reals, bytes), "more or fewer elements");
  }
  for (const ArrayShape& shape :
       {ArrayShape{-2}, ArrayShape{1LL << 62, 4}, ArrayShape{1LL << 32, 1LL << 32}, ArrayShape{100000}}) {
    expect_refusal(py_array(shape, reals, bytes), "impossible shape");
  }
  expect_refusal(py_array({2}, objects, bytes), "refuses an array of type 'O8'");
  expect_refusal(py_array({2}, reals, pair), "stands for the bytes");
  expect_refusal(py_array({2}, py_type("c8", "<"), bytes), "refuses an array of type 'c8'");
  expect_refusal(py_array({2}, py_type("f8", "?"), bytes), "refuses an array of type 'f8'");
  expect_refusal(py_array({2}, with(reals, "NNN", "N)N"), bytes), "fields");
  expect_refusal(reals, "a class stands");
  expect_refusal("cnumpy\nndarray\n", "a class stands");
  expect_refusal("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n\x85R", "a class stands");
  expect_refusal("cnumpy.core.multiarray\nscalar\n" + reals + "C\4abcd\x86R", "wrong size");
  expect_refusal("c_codecs\nencode\n" + py("\xe2\x82\xac") + py("latin1") + "\x86R", "bytes are broken");
  expect_refusal("c_codecs\nencode\n" + py("a") + py("utf-7") + "\x86R", "encoding");
}

TEST(PickleReader, RefusesWhatAWalkCouldNotCopeWith) {
  const auto get = [](std::uint64_t entry) { return "j" + little(entry, 4); };
  // A list that contains itself, directly and through a tuple.
  expect_refusal("]\x94" + get(0) + "a", "contains itself");
  expect_refusal("]\x94(" + get(0) + "\x85" + "e", "contains itself");
  // Each list holds the one before twice: 2^60 elements from a few hundred bytes.
  std::string doubling = "](](" + py("x") + "e\x94";
  for (std::uint64_t i = 0; i < 60; ++i) doubling += "](" + get(i) + get(i) + "e\x94";
  expect_refusal(doubling + "e", "shared so often");
  // Depth, however it comes about: 64 containers are read, 65 are not.
  const std::string deep64 = std::string(63, ']') + "]" + std::string(63, 'a');
  EXPECT_EQ(read_code(deep64), std::string(64, '[') + std::string(64, ']'));
  expect_refusal("]" + deep64 + "a", "too deeply");
  expect_refusal(")" + std::string(100000, '\x85'), "too deeply");
  std::string chain = "](]\x94";
  for (std::uint64_t i = 0; i < 100; ++i) chain += get(i) + "]\x94" + "a";
  expect_refusal(chain + "e", "too deeply");
  // Arrays that share one string of bytes, and bytes that share one string.
  std::string arrays = "B" + little(5000, 4) + std::string(5000, '\1') + "\x94](";
  for (int i = 0; i < 100; ++i) arrays += py_array({5000}, py_type("u1", "|"), get(0));
  expect_refusal(arrays + "e\x86", "shared so often");
  std::string codes = "X" + little(1000, 4) + std::string(1000, 'a') + "\x94](";
  for (int i = 0; i < 100; ++i) codes += "c_codecs\nencode\n" + get(0) + py("latin1") + "\x86R";
  expect_refusal(codes + "e\x86", "shared so often");
}

}  // namespace
}  // namespace gsrgnn

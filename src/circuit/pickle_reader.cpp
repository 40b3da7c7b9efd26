#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <gsrgnn/circuit/npy_reader.hpp>
#include <gsrgnn/circuit/pickle_reader.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/text.hpp>
#include <utility>

namespace gsrgnn {
namespace {

constexpr std::uint64_t kMostPickleBytes = std::uint64_t{1} << 28;
constexpr std::size_t kMostNodes = std::size_t{1} << 22;
constexpr int kMostDepth = 64;
constexpr std::int64_t kMostValuesPerByte = 16;

constexpr const char* kSharedTooOften = "objects are shared so often that the whole is larger than its file";
constexpr const char* kWrongCount = "an array has more or fewer elements than its shape";
constexpr const char* kDownloadAgain = "the file is damaged: download it again";
constexpr const char* kNotCircuitNet =
    "CircuitNet's files hold only lists, dicts, strings, numbers and arrays of them; do not trust this one";

constexpr std::array<std::pair<std::string_view, PickleName>, 17> kNames = {{
    {"numpy.core.multiarray._reconstruct", PickleName::reconstruct},
    {"numpy._core.multiarray._reconstruct", PickleName::reconstruct},  // numpy 2
    {"numpy.core.numeric._frombuffer", PickleName::from_buffer},       // arrays of numbers, in protocol 5
    {"numpy._core.numeric._frombuffer", PickleName::from_buffer},
    {"numpy.core.multiarray.scalar", PickleName::scalar},
    {"numpy._core.multiarray.scalar", PickleName::scalar},
    {"numpy.ndarray", PickleName::array},
    {"numpy.dtype", PickleName::type},
    {"_codecs.encode", PickleName::encode},  // bytes, in protocol 2
    {"collections.OrderedDict", PickleName::dict},
    {"collections.defaultdict", PickleName::default_dict},
    {"builtins.list", PickleName::factory},  // what a defaultdict makes of a key that it has not
    {"builtins.dict", PickleName::factory},
    {"builtins.int", PickleName::factory},
    {"__builtin__.list", PickleName::factory},  // in protocol 2
    {"__builtin__.dict", PickleName::factory},
    {"__builtin__.long", PickleName::factory},
}};

class PickleMachine {
 public:
  using Kind = PickleNode::Kind;

  /// `code` is the pickle in a file, `offset` its place there.
  PickleMachine(std::string_view code, std::size_t offset, const std::string& path, std::vector<PickleNode>& node,
                std::deque<std::string>& decoded)
      : code_(code), offset_(offset), path_(path), node_(node), decoded_(decoded) {}

  PickleValue run() {
    if (byte() != 0x80) refuse("the pickle is of protocol 0 or 1", kNotCircuitNet);
    const std::uint64_t protocol = byte();
    if (protocol < 2 || protocol > 5) refuse(fmt::format("pickle protocol {} is unknown", protocol), kNotCircuitNet);
    for (unsigned char code = next(); code != '.'; code = next()) {  // STOP
      if (kFollow[code] == nullptr)
        refuse(fmt::format("refuses the pickle instruction 0x{:02x}", code), kNotCircuitNet);
      kFollow[code](*this);
    }
    const PickleValue root = pop();
    if (!stack_.empty() || at_ != code_.size()) damaged("there is more than one object");
    seen_.resize(node_.size());
    measure(root, 0);
    return root;
  }

 private:
  // ---- bytes ----

  std::string_view take(std::uint64_t count) {
    if (count > code_.size() - at_) damaged("the pickle is cut off");
    const std::string_view bytes = code_.substr(at_, count);
    at_ += count;
    return bytes;
  }
  std::uint64_t number(std::size_t bytes) { return little_endian(take(bytes).data(), bytes); }
  unsigned char byte() { return static_cast<unsigned char>(number(1)); }
  // A signed number of up to 8 bytes.
  std::int64_t integer(std::size_t bytes) {
    if (bytes == 0) return 0;
    if (bytes > 8) refuse("an integer has more than 64 bits", kNotCircuitNet);
    const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes);
    return static_cast<std::int64_t>(number(bytes) << unused) >> unused;
  }
  std::string_view line() {
    const std::size_t end = code_.find('\n', at_);
    if (end == std::string_view::npos) damaged("the pickle is cut off");
    const std::string_view text = take(end - at_);
    ++at_;
    return text;
  }

  // ---- the stack, its marks and the memo ----

  void push(PickleValue value) { stack_.push_back(value); }
  PickleValue pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) damaged("an instruction lacks its operands");
    const PickleValue value = stack_.back();
    stack_.pop_back();
    return value;
  }
  // Everything above the last mark.
  std::vector<PickleValue> pop_marked() {
    if (marks_.empty()) damaged("an instruction lacks its mark");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleValue> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return values;
  }
  std::vector<PickleValue> pop_some(std::size_t count) {
    std::vector<PickleValue> values(count);
    while (count-- > 0) values[count] = pop();
    return values;
  }
  const PickleValue& top() {
    const PickleValue value = pop();
    push(value);
    return stack_.back();
  }
  // Python numbers the entries in the order in which it makes them.
  void remember(std::uint64_t entry) {
    if (entry > memo_.size()) damaged("the memo has a gap");
    if (entry == memo_.size()) memo_.emplace_back();
    memo_[entry] = top();
  }
  const PickleValue& recall(std::uint64_t entry) const {
    if (entry >= memo_.size()) damaged("the memo has no such entry");
    return memo_[entry];
  }

  // ---- nodes ----

  void push_node(Kind kind, std::vector<PickleValue> items, std::vector<std::int64_t> shape = {}) {
    if (node_.size() == kMostNodes) {
      refuse("there are too many lists, tuples and dicts", fmt::format("at most {} are read", kMostNodes));
    }
    push(PickleRef{static_cast<std::uint32_t>(node_.size())});
    node_.push_back({kind, std::move(items), std::move(shape)});
  }
  PickleNode* node(const PickleValue& value, Kind kind) {
    const PickleRef* const ref = std::get_if<PickleRef>(&value);
    return ref != nullptr && node_[ref->node].kind == kind ? &node_[ref->node] : nullptr;
  }
  PickleNode& expect_node(const PickleValue& value, Kind kind) {
    PickleNode* const found = node(value, kind);
    if (found == nullptr) damaged("an instruction has operands of a wrong kind");
    return *found;
  }
  template <class T>
  T expect(const PickleValue& value) const {
    const T* const found = std::get_if<T>(&value);
    if (found == nullptr) damaged("an instruction has operands of a wrong kind");
    return *found;
  }
  // The elements of a tuple that has few of them: the operands of a call, or a shape. Long ones are not worth a copy.
  std::vector<PickleValue> few(const PickleValue& tuple) {
    const std::vector<PickleValue>& items = expect_node(tuple, Kind::tuple).items;
    if (items.size() > 32) damaged("an instruction has too many operands");
    return items;
  }
  // What is copied or converted comes from bytes of the file, once; an object that is used again and again must not
  // make more of it.
  void spend(std::size_t values) {
    copied_ += values;
    if (copied_ > 2 * code_.size()) refuse(kSharedTooOften, kNotCircuitNet);
  }
  void extend(Kind kind, const std::vector<PickleValue>& more) {
    std::vector<PickleValue>& items = expect_node(top(), kind).items;
    items.insert(items.end(), more.begin(), more.end());
    if (kind == Kind::dict && more.size() % 2 != 0) damaged("a dict has a key without a value");
  }

  // ---- instructions ----

  unsigned char next() {
    instruction_ = at_;
    return byte();
  }
  void expect_frame() {
    if (number(8) > code_.size() - at_) damaged("the pickle is cut off");
  }
  void push_global() {
    const std::string_view module = line();
    push_name(module, line());
  }
  void push_stack_global() {
    const auto name = expect<std::string_view>(pop());
    push_name(expect<std::string_view>(pop()), name);
  }
  void push_name(std::string_view module, std::string_view name) {
    const std::string full = fmt::format("{}.{}", module, name);
    const auto found = std::find_if(kNames.begin(), kNames.end(), [&](const auto& some) { return some.first == full; });
    if (found == kNames.end()) refuse(fmt::format("refuses the class {}", in_quotes(full)), kNotCircuitNet);
    push(found->second);
  }

  // What Python would do by a call: name(*arguments).
  void reduce() {
    const std::vector<PickleValue> arguments = few(pop());
    const auto argument = [&](std::size_t i) -> const PickleValue& {
      if (i >= arguments.size()) damaged("an instruction lacks its operands");
      return arguments[i];
    };
    switch (expect<PickleName>(pop())) {
      case PickleName::reconstruct:
        // An array without a shape or elements so far: build() follows.
        if (expect<PickleName>(argument(0)) != PickleName::array) damaged("an array is of a wrong class");
        push_node(Kind::array, {}, {kUnbuilt});
        break;
      case PickleName::type:
        push_node(Kind::type, {expect<std::string_view>(argument(0))});
        break;
      case PickleName::from_buffer:
        // (elements, type, shape, order)
        push_node(Kind::array, {}, {kUnbuilt});
        fill(expect_node(top(), Kind::array), argument(2), argument(1), argument(0),
             expect<std::string_view>(argument(3)) == "F");
        break;
      case PickleName::dict:
      case PickleName::default_dict:
        if (arguments.size() > 1) damaged("a dict is made of too much");
        push_node(Kind::dict, {});  // what is in it follows
        break;
      case PickleName::scalar: {
        const PickleNode& of = expect_node(argument(0), Kind::type);
        const std::string_view bytes = expect<PickleBytes>(argument(1)).bytes;
        if (expect<std::string_view>(of.items[0]).substr(0, 1) == "U") {
          const auto text = text_of(bytes, order_of(of) == ">");
          if (!text) damaged("a string of numpy is broken");
          spend(bytes.size());
          push(std::string_view(decoded_.emplace_back(*text)));
          break;
        }
        const NumericType type = numbers(of);
        if (bytes.size() != type.bytes) damaged("a number has a wrong size");
        push(element(type, bytes.data()));
        break;
      }
      case PickleName::encode:
        if (expect<std::string_view>(argument(1)) != "latin1") damaged("bytes are of an unknown encoding");
        push(latin1(expect<std::string_view>(argument(0))));
        break;
      default:
        damaged("a class is called that is none");
    }
  }

  void build() {
    const std::vector<PickleValue> state = few(pop());
    if (PickleNode* const type = node(top(), Kind::type)) {
      // (version, byte order, sub-array, names, fields, ...)
      if (state.size() < 5 || type->items.size() != 1) damaged("a type has a wrong state");
      for (const std::size_t i : {2, 3, 4}) {
        if (!std::holds_alternative<PickleNone>(state[i])) refuse("refuses an array with fields", kNotCircuitNet);
      }
      type->items.emplace_back(expect<std::string_view>(state[1]));
      return;
    }
    // (version, shape, type, Fortran order, elements)
    PickleNode& array = expect_node(top(), Kind::array);
    if (state.size() != 5 || array.shape != std::vector<std::int64_t>{kUnbuilt}) damaged("an array has a wrong state");
    fill(array, state[1], state[2], state[4], expect<bool>(state[3]));
  }

  // Objects come as a list in C order, whatever the order of the array was; numbers as bytes in its order.
  void fill(PickleNode& array, const PickleValue& sizes, const PickleValue& dtype, const PickleValue& elements,
            bool fortran_order) {
    std::vector<std::int64_t> shape;
    for (const PickleValue& size : few(sizes)) shape.push_back(expect<std::int64_t>(size));
    const auto count = element_count(shape, static_cast<std::int64_t>(code_.size()));
    if (!count) damaged(fmt::format("an array has the impossible shape ({})", fmt::join(shape, ", ")));
    spend(static_cast<std::size_t>(*count));
    const PickleNode& type = expect_node(dtype, Kind::type);
    if (const PickleNode* const list = node(elements, Kind::list)) {
      const bool objects = expect<std::string_view>(type.items[0]).substr(0, 1) == "O";
      if (!objects) damaged("a list stands for the bytes of an array");
      if (list->items.size() != static_cast<std::size_t>(*count)) damaged(kWrongCount);
      array.items = list->items;
    } else {
      const NumericType numeric = numbers(type);
      const std::string_view bytes = expect<PickleBytes>(elements).bytes;
      if (bytes.size() != static_cast<std::size_t>(*count) * numeric.bytes) damaged(kWrongCount);
      std::vector<PickleValue> items;
      items.reserve(static_cast<std::size_t>(*count));
      for (std::size_t at = 0; at < bytes.size(); at += numeric.bytes) items.push_back(element(numeric, &bytes[at]));
      array.items = fortran_order ? to_c_order(items, shape) : std::move(items);
    }
    array.shape = std::move(shape);
  }

  // The number type that a numpy dtype is, from its name ("f8") and its byte order ("<").
  NumericType numbers(const PickleNode& type) const {
    const auto name = expect<std::string_view>(type.items[0]);
    const auto found = numeric_type(fmt::format("{}{}", order_of(type), name));
    if (!found) refuse(fmt::format("refuses an array of type {}", in_quotes(name)), kNotCircuitNet);
    return *found;
  }
  static PickleValue element(const NumericType& type, const char* bytes) {
    if (type.kind == 'f') return number_at(type, bytes);
    if (type.kind == 'b') return integer_at(type, bytes) != 0;
    return integer_at(type, bytes);
  }
  std::string_view order_of(const PickleNode& type) const {
    if (type.items.size() != 2) damaged("a type has no byte order");
    return expect<std::string_view>(type.items[1]);
  }
  // The bytes that a string of protocol 2 stands for: one each for the characters up to U+00FF, given in UTF-8.
  PickleBytes latin1(std::string_view text) {
    spend(text.size());
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
      unsigned code = static_cast<unsigned char>(text[i]);
      if (code >= 0x80) {
        if ((code & 0xfe) != 0xc2 || ++i == text.size()) damaged("bytes are broken");
        code = (code & 3) << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
      }
      bytes.push_back(static_cast<char>(code));
    }
    return {decoded_.emplace_back(std::move(bytes))};
  }

  // ---- the finished tree ----

  struct Measure {
    enum { kFresh, kOpen, kDone } state = kFresh;
    int height = 0;           // containers on the longest way down
    std::int64_t values = 1;  // with everything below, counted as often as it is reached
  };

  // Refuses what a walk over the tree could not cope with. Every node is visited once, however often it is shared.
  Measure measure(const PickleValue& value, int depth) {
    if (std::holds_alternative<PickleName>(value)) damaged("a class stands where a value belongs");
    const PickleRef* const ref = std::get_if<PickleRef>(&value);
    if (ref == nullptr) return {};
    const PickleNode& node = node_[ref->node];
    Measure& known = seen_[ref->node];
    if (known.state == Measure::kOpen) damaged("an object contains itself");
    if (depth + known.height >= kMostDepth) refuse("objects are nested too deeply", kNotCircuitNet);
    if (known.state == Measure::kDone) return known;
    if (node.kind == Kind::type || (node.kind == Kind::array && node.shape == std::vector<std::int64_t>{kUnbuilt})) {
      damaged("a class stands where a value belongs");
    }
    known.state = Measure::kOpen;
    for (const PickleValue& item : node.items) {
      const Measure below = measure(item, depth + 1);
      known.height = std::max(known.height, below.height + 1);
      known.values += below.values;
      if (known.values > kMostValuesPerByte * static_cast<std::int64_t>(code_.size())) {
        refuse(kSharedTooOften, kNotCircuitNet);
      }
    }
    known.state = Measure::kDone;
    return known;
  }

  [[noreturn]] void refuse(std::string_view what, std::string_view hint) const {
    throw InputError(path_, fmt::format("{} (at byte {})", what, offset_ + instruction_), hint);
  }
  [[noreturn]] void damaged(std::string_view what) const { refuse(what, kDownloadAgain); }

  using Follow = void (*)(PickleMachine&);
  static const std::array<Follow, 256> kFollow;  // by the instruction's byte; null for those that are refused
  static constexpr std::int64_t kUnbuilt = -1;   // the only size of an array whose state has not come yet

  std::string_view code_;
  std::size_t offset_;
  const std::string& path_;
  std::vector<PickleNode>& node_;
  std::deque<std::string>& decoded_;
  std::size_t at_ = 0, instruction_ = 0;
  std::size_t copied_ = 0;
  std::vector<PickleValue> stack_, memo_;
  std::vector<std::size_t> marks_;
  std::vector<Measure> seen_;
};

// The instructions that are followed, with their names in Python's pickletools.
const std::array<PickleMachine::Follow, 256> PickleMachine::kFollow = [] {
  using M = PickleMachine;
  std::array<Follow, 256> follow{};
  follow['('] = [](M& m) { m.marks_.push_back(m.stack_.size()); };                  // MARK
  follow[0x95] = [](M& m) { m.expect_frame(); };                                    // FRAME
  follow['N'] = [](M& m) { m.push(PickleNone{}); };                                 // NONE
  follow[0x88] = [](M& m) { m.push(true); };                                        // NEWTRUE
  follow[0x89] = [](M& m) { m.push(false); };                                       // NEWFALSE
  follow['J'] = [](M& m) { m.push(m.integer(4)); };                                 // BININT
  follow['K'] = [](M& m) { m.push(static_cast<std::int64_t>(m.number(1))); };       // BININT1
  follow['M'] = [](M& m) { m.push(static_cast<std::int64_t>(m.number(2))); };       // BININT2
  follow[0x8a] = [](M& m) { m.push(m.integer(m.number(1))); };                      // LONG1
  follow['G'] = [](M& m) { m.push(number_at({'f', 8, true}, m.take(8).data())); };  // BINFLOAT
  follow['X'] = [](M& m) { m.push(m.take(m.number(4))); };                          // BINUNICODE
  follow[0x8c] = [](M& m) { m.push(m.take(m.number(1))); };                         // SHORT_BINUNICODE
  follow['B'] = [](M& m) { m.push(PickleBytes{m.take(m.number(4))}); };             // BINBYTES
  follow['C'] = [](M& m) { m.push(PickleBytes{m.take(m.number(1))}); };             // SHORT_BINBYTES
  follow[0x8e] = [](M& m) { m.push(PickleBytes{m.take(m.number(8))}); };            // BINBYTES8
  follow[0x96] = [](M& m) { m.push(PickleBytes{m.take(m.number(8))}); };            // BYTEARRAY8
  follow[']'] = [](M& m) { m.push_node(Kind::list, {}); };                          // EMPTY_LIST
  follow['a'] = [](M& m) { m.extend(Kind::list, m.pop_some(1)); };                  // APPEND
  follow['e'] = [](M& m) { m.extend(Kind::list, m.pop_marked()); };                 // APPENDS
  follow[')'] = [](M& m) { m.push_node(Kind::tuple, {}); };                         // EMPTY_TUPLE
  follow[0x85] = [](M& m) { m.push_node(Kind::tuple, m.pop_some(1)); };             // TUPLE1
  follow[0x86] = [](M& m) { m.push_node(Kind::tuple, m.pop_some(2)); };             // TUPLE2
  follow[0x87] = [](M& m) { m.push_node(Kind::tuple, m.pop_some(3)); };             // TUPLE3
  follow['t'] = [](M& m) { m.push_node(Kind::tuple, m.pop_marked()); };             // TUPLE
  follow['}'] = [](M& m) { m.push_node(Kind::dict, {}); };                          // EMPTY_DICT
  follow['s'] = [](M& m) { m.extend(Kind::dict, m.pop_some(2)); };                  // SETITEM
  follow['u'] = [](M& m) { m.extend(Kind::dict, m.pop_marked()); };                 // SETITEMS
  follow['q'] = [](M& m) { m.remember(m.number(1)); };                              // BINPUT
  follow['r'] = [](M& m) { m.remember(m.number(4)); };                              // LONG_BINPUT
  follow[0x94] = [](M& m) { m.remember(m.memo_.size()); };                          // MEMOIZE
  follow['h'] = [](M& m) { m.push(m.recall(m.number(1))); };                        // BINGET
  follow['j'] = [](M& m) { m.push(m.recall(m.number(4))); };                        // LONG_BINGET
  follow['c'] = [](M& m) { m.push_global(); };                                      // GLOBAL
  follow[0x93] = [](M& m) { m.push_stack_global(); };                               // STACK_GLOBAL
  follow['R'] = [](M& m) { m.reduce(); };                                           // REDUCE
  follow['b'] = [](M& m) { m.build(); };                                            // BUILD
  return follow;
}();

}  // namespace

Pickle::Pickle(const std::string& path) : Pickle(read_whole_file(path, kMostPickleBytes), path) {}

Pickle::Pickle(std::string bytes, std::string place) : path_(std::move(place)), bytes_(std::move(bytes)) {
  const NpyHeader header = read_npy_header(bytes_, path_);
  if (header.type != "|O") {
    throw InputError(path_, fmt::format("the array is of type {}, not of Python objects", in_quotes(header.type)),
                     "give the graph files of CircuitNet as they were downloaded");
  }
  const auto code = std::string_view(bytes_).substr(header.data);
  root_ = PickleMachine(code, header.data, path_, node_, decoded_).run();
}

}  // namespace gsrgnn

#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <gsrgnn/circuit/npy_reader.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <limits>
#include <new>
#include <utility>

namespace gsrgnn {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 26;
constexpr std::uint64_t kMostArrayBytes = std::uint64_t{1} << 30;
constexpr std::size_t kMostAxes = 32;  // numpy's own limit for most of its life

[[noreturn]] void damaged(const std::string& place, std::string_view what) {
  throw InputError(place, what, "the file is damaged or not from numpy: download or save it again");
}

std::uint64_t bits_at(const NumericType& type, const char* bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < type.bytes; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[type.big_endian ? i : type.bytes - 1 - i]);
  }
  return value;
}

// IEEE 754 binary16; every value of it is exact in double.
double half_to_double(std::uint64_t bits) {
  const double sign = (bits >> 15) != 0 ? -1.0 : 1.0;
  const int exponent = static_cast<int>(bits >> 10 & 0x1f);
  const auto fraction = static_cast<double>(bits & 0x3ff);
  if (exponent == 31) {
    return fraction > 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  }
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024.0 + fraction, exponent - 25));
}

// ---- the header: a Python dict literal of three known keys ----------------------------------------------------------

class HeaderText {
 public:
  HeaderText(std::string_view text, const std::string& place) : text_(text), place_(place) {}

  NpyHeader read() {
    NpyHeader header;
    bool has_type = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr" && !std::exchange(has_type, true)) {
        if (peek() == '[') damaged(place_, "the array has named fields, not numbers");
        header.type = string();
      } else if (key == "fortran_order" && !std::exchange(has_order, true)) {
        header.fortran_order = boolean();
      } else if (key == "shape" && !std::exchange(has_shape, true)) {
        header.shape = shape();
      } else {
        broken();
      }
      if (accept('}')) break;
      expect(',');
    }
    if (peek() != '\0' || !has_type || !has_order || !has_shape) broken();
    return header;
  }

 private:
  [[noreturn]] void broken() const { damaged(place_, "the header of the .npy is broken"); }

  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) broken();
  }
  std::string_view string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') broken();
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) broken();
    const std::string_view content = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return content;
  }
  bool boolean() {
    peek();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return value;
    }
    broken();
  }
  std::vector<std::int64_t> shape() {
    std::vector<std::int64_t> sizes;
    expect('(');
    while (!accept(')')) {
      if (sizes.size() == kMostAxes) broken();
      sizes.push_back(integer());
      if (accept(')')) break;
      expect(',');
    }
    return sizes;
  }
  std::int64_t integer() {
    constexpr std::int64_t kMost = std::int64_t{1} << 48;
    if (peek() < '0' || text_[at_] > '9') broken();
    std::int64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      value = std::min(kMost, value * 10 + (text_[at_] - '0'));
    }
    return value;
  }

  std::string_view text_;
  const std::string& place_;
  std::size_t at_ = 0;
};

// ---- .npy -----------------------------------------------------------------------------------------------------------

struct NumericLayout {
  NpyHeader header;
  NumericType type;
  std::int64_t elements;
};

// The header of an array of numbers that, header and all, has `size` bytes; `start` are the first of them.
NumericLayout numeric_layout(std::string_view start, std::uint64_t size, const std::string& place) {
  NpyHeader header = read_npy_header(start, place);
  const std::optional<NumericType> type = numeric_type(header.type);
  if (!type) {
    const bool objects = header.type == "|O" || header.type == "O";
    throw InputError(place,
                     objects ? std::string("the array holds Python objects, not numbers")
                             : fmt::format("the array is of type '{:.20}', not of numbers", header.type),
                     "give an array of bool, integer or float numbers");
  }
  const std::optional<std::int64_t> elements = element_count(header.shape, kMostElements);
  if (!elements) {
    throw InputError(place, fmt::format("the shape ({}) is too large", fmt::join(header.shape, ", ")),
                     fmt::format("at most {} elements are supported", kMostElements));
  }
  const std::uint64_t needed = static_cast<std::uint64_t>(*elements) * type->bytes;
  if (size - header.data != needed) {
    damaged(place, fmt::format("there are {} bytes of data where the shape ({}) needs {}", size - header.data,
                               fmt::join(header.shape, ", "), needed));
  }
  return {std::move(header), *type, *elements};
}

NumericArray read_npy(std::string_view bytes, const std::string& place) {
  NumericLayout layout = numeric_layout(bytes, bytes.size(), place);
  NumericArray array;
  array.value.reserve(layout.elements);
  const char* at = bytes.data() + layout.header.data;
  for (std::int64_t i = 0; i < layout.elements; ++i, at += layout.type.bytes) {
    array.value.push_back(number_at(layout.type, at));
  }
  if (layout.header.fortran_order) array.value = to_c_order(array.value, layout.header.shape);
  array.shape = std::move(layout.header.shape);
  return array;
}

// ---- .npz: the part of the zip format that numpy writes -------------------------------------------------------------

struct ZipMember {
  std::string_view name;
  std::uint32_t method, checksum;
  std::uint64_t size;  ///< unpacked
  std::string_view packed;
};

class Zip {
 public:
  Zip(std::string_view bytes, const std::string& path) : bytes_(bytes), path_(path) {
    // A zip is read from its end, where a record tells where the directory of its members begins.
    const std::size_t end = bytes.rfind("PK\5\6");
    if (end == std::string_view::npos || bytes.size() - end < 22) damaged(path, "the .npz is cut off");
    const std::uint64_t count = number(end + 10, 2);
    std::uint64_t at = number(end + 16, 4);
    for (std::uint64_t i = 0; i < count; ++i) at = add_member(at);
  }

  const ZipMember& find(const std::string& name) const {
    std::vector<std::string_view> names;
    for (const ZipMember& some : members_) {
      if (some.name == name || some.name == name + ".npy" || (name.empty() && members_.size() == 1)) return some;
      if (names.size() < 10) names.push_back(some.name);
    }
    if (members_.empty()) damaged(path_, "there is no array in the .npz");
    for (std::string_view& some : names) {
      if (some.size() > 4 && some.substr(some.size() - 4) == ".npy") some.remove_suffix(4);
    }
    throw InputError(path_,
                     name.empty() ? fmt::format("there are {} arrays in the .npz", members_.size())
                                  : fmt::format("there is no array '{}' in the .npz", name),
                     printable(fmt::format("name one of its arrays, e.g. {}:{}; there are {}", path_, names.front(),
                                           fmt::join(names, ", "))));
  }

  std::string place(const ZipMember& member) const {
    return fmt::format("{}:{}", path_, printable(std::string(member.name)));
  }

 private:
  static std::string printable(std::string text) {
    for (char& c : text) c = c >= ' ' && c <= '~' ? c : '?';
    return text;
  }

  // Takes one entry of the directory and returns where the next begins.
  std::uint64_t add_member(std::uint64_t at) {
    if (number(at, 4) != 0x02014b50) damaged(path_, "the directory of the .npz is broken");
    ZipMember member;
    const std::uint64_t flags = number(at + 8, 2), packed = number(at + 20, 4), local = number(at + 42, 4);
    const std::uint64_t name_size = number(at + 28, 2);
    member.method = static_cast<std::uint32_t>(number(at + 10, 2));
    member.checksum = static_cast<std::uint32_t>(number(at + 16, 4));
    member.size = number(at + 24, 4);
    member.name = slice(at + 46, name_size);
    if ((flags & 1) != 0) throw InputError(place(member), "the array is encrypted", "save it without a password");
    if (number(local, 4) != 0x04034b50) damaged(path_, "a member of the .npz is not where its directory says");
    member.packed = slice(local + 30 + number(local + 26, 2) + number(local + 28, 2), packed);
    members_.push_back(member);
    return at + 46 + name_size + number(at + 30, 2) + number(at + 32, 2);
  }

  std::string_view slice(std::uint64_t at, std::uint64_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) damaged(path_, "the .npz is cut off");
    return bytes_.substr(at, size);
  }
  std::uint64_t number(std::uint64_t at, std::size_t size) const { return little_endian(slice(at, size).data(), size); }

  std::string_view bytes_;
  const std::string& path_;
  std::vector<ZipMember> members_;
};

// Up to `most` bytes from the beginning of a deflated stream.
std::string inflate_start(std::string_view packed, std::size_t most, const std::string& place) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  std::string bytes(most, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib only reads them
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  const int status = inflate(&stream, Z_SYNC_FLUSH);
  bytes.resize(stream.total_out);
  inflateEnd(&stream);
  if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
    damaged(place, "the compressed data is broken");
  }
  return bytes;
}

std::string unpack(const ZipMember& member, const std::string& place) {
  constexpr std::size_t kHeaderBytes = std::size_t{1} << 17;  // more than the longest header has
  constexpr std::uint64_t kBestDeflateRatio = 1032;           // 258 bytes from two bits
  std::string bytes;
  if (member.method == 0) {
    bytes = member.packed;
  } else if (member.method == 8) {
    if (member.size / kBestDeflateRatio > member.packed.size()) {
      damaged(place, fmt::format("{} bytes cannot hold {}", member.packed.size(), member.size));
    }
    // The header decides how much may be unpacked before anything large is.
    const std::size_t start = static_cast<std::size_t>(std::min<std::uint64_t>(member.size, kHeaderBytes));
    numeric_layout(inflate_start(member.packed, start, place), member.size, place);
    bytes = inflate_start(member.packed, static_cast<std::size_t>(member.size) + 1, place);
  } else {
    throw InputError(place, fmt::format("the array is compressed by method {}", member.method),
                     "save it with np.savez_compressed");
  }
  if (bytes.size() != member.size) damaged(place, "the data is cut off or too long");
  const uLong checksum = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  if (checksum != member.checksum) damaged(place, "the checksum does not match the data");
  return bytes;
}

}  // namespace

std::optional<NumericType> numeric_type(std::string_view name) {
  if (name.size() != 3) return std::nullopt;
  const char order = name[0], kind = name[1];
  const int bytes = name[2] - '0';
  const bool integer = (kind == 'i' || kind == 'u') && (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8);
  const bool real = kind == 'f' && (bytes == 2 || bytes == 4 || bytes == 8);
  const bool boolean = kind == 'b' && bytes == 1;
  if (!integer && !real && !boolean) return std::nullopt;
  if (order != '<' && order != '>' && (order != '|' || bytes != 1)) return std::nullopt;
  return NumericType{kind, static_cast<std::size_t>(bytes), order == '>'};
}

std::uint64_t little_endian(const char* bytes, std::size_t count) {
  return bits_at({'u', count, false}, bytes);
}

std::int64_t integer_at(const NumericType& type, const char* bytes) {
  const std::uint64_t bits = bits_at(type, bytes);
  if (type.kind == 'b') return bits != 0 ? 1 : 0;
  if (type.kind == 'u' || type.bytes == 8) return static_cast<std::int64_t>(bits);
  const std::uint64_t sign = std::uint64_t{1} << (8 * type.bytes - 1);
  return static_cast<std::int64_t>(bits ^ sign) - static_cast<std::int64_t>(sign);
}

double number_at(const NumericType& type, const char* bytes) {
  if (type.kind == 'u') return static_cast<double>(bits_at(type, bytes));
  if (type.kind != 'f') return static_cast<double>(integer_at(type, bytes));
  const std::uint64_t bits = bits_at(type, bytes);
  if (type.bytes == 2) return half_to_double(bits);
  if (type.bytes == 4) {
    const auto narrow = static_cast<std::uint32_t>(bits);
    float value;
    std::memcpy(&value, &narrow, sizeof value);
    return static_cast<double>(value);
  }
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::optional<std::string> text_of(std::string_view bytes, bool big_endian) {
  if (bytes.size() % 4 != 0) return std::nullopt;
  std::string text;
  std::size_t length = 0;  // without the padding
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    const std::uint64_t code = bits_at({'u', 4, big_endian}, &bytes[at]);
    if (code > 0x10ffff) return std::nullopt;
    const int further = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;  // bytes after the first
    const std::uint64_t lead = further == 0 ? 0 : 0xff00U >> (further + 1) & 0xff;
    text += static_cast<char>(lead | code >> (6 * further));
    for (int i = further; i-- > 0;) text += static_cast<char>(0x80 | (code >> (6 * i) & 0x3f));
    if (code != 0) length = text.size();
  }
  text.resize(length);
  return text;
}

NpyHeader read_npy_header(std::string_view bytes, const std::string& place) {
  if (bytes.substr(0, 6) != "\x93NUMPY") damaged(place, "this is not a .npy file");
  if (bytes.size() < 12) damaged(place, "the .npy is cut off");
  const int version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3) damaged(place, fmt::format(".npy format version {} is unknown", version));
  const std::size_t width = version == 1 ? 2 : 4;
  const std::uint64_t size = little_endian(bytes.data() + 8, width);
  if (size > 0xffff) damaged(place, fmt::format("the header of the .npy has {} bytes", size));
  const std::size_t text = 8 + width;
  if (size > bytes.size() - text) damaged(place, "the .npy is cut off");
  NpyHeader header = HeaderText(bytes.substr(text, size), place).read();
  header.data = text + size;
  return header;
}

std::optional<std::int64_t> element_count(const std::vector<std::int64_t>& shape, std::int64_t most) {
  if (std::any_of(shape.begin(), shape.end(), [](std::int64_t size) { return size < 0; })) return std::nullopt;
  if (std::count(shape.begin(), shape.end(), 0) > 0) return 0;
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    if (count > most / size) return std::nullopt;
    count *= size;
  }
  return count;
}

NumericArray read_numeric_array(const std::string& path, const std::string& member) {
  return parse_numeric_array(read_whole_file(path, kMostArrayBytes), path, member);
}

NumericArray parse_numeric_array(std::string_view bytes, const std::string& place, const std::string& member) {
  if (bytes.substr(0, 2) != "PK") return read_npy(bytes, place);
  const Zip zip(bytes, place);
  const ZipMember& found = zip.find(member);
  return read_npy(unpack(found, zip.place(found)), zip.place(found));
}

}  // namespace gsrgnn

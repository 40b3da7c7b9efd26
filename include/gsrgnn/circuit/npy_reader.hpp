#pragma once

/// Arrays of numbers as numpy saves them: .npy files (format versions 1 to 3) and .npz files (a zip of them).
/// Nothing is allocated that the file cannot back, and every damage is an InputError that names the file.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn {

struct NumericArray {
  std::vector<std::int64_t> shape;  ///< empty for a single number
  std::vector<double> value;        ///< the elements in C order (last axis fastest), whatever the order of the file
};

/// Reads bool, (unsigned) integers of 8 to 64 bits and floats of 16 to 64 bits, of either byte order. Integers beyond
/// 2^53 are rounded. Of a .npz, told by its content, `member` names the array, with or without ".npy"; it may be empty
/// when there is only one. Members are stored or deflated, as np.savez and np.savez_compressed write them.
/// Throws InputError at "FILE" or "FILE:MEMBER" for a file that is damaged, holds anything but numbers, or more than
/// 2^26 of them.
NumericArray read_numeric_array(const std::string& path, const std::string& member = "");
/// Likewise, of the bytes of such a file; `place` stands for its name in messages.
NumericArray parse_numeric_array(std::string_view bytes, const std::string& place, const std::string& member = "");

// ---- what the reader of pickled arrays needs of the same format -----------------------------------------------------

/// A number type of numpy.
struct NumericType {
  char kind;  ///< 'b' bool, 'i' signed, 'u' unsigned, 'f' float
  std::size_t bytes;
  bool big_endian;
};

/// The type that numpy writes as e.g. "<f8", ">i2" or "|u1"; nothing when it is not a number type.
std::optional<NumericType> numeric_type(std::string_view name);

/// The unsigned number of `count` bytes, the least first.
std::uint64_t little_endian(const char* bytes, std::size_t count);
/// The number whose type.bytes bytes begin at `bytes`.
double number_at(const NumericType& type, const char* bytes);
/// Likewise, for kinds 'b', 'i' and 'u'. An unsigned number beyond 2^63 - 1 comes out negative.
std::int64_t integer_at(const NumericType& type, const char* bytes);

/// A string of numpy (type "U"), four bytes a character and padded with zeros, as UTF-8; nothing when it is broken.
std::optional<std::string> text_of(std::string_view bytes, bool big_endian);

struct NpyHeader {
  std::string type;  ///< e.g. "<f8", or "|O" for pickled Python objects
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  std::size_t data = 0;  ///< offset of the first byte behind the header
};

/// Reads the header of a .npy from the first bytes of it. Throws InputError at `place`.
NpyHeader read_npy_header(std::string_view bytes, const std::string& place);

/// The number of elements of a shape; nothing when a size is negative or there are more than `most` elements.
std::optional<std::int64_t> element_count(const std::vector<std::int64_t>& shape, std::int64_t most);

/// Elements in Fortran order (first axis fastest), as many as the shape has, put into C order.
template <class T>
std::vector<T> to_c_order(const std::vector<T>& fortran, const std::vector<std::int64_t>& shape) {
  if (fortran.empty()) return {};
  std::vector<std::int64_t> index(shape.size(), 0), stride(shape.size(), 1);
  for (std::size_t axis = 1; axis < shape.size(); ++axis) stride[axis] = stride[axis - 1] * shape[axis - 1];
  std::vector<T> result;
  result.reserve(fortran.size());
  for (std::int64_t at = 0; result.size() < fortran.size();) {
    result.push_back(fortran[at]);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      at += stride[axis];
      if (++index[axis] < shape[axis]) break;
      at -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

}  // namespace gsrgnn

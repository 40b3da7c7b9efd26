#include <zlib.h>

#include <gsrgnn/util/png.hpp>
#include <new>

namespace gsrgnn {
namespace {

std::string big_endian(std::uint64_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

std::string chunk(const std::string& type, const std::string& data) {
  const std::string checked = type + data;
  const uLong checksum = crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  return big_endian(data.size()) + checked + big_endian(checksum);
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  if (compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
               bytes.size()) != Z_OK) {
    throw std::bad_alloc();
  }
  packed.resize(size);
  return packed;
}

}  // namespace

std::string png(std::size_t width, std::size_t height, const std::vector<Colour>& pixel) {
  std::string rows;
  for (std::size_t y = 0; y < height; ++y) {
    rows += '\0';  // the row as it is, without a filter
    for (std::size_t x = 0; x < width; ++x) {
      for (const std::uint8_t part : pixel[y * width + x]) rows += static_cast<char>(part);
    }
  }
  const std::string eight_bits_of_rgb = {8, 2, 0, 0, 0};
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", big_endian(width) + big_endian(height) + eight_bits_of_rgb) +
         chunk("IDAT", deflated(rows)) + chunk("IEND", "");
}

}  // namespace gsrgnn

#pragma once

/// A PNG read back, as far as this program writes them: eight bits a colour, one IDAT, rows without a filter.

#include <gtest/gtest.h>
#include <zlib.h>

#include <gsrgnn/util/png.hpp>

namespace gsrgnn::testing {

struct Pixels {
  std::size_t width = 0, height = 0;
  std::vector<Colour> pixel;
  Colour at(std::size_t x, std::size_t y) const { return pixel[y * width + x]; }
};

inline Pixels png_pixels(const std::string& bytes) {
  const auto number = [&](std::size_t at) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
    return value;
  };
  Pixels read;
  EXPECT_EQ(bytes.substr(0, 8), "\x89PNG\r\n\x1a\n");
  std::string types, rows;
  for (std::size_t at = 8; at < bytes.size(); at += 12 + number(at)) {
    const std::string checked = bytes.substr(at + 4, 4 + number(at)), type = checked.substr(0, 4);
    EXPECT_EQ(number(at + 8 + number(at)),
              crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size())));
    types += type + " ";
    if (type == "IHDR") {
      read.width = number(at + 8);
      read.height = number(at + 12);
      EXPECT_EQ(checked.substr(12), std::string("\x08\x02\x00\x00\x00", 5));
    } else if (type == "IDAT") {
      rows.resize(read.height * (3 * read.width + 1));
      uLongf size = rows.size();
      EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(rows.data()), &size,
                           reinterpret_cast<const Bytef*>(checked.data() + 4), checked.size() - 4),
                Z_OK);
      EXPECT_EQ(size, rows.size());
    }
  }
  EXPECT_EQ(types, "IHDR IDAT IEND ");
  for (std::size_t y = 0; y < read.height; ++y) {
    const std::string row = rows.substr(y * (3 * read.width + 1), 3 * read.width + 1);
    EXPECT_EQ(row[0], '\0');
    for (std::size_t x = 0; x < read.width; ++x) {
      Colour colour{};
      for (std::size_t part = 0; part < 3; ++part) colour[part] = static_cast<std::uint8_t>(row[1 + 3 * x + part]);
      read.pixel.push_back(colour);
    }
  }
  return read;
}

}  // namespace gsrgnn::testing

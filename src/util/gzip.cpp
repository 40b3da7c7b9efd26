#include <zlib.h>

#include <algorithm>
#include <array>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/gzip.hpp>
#include <limits>
#include <memory>
#include <new>

namespace gsrgnn {

bool is_gzip(std::string_view bytes) {
  return bytes.substr(0, 2) == "\x1f\x8b";
}

std::string gunzip(std::string_view packed, const std::string& place, std::size_t most) {
  constexpr int kGzip = 16 + MAX_WBITS;
  z_stream stream{};
  if (inflateInit2(&stream, kGzip) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  const auto refuse = [&](const char* what) {
    throw InputError(place, fmt::format("the gzipped file {}", what), "copy it again in full; gzip -t tries it");
  };
  std::string text;
  std::array<char, 1 << 18> part{};
  std::string_view rest = packed;
  for (int status = Z_OK; status != Z_STREAM_END || !rest.empty();) {
    if (status == Z_STREAM_END) {  // the next member; what is no member, like padding, ends it
      if (!is_gzip(rest)) break;
      inflateReset(&stream);
    }
    const std::size_t given = std::min<std::size_t>(rest.size(), std::numeric_limits<uInt>::max());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));  // zlib does not write there
    stream.avail_in = static_cast<uInt>(given);
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    status = inflate(&stream, Z_NO_FLUSH);
    rest.remove_prefix(given - stream.avail_in);
    const std::size_t got = part.size() - stream.avail_out;
    text.append(part.data(), got);
    if (text.size() > most) refuse("unpacks to more than is read of one file");
    if (status == Z_BUF_ERROR || (status == Z_OK && rest.empty() && got == 0)) refuse("ends too early");
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END) refuse("is damaged");
  }
  return text;
}

}  // namespace gsrgnn

#include <algorithm>
#include <gsrgnn/util/error.hpp>

#include "util/hdf5_parts.hpp"

namespace gsrgnn {
namespace {

constexpr int kLevel = 6;            // of zlib; the highest takes a tenth less, and twice the time
constexpr hsize_t kChunk = 1 << 20;  // bytes that are deflated together

}  // namespace

void Hdf5Writer::names(const std::string& name, const std::vector<std::string>& values) {
  std::string packed;
  for (const std::string& value : values) packed += value + '\0';
  packed.pop_back();
  const hsize_t size = packed.size(), chunk = std::clamp<hsize_t>(size, 1, kChunk);
  const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, 0);
  H5Pset_chunk(properties, 1, &chunk);
  H5Pset_deflate(properties, kLevel);
  make_groups(name);
  Handle dataset(H5Dcreate2(file_, name.c_str(), H5T_NATIVE_UINT8, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                 H5Dclose);
  if (!dataset.valid() || H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, packed.data()) < 0 ||
      !dataset.close_checked()) {
    fail("/" + name);
  }
}

std::vector<std::string> Hdf5Contents::names(const std::string& name, std::uint64_t count) const {
  {
    const Handle dataset(open_dataset(*this, file_, name), H5Dclose);
    const Handle stored(H5Dget_type(dataset), H5Tclose);
    if (H5Tget_class(stored) != H5T_INTEGER || H5Tget_size(stored) != 1 || shape(name).size() != 1) {
      fail(name, "does not hold the bytes of names");
    }
  }
  const auto packed = array<std::uint8_t>(name);
  const auto held = static_cast<std::uint64_t>(std::count(packed.begin(), packed.end(), std::uint8_t{0})) + 1;
  if (held != count) fail(name, fmt::format("holds {} names where {} are expected", held, count));
  std::vector<std::string> values;
  values.reserve(count);
  for (auto start = packed.begin(); values.size() < count;) {
    const auto end = std::find(start, packed.end(), std::uint8_t{0});
    values.emplace_back(start, end);
    if (end != packed.end()) start = end + 1;
  }
  return values;
}

}  // namespace gsrgnn

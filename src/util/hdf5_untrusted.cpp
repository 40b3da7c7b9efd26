#include <zlib.h>

#include <algorithm>
#include <array>
#include <gsrgnn/util/error.hpp>

#include "util/hdf5_parts.hpp"

namespace gsrgnn {
namespace {

constexpr std::size_t kFletcherBytes = 4;
constexpr unsigned kExternalFiles = 7;  // the message of an object's header that names them

/// Integers of 1 to 8 bytes and IEEE floating-point numbers of 2 to 8, in either order of bytes.
bool is_number(hid_t type) {
  static const std::vector<hid_t> known = [] {
    // Those of our own files first.
    std::vector<hid_t> types = {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_STD_I64LE, H5T_STD_I32LE, H5T_STD_U8LE,
                                H5T_STD_I8LE,   H5T_STD_I16LE,  H5T_STD_U16LE, H5T_STD_U32LE, H5T_STD_U64LE,
                                H5T_IEEE_F32BE, H5T_IEEE_F64BE, H5T_STD_I8BE,  H5T_STD_I16BE, H5T_STD_I32BE,
                                H5T_STD_I64BE,  H5T_STD_U8BE,   H5T_STD_U16BE, H5T_STD_U32BE, H5T_STD_U64BE};
    const std::vector<hid_t> singles = {H5T_IEEE_F32LE, H5T_IEEE_F32BE};  // nvcc loses a list of these in the loop
    for (const hid_t single : singles) {
      types.push_back(H5Tcopy(single));
      H5Tset_fields(types.back(), 15, 10, 5, 0, 10);
      H5Tset_size(types.back(), 2);
      H5Tset_ebias(types.back(), 15);
    }
    return types;
  }();
  return std::any_of(known.begin(), known.end(), [&](hid_t one) { return H5Tequal(type, one) > 0; });
}

[[noreturn]] void refuse_other_file(const Hdf5Contents& contents, const std::string& name) {
  contents.refuse(name, "has its values in another file, and that is not read", "put them into this one");
}

/// The number of bytes that deflated ones unpack to; 0 when they do not, or to more than `most`.
std::size_t inflated_size(const std::vector<char>& packed, std::size_t size, std::size_t most) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return 0;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(size);
  std::array<Bytef, 1 << 16> part{};
  int code = Z_OK;
  while (code == Z_OK && stream.total_out <= most) {
    stream.next_out = part.data();
    stream.avail_out = part.size();
    code = inflate(&stream, Z_NO_FLUSH);
  }
  const std::size_t total = stream.total_out;
  inflateEnd(&stream);
  return code == Z_STREAM_END && total <= most ? total : 0;
}

/// An array that is stored in pieces, each of which may be packed.
class Chunks {
 public:
  Chunks(const Hdf5Contents& contents, const std::string& name, hid_t dataset, std::size_t element)
      : contents_(contents), name_(name), dataset_(dataset), extent_(shape_of(dataset)), bytes_(element) {
    const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
    for (int i = 0; i < H5Pget_nfilters(properties); ++i) {
      std::size_t no_values = 0;
      filters_.push_back(
          H5Pget_filter2(properties, static_cast<unsigned>(i), nullptr, &no_values, nullptr, 0, nullptr, nullptr));
    }
    chunk_.resize(extent_.size());
    H5Pget_chunk(properties, static_cast<int>(chunk_.size()), chunk_.data());
    for (std::size_t d = 0; d < chunk_.size(); ++d) {
      if (chunk_[d] == 0 || bytes_ > (std::uint64_t{1} << 32U) / chunk_[d]) shorter();
      bytes_ *= chunk_[d];
      count_ *= (extent_[d] + chunk_[d] - 1) / chunk_[d];
      // Each takes some bytes for its place alone.
      if (count_ > contents.size() / 8) shorter();
    }
  }

  /// HDF5 takes it for granted that a chunk unpacks to its size, and whatever it does unpack to it holds in memory.
  void expect_whole() const {
    contents_.take(name_, count_, bytes_);  // also because to unpack them takes time
    std::vector<hsize_t> place(extent_.size(), 0);
    for (std::uint64_t i = 0; i < count_; ++i) {
      expect_whole(place);
      for (std::size_t d = place.size(); d-- > 0;) {
        place[d] += chunk_[d];
        if (place[d] < extent_[d]) break;
        place[d] = 0;
      }
    }
  }

 private:
  void expect_whole(const std::vector<hsize_t>& place) const {
    hsize_t stored = 0;
    if (H5Dget_chunk_storage_size(dataset_, place.data(), &stored) < 0 || stored > contents_.size()) shorter();
    if (filters_.empty()) expect_stored(place, stored);
    std::vector<char> packed(stored);
    std::uint32_t left_out = 0;  // a bit a filter
    if (stored == 0 || H5Dread_chunk(dataset_, H5P_DEFAULT, place.data(), &left_out, packed.data()) < 0) shorter();
    std::size_t size = packed.size();
    for (std::size_t f = filters_.size(); f-- > 0;) {
      if ((left_out >> f & 1U) != 0) continue;
      if (filters_[f] == H5Z_FILTER_DEFLATE) size = inflated_size(packed, size, bytes_ + kFletcherBytes);
      if (filters_[f] == H5Z_FILTER_FLETCHER32) size -= std::min(size, kFletcherBytes);
    }
    if (size != bytes_) contents_.fail(name_, "is packed in pieces of which one is damaged");
  }
  /// What has no filters is said to be stored in full, whatever its place in the file has room for, which alone HDF5
  /// reads. To find that place takes a look at all that come before it.
  void expect_stored(const std::vector<hsize_t>& place, hsize_t size) const {
    constexpr std::uint64_t kMost = 1 << 14;
    if (count_ > kMost) {
      contents_.refuse(name_,
                       fmt::format("is in {} pieces, and more than {} unpacked ones are not read", count_, kMost),
                       "write it in one: h5repack -l CONTI");
    }
    hsize_t stored = 0;
    if (H5Dget_chunk_info_by_coord(dataset_, place.data(), nullptr, nullptr, &stored) < 0 || stored != size) shorter();
  }
  [[noreturn]] void shorter() const { contents_.fail(name_, "is shorter than its announced size"); }

  const Hdf5Contents& contents_;
  const std::string& name_;
  hid_t dataset_;
  Shape extent_;
  std::vector<hsize_t> chunk_;
  std::vector<H5Z_filter_t> filters_;
  std::uint64_t bytes_, count_ = 1;  // of one; of all
};

}  // namespace

bool is_there(const Hdf5Contents& contents, hid_t file, const std::string& name) {
  H5L_info_t link;
  if (H5Lget_info(file, name.c_str(), &link, H5P_DEFAULT) < 0) return false;
  if (link.type != H5L_TYPE_HARD) {
    contents.refuse(name, "is a link, and links are not followed", "put what it points to into the file in its place");
  }
  // To open such an array is too late: HDF5 then looks for the files' names wherever in memory the header says.
  H5O_info_t object;
  if (H5Oget_info_by_name2(file, name.c_str(), &object, H5O_INFO_HDR, H5P_DEFAULT) >= 0 &&
      (object.hdr.mesg.present >> kExternalFiles & 1U) != 0) {
    refuse_other_file(contents, name);
  }
  return true;
}

void expect_known_storage(const Hdf5Contents& contents, const std::string& name, hid_t dataset) {
  // In one piece in this file, as it is in ours: that is known without the properties, which take longer.
  if (H5Dget_offset(dataset) != HADDR_UNDEF) return;
  const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  if (H5Pget_layout(properties) == H5D_VIRTUAL) refuse_other_file(contents, name);
  std::vector<H5Z_filter_t> seen;
  for (int i = 0; i < H5Pget_nfilters(properties); ++i) {
    std::size_t no_values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, static_cast<unsigned>(i), nullptr, &no_values, nullptr, 0, nullptr, nullptr);
    const bool known = filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
    if (!known || std::find(seen.begin(), seen.end(), filter) != seen.end()) {
      contents.refuse(
          name, fmt::format("is packed by the filter {}, and only deflate, shuffle and fletcher32 are read", filter),
          "unpack it: h5repack -f NONE");
    }
    seen.push_back(filter);
  }
}

void expect_known_type(const Hdf5Contents& contents, const std::string& name, hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  if ((kind == H5T_INTEGER || kind == H5T_FLOAT) && is_number(type)) return;
  // HDF5 cannot make one of no length to read by, and reads by one of one byte.
  if (kind == H5T_STRING && H5Tget_size(type) == 0) contents.fail(name, "holds strings of no length");
  if (kind == H5T_STRING && H5Tis_variable_str(type) == 0) return;
  if (kind == H5T_STRING) {
    contents.refuse(name, "holds strings of variable length, in which damage cannot be told",
                    "write them with one length (h5py: numpy.bytes_ or dtype 'S')");
  }
  if (kind != H5T_COMPOUND) contents.refuse(name, "is of a type that is not read", "write it as numbers or strings");
  for (int c = 0; c < H5Tget_nmembers(type); ++c) {
    const Handle member(H5Tget_member_type(type, static_cast<unsigned>(c)), H5Tclose);
    if (H5Tget_class(member) == H5T_COMPOUND) contents.refuse(name, "holds tables in a table", "write one table");
    expect_known_type(contents, name, member);
  }
}

std::uint64_t checked_size(const Hdf5Contents& contents, const std::string& name, hid_t dataset, hid_t type) {
  std::uint64_t size = 1;
  for (const std::uint64_t extent : shape_of(dataset)) {
    if (extent != 0 && size > (std::uint64_t{1} << 40U) / extent) contents.fail(name, "announces an impossible size");
    size *= extent;
  }
  if (size == 0) return 0;
  const std::size_t element = std::max<std::size_t>(1, H5Tget_size(type));
  const bool in_one_piece = H5Dget_offset(dataset) != HADDR_UNDEF;
  if (!in_one_piece && H5Pget_layout(Handle(H5Dget_create_plist(dataset), H5Pclose)) == H5D_CHUNKED) {
    Chunks(contents, name, dataset, element).expect_whole();
  } else if (size > std::min<std::uint64_t>(H5Dget_storage_size(dataset), contents.size()) / element) {
    contents.fail(name, "is shorter than its announced size");
  }
  return size;
}

}  // namespace gsrgnn

#pragma once

/// The Python objects of a pickled .npy file, as plain data.
///
/// A pickle is a program, and what runs it elsewhere calls any function it names. Here it is read by a small stack
/// machine that knows only the instructions which build None, bool, int, float, str, bytes, list, tuple, dict (also
/// OrderedDict and defaultdict) and numpy arrays and scalars (also of str); any other instruction and any other name is
/// refused. Nothing is ever executed or imported.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gsrgnn {

struct PickleNone {};
struct PickleBytes {
  std::string_view bytes;
};
/// The only names a pickle may use. They serve to build arrays and dicts and never remain in what was read.
enum class PickleName { reconstruct, from_buffer, scalar, array, type, encode, dict, default_dict, factory };
/// A node of the tree: a list, tuple, dict or array. Containers that a pickle shares are one node, not copies.
struct PickleRef {
  std::uint32_t node;
};

/// str is std::string_view. Views live as long as the Pickle.
using PickleValue =
    std::variant<PickleNone, bool, std::int64_t, double, std::string_view, PickleBytes, PickleRef, PickleName>;

struct PickleNode {
  enum class Kind { list, tuple, dict, array, type };  ///< type (a numpy dtype) never remains in what was read
  Kind kind;
  std::vector<PickleValue> items;   ///< the elements; of a dict: key, value, key, value, ...; of an array: in C order
  std::vector<std::int64_t> shape;  ///< of an array; empty for a single element
};

/// What a .npy file of dtype object holds. numpy always writes an array, 0-d when it saves a single object.
class Pickle {
 public:
  /// Reads pickle protocols 2 to 5. Throws InputError naming the file, the byte and the hint for a file that is
  /// damaged, uses an instruction or a name beyond those above, refers to itself, nests deeper than 64 containers,
  /// holds an integer of more than 64 bits, or shares containers so much that a walk over it would not end in
  /// reasonable time (more than 16 values for a byte of the file).
  explicit Pickle(const std::string& path);
  /// Likewise, of the bytes of such a file; `place` stands for its name in messages.
  Pickle(std::string bytes, std::string place);
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  const PickleValue& root() const { return root_; }
  const PickleNode& operator[](PickleRef ref) const { return node_[ref.node]; }
  /// The node that a value is, or null when it is another kind of value.
  const PickleNode* node(const PickleValue& value) const {
    const PickleRef* const ref = std::get_if<PickleRef>(&value);
    return ref != nullptr ? &node_[ref->node] : nullptr;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string bytes_;                // the file: most strings are views into it
  std::deque<std::string> decoded_;  // the others
  std::vector<PickleNode> node_;
  PickleValue root_;
};

}  // namespace gsrgnn

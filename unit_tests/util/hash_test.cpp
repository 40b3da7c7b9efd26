// Names made of hashes are looked for again, by another program on another machine.

#include <gtest/gtest.h>

#include <gsrgnn/util/hash.hpp>

namespace gsrgnn {
namespace {

TEST(Hash, IsTheSameForEver) {
  EXPECT_EQ(identity_hash(""), 0xcbf29ce44fd0bfc1ULL);
  EXPECT_EQ(identity_hash("gsrgnn"), 0x97d661df55cc5673ULL);
}

TEST(Hash, AFingerprintTellsWhereOneValueEndsAndTheNextBegins) {
  using Texts = std::vector<std::string>;
  using Numbers = std::vector<std::int32_t>;
  EXPECT_EQ(fingerprint(Texts{"ab", "c"}, Numbers{1, 2}), fingerprint(Texts{"ab", "c"}, Numbers{1, 2}));
  EXPECT_NE(fingerprint(Texts{"ab", "c"}), fingerprint(Texts{"a", "bc"}));
  EXPECT_NE(fingerprint(Numbers{1}, Numbers{2}), fingerprint(Numbers{1, 2}, Numbers{}));
  EXPECT_NE(fingerprint(Numbers{0}), fingerprint(Numbers{0, 0}));
}

TEST(Hash, AFingerprintOfPartsIsThatOfTheWhole) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  Fingerprint whole, parts;
  whole.add(values);
  parts.add_word(values.size() * sizeof(float));
  parts.add_words(values.data(), 4 * sizeof(float));
  parts.add_words(values.data() + 4, 2 * sizeof(float));
  EXPECT_EQ(whole.text(), parts.text());
}

}  // namespace
}  // namespace gsrgnn

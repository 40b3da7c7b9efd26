#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/util/exchange.hpp>

namespace gsrgnn {
namespace {

enum class Colour { red, green };

struct Inner {
  std::string text;
  std::vector<double> values;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.text, self.values);
  }
};

struct Outer {
  int number = 0;
  Colour colour = Colour::red;
  std::vector<Inner> inner;
  std::optional<std::string> maybe, never;
  std::vector<std::string> texts;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.number, self.colour, self.inner, self.maybe, self.never, self.texts);
  }
};

TEST(Exchange, WhatIsDecodedIsWhatWasEncoded) {
  Outer outer;
  outer.number = -7;
  outer.colour = Colour::green;
  outer.inner = {{std::string("with a \0 byte", 13), {1.5, -0.0}}, {"", {}}};
  outer.maybe = "there";
  outer.texts = {"a", "", "\xff\xfe"};
  const auto back = decode<Outer>(encode(outer));
  EXPECT_EQ(back.number, -7);
  EXPECT_EQ(back.colour, Colour::green);
  ASSERT_EQ(back.inner.size(), 2U);
  EXPECT_EQ(back.inner[0].text, outer.inner[0].text);
  EXPECT_EQ(back.inner[0].values, outer.inner[0].values);
  EXPECT_TRUE(std::signbit(back.inner[0].values[1]));
  EXPECT_TRUE(back.inner[1].values.empty());
  EXPECT_EQ(back.maybe, "there");
  EXPECT_FALSE(back.never.has_value());
  EXPECT_EQ(back.texts, outer.texts);
}

TEST(Exchange, AMessageOfAnotherTypeIsNotTakenForOneOfThis) {
  EXPECT_THROW(decode<Outer>(encode(Inner{"text", {1}})), std::logic_error);
  EXPECT_THROW(decode<int>(encode(std::int64_t{5})), std::logic_error);
  EXPECT_THROW(decode<std::string>(encode(std::string("text")).substr(0, 10)), std::logic_error);
}

TEST(Exchange, OneRankAloneHearsItself) {
  const Mpi alone = Mpi::alone();
  EXPECT_EQ(broadcast(alone, std::string("word")), "word");
  EXPECT_EQ(gather(alone, 3), std::vector<int>{3});
  EXPECT_EQ(join_all(alone, std::vector<std::string>{"a", "b"}), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace gsrgnn

#include "support/png_pixels.hpp"

namespace gsrgnn {
namespace {

TEST(Png, HoldsItsPixels) {
  const std::vector<Colour> pixels = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  const testing::Pixels back = testing::png_pixels(png(3, 2, pixels));
  EXPECT_EQ(back.width, 3U);
  EXPECT_EQ(back.height, 2U);
  EXPECT_EQ(back.pixel, pixels);
}

}  // namespace
}  // namespace gsrgnn

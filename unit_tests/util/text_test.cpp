#include <gtest/gtest.h>

#include <cctype>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/version.hpp>
#include <limits>

namespace gsrgnn {
namespace {

TEST(Text, NearestIsWhatWasMeant) {
  const std::vector<std::string> keys = {"kind", "layers", "hidden", "groups", "k", "residual", "adjacency"};
  EXPECT_EQ(nearest("layer", keys), "layers");
  EXPECT_EQ(nearest("Layers", keys), "layers");
  EXPECT_EQ(nearest("hiden", keys), "hidden");
  EXPECT_EQ(nearest("hiddne", keys), "hidden");
  EXPECT_EQ(nearest("modle", {"model", "mode"}), "model");
  EXPECT_EQ(nearest("trian", {"trains", "train"}), "train");
  EXPECT_EQ(nearest("adjacancy", keys), "adjacency");
  EXPECT_EQ(nearest("groups", keys), "groups");
  EXPECT_EQ(nearest("kk", keys), "k");
  EXPECT_EQ(nearest("residuals", keys), "residual");
  EXPECT_EQ(nearest("K", keys), "k");
  EXPECT_EQ(nearest("res", keys), "residual");
  EXPECT_EQ(nearest("xb", {"ab", "cb"}), "ab");  // the first of equals
}

TEST(Text, NearestIsNoneWhenNoneIsNear) {
  const std::vector<std::string> keys = {"kind", "layers", "hidden", "groups", "k", "residual", "adjacency"};
  for (const char* word : {"anything", "", "xy", "lr", "dim", "optimizer", "x"}) EXPECT_EQ(nearest(word, keys), "");
  EXPECT_EQ(nearest("anything", {}), "");
}

TEST(Text, Commas) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(123456), "123,456");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(with_commas(-1), "-1");
  EXPECT_EQ(with_commas(-999), "-999");
  EXPECT_EQ(with_commas(-1000), "-1,000");
  EXPECT_EQ(with_commas(-123456), "-123,456");
  EXPECT_EQ(with_commas(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(Text, Bytes) {
  EXPECT_EQ(parse_bytes("1"), 1);
  EXPECT_EQ(parse_bytes("123456789012"), 123456789012);
  EXPECT_EQ(parse_bytes("7B"), 7);
  EXPECT_EQ(parse_bytes("600MB"), 600000000);
  EXPECT_EQ(parse_bytes("600 MB"), 600000000);
  EXPECT_EQ(parse_bytes("1.5GB"), 1500000000);
  EXPECT_EQ(parse_bytes("2kB"), 2000);
  EXPECT_EQ(parse_bytes("2KB"), 2000);
  EXPECT_EQ(parse_bytes("2KiB"), 2048);
  EXPECT_EQ(parse_bytes("1.5MiB"), 1572864);
  EXPECT_EQ(parse_bytes("4GiB"), std::int64_t{4} << 30U);
  EXPECT_EQ(parse_bytes("1TB"), 1000000000000);
  EXPECT_EQ(parse_bytes("1TiB"), std::int64_t{1} << 40U);
  for (const char* text :
       {"",     "0",   "0.4",  "0MB",   "-1MB",    "+1MB", "MB",  "1M",  "1mb",          "1 M B", "1MB ",
        " 1MB", "1e6", "0x10", "1,000", "1.2.3MB", ".",    "nan", "inf", "9999999999TB", "1MBs",  "all"}) {
    EXPECT_EQ(parse_bytes(text), std::nullopt) << "'" << text << "'";
  }
}

TEST(Text, Durations) {
  EXPECT_EQ(duration(0), "0s");
  EXPECT_EQ(duration(-3), "0s");
  EXPECT_EQ(duration(11.6), "12s");
  EXPECT_EQ(duration(59.4), "59s");
  EXPECT_EQ(duration(59.6), "1m 00s");
  EXPECT_EQ(duration(185), "3m 05s");
  EXPECT_EQ(duration(3599), "59m 59s");
  EXPECT_EQ(duration(3600), "1h 00m");
  EXPECT_EQ(duration(3725), "1h 02m");
  EXPECT_EQ(duration(360000), "100h 00m");
}

TEST(Text, NothingPrintableControlsATerminal) {
  EXPECT_EQ(printable("two\nlines"), "two\nlines");
  EXPECT_EQ(printable("a\x1b[2Jb\rc\td\x7f"), "a?[2Jb?c?d?");
  EXPECT_EQ(printable(std::string("\0", 1)), "?");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "??31m");                                                                        // U+009B, as ESC [
  EXPECT_EQ(printable("\xc3\x9b \xc2\xb5 \xe2\x9b\x94"), "\xc3\x9b \xc2\xb5 \xe2\x9b\x94");  // letters and signs
}

TEST(Text, DecimalNumbersAreReadWhole) {
  int whole = 0;
  EXPECT_TRUE(parse_decimal("0100", whole));
  EXPECT_EQ(whole, 100);
  EXPECT_TRUE(parse_decimal("-7", whole));
  EXPECT_EQ(whole, -7);
  for (const char* text : {"", "+", "x", "1x", " 1", "1 ", "0x1", "1.0", "99999999999", "+-1"}) {
    EXPECT_FALSE(parse_decimal(text, whole)) << text;
  }
  double number = 0;
  EXPECT_TRUE(parse_decimal("+1.5e-3", number));
  EXPECT_EQ(number, 1.5e-3);
  EXPECT_FALSE(parse_decimal("1.5.", number));
}

TEST(Text, Utf8IsToldFromOtherBytes) {
  for (const char* text : {"", "abc", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbd", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbd", "a\xc3\xbc\xe2\x82\xac"}) {
    EXPECT_TRUE(is_utf8(text)) << ::testing::PrintToString(text);
  }
  // Alone, too long for what it is, cut, half a character of UTF-16, past the last, noncharacters.
  for (const char* bytes :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xc3", "\xe2\x82", "\xe2\x82z",
        "\xf0\x90\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xfe",
        "\xef\xbf\xbf", "\xef\xb7\x90", "\xf0\x9f\xbf\xbe"}) {
    EXPECT_FALSE(is_utf8(bytes)) << ::testing::PrintToString(bytes);
  }
}

TEST(Text, AnInputErrorSaysPlaceWhatAndCure) {
  EXPECT_STREQ(InputError("a.def:7", "is odd", "mend it").what(), "a.def:7: is odd; mend it");
  EXPECT_STREQ(RunError("diverged").what(), "diverged");
}

TEST(Version, NamesProgramRevisionAndKokkos) {
  const auto is_version = [](const std::string& text) {
    int dots = 0;
    for (const char c : text) {
      if (c != '.' && std::isdigit(static_cast<unsigned char>(c)) == 0) return false;
      dots += c == '.';
    }
    return dots == 2 && text.front() != '.' && text.back() != '.';
  };
  EXPECT_PRED1(is_version, program_version());
  EXPECT_PRED1(is_version, kokkos_version());
  const std::string revision = program_revision();
  EXPECT_TRUE(revision == "unknown" || revision.find_first_not_of("0123456789abcdef") >= 7) << revision;
  EXPECT_EQ(revision.find_first_of(" \n"), std::string::npos) << revision;
  EXPECT_FALSE(execution_space().empty());
  EXPECT_GE(execution_concurrency(), 1);
  const std::string configuration = kokkos_configuration();
  EXPECT_NE(configuration.find("KOKKOS"), std::string::npos) << configuration;
  EXPECT_EQ(kokkos_configuration(), configuration);
}

}  // namespace
}  // namespace gsrgnn

// DEF and LEF: what `import def` does with one.

#include <gsrgnn/circuit/import_def.hpp>

#include "circuit/def_text.hpp"
#include "fuzz/input_file.hpp"
#include "fuzz/readers.hpp"

namespace gsrgnn::fuzz {
namespace {

using namespace def_text;

const std::string kRouted =
    with(kTiny, "- n3 ;",
         "- n3 ( u1 B ) + ROUTED metal3 TAPER STYLE 1 ( 50 50 7 ) MASK 1 ( 250 * 0 ) RECT ( -5 -5 5 5 ) via2_3 FS\n"
         "      ( * 150 ) VIRTUAL ( 200 * ) ( 200 160 ) NEW metal2 TAPERRULE wide ( 10 10 ) via2_5 ( 90 * )\n"
         "      + FIXED metal3 ( 0 10 ) ( 20 * ) + SHIELDNET VDD + USE CLOCK ;");

bool import_both(std::string_view def, std::string_view lef) {
  const InputFile def_file(def), lef_file(lef);
  return accepts([&] {
    import_def({def_file.path(), {lef_file.path()}, CongestionLabel::separate, {kOverflowLabel}});
  });
}

/// By turns, for speed, with a LEF and without.
bool import_any(std::string_view def) {
  if (def.size() % 2 == 0) return import_both(def, kTinyLef);
  const InputFile file(def);
  return accepts([&] { import_def({file.path(), {}, CongestionLabel::separate, {kWireLabel}}); });
}

}  // namespace

const Reader kDef = {"def", import_any, [] {
                       return std::vector<std::string>{kTiny, kRouted, kBlocked, gzipped(kTiny)};
                     }};

const Reader kLef = {"lef", [](std::string_view bytes) { return import_both(kRouted, bytes); },
                     [] {
                       return std::vector<std::string>{kTinyLef, kMacroLef, gzipped(kTinyLef)};
                     }};

}  // namespace gsrgnn::fuzz

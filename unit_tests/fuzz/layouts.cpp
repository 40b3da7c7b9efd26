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

void import_both(std::string_view def, std::string_view lef) {
  const InputFile def_file(def), lef_file(lef);
  for (const char* label : {kWireLabel, kOverflowLabel}) {
    try {
      import_def({def_file.path(), {lef_file.path()}, CongestionLabel::separate, {label}});
    } catch (const InputError&) {
    }
  }
}

}  // namespace

const Reader kDef = {"def", [](std::string_view bytes) { import_both(bytes, kTinyLef); },
                     [] {
                       return std::vector<std::string>{kTiny, kRouted, kBlocked, gzipped(kTiny)};
                     }};

const Reader kLef = {"lef", [](std::string_view bytes) { import_both(kRouted, bytes); },
                     [] {
                       return std::vector<std::string>{kTinyLef, kMacroLef, gzipped(kTinyLef)};
                     }};

}  // namespace gsrgnn::fuzz

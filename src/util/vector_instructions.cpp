#include "util/vector_instructions.h"

#include <gsrgnn/util/version.hpp>

// Not code, and so may be here, where the instructions are used.
#define GSRGNN_TEXT(expanded) #expanded
#define GSRGNN_ROW(macro, name) {name, GSRGNN_TEXT(macro)},
extern "C" const gsrgnn_instructions gsrgnn_build[] = {GSRGNN_VECTOR_INSTRUCTIONS(GSRGNN_ROW){nullptr, nullptr}};
#undef GSRGNN_ROW
#undef GSRGNN_TEXT

namespace gsrgnn {

std::string vector_instructions() {
  char all[1024];
  gsrgnn_missing([](const char*) { return 0; }, all, sizeof all);
  return all;
}

}  // namespace gsrgnn

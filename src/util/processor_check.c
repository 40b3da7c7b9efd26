/* Before anything else of the program, the constructors of its globals too: whether this processor has the vector
   instructions that the build uses, for without them it would end by an illegal instruction and not say why. This
   source is built for every processor, and in C, for which there is the host's compiler in all builds. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vector_instructions.h"

int gsrgnn_missing(int (*has)(const char* name), char* text, unsigned long size) {
  int missing = 0;
  unsigned long length = 0;
  text[0] = 0;
  for (const struct gsrgnn_instructions* one = gsrgnn_build; one->name != NULL; ++one) {
    if (strcmp(one->macro, "1") != 0 || has(one->name)) continue;
    if (length < size)
      length += (unsigned long)snprintf(text + length, size - length, "%s%s", missing ? ", " : "", one->name);
    ++missing;
  }
  return missing;
}

#ifdef __x86_64__
static int processor_has(const char* name) {
#define GSRGNN_ASK(macro, its_name) \
  if (strcmp(name, its_name) == 0) return __builtin_cpu_supports(its_name);
  GSRGNN_VECTOR_INSTRUCTIONS(GSRGNN_ASK)
#undef GSRGNN_ASK
  return 0;
}

__attribute__((constructor(101))) static void check_processor(void) {
  char missing[1024];
  __builtin_cpu_init();
  if (gsrgnn_missing(processor_has, missing, sizeof missing) == 0) return;
  fprintf(stderr,
          "gsrgnn: this processor lacks vector instructions of the one it was built on (%s); build it here, or with "
          "-DGSRGNN_NATIVE=OFF for any\n",
          missing);
  _exit(2);
}
#endif

/* A program whose build used instructions of a processor that is no longer made (Knights Landing). */

#include <stdio.h>

#include "../../src/util/vector_instructions.h"

const struct gsrgnn_instructions gsrgnn_build[] = {{"sse3", "1"},
                                                   {"avx512er", "1"},
                                                   {"avx512vp2intersect", "__AVX512VP2INTERSECT__"},
                                                   {"avx512pf", "1"},
                                                   {NULL, NULL}};

__attribute__((constructor)) static void construct_globals(void) {
  puts("a global was made");
}

int main(void) {
  puts("it runs");
  return 0;
}

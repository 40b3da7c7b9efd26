#pragma once

/* Vector instructions that not every x86-64 has: those that compilers choose for -march, by the macro that is 1 where
   they do and the name by which __builtin_cpu_supports knows them. What else there is comes with these. */
#ifdef __x86_64__
#define GSRGNN_VECTOR_INSTRUCTIONS(each)                                                                               \
  each(__SSE3__, "sse3") each(__SSSE3__, "ssse3") each(__SSE4_1__, "sse4.1") each(__SSE4_2__, "sse4.2")                \
      each(__SSE4A__, "sse4a") each(__POPCNT__, "popcnt") each(__AES__, "aes") each(__PCLMUL__, "pclmul")              \
          each(__AVX__, "avx") each(__FMA__, "fma") each(__FMA4__, "fma4") each(__XOP__, "xop") each(__AVX2__, "avx2") \
              each(__BMI__, "bmi") each(__BMI2__, "bmi2") each(__GFNI__, "gfni") each(__VPCLMULQDQ__, "vpclmulqdq")    \
                  each(__AVX512F__, "avx512f") each(__AVX512CD__, "avx512cd") each(__AVX512VL__, "avx512vl")           \
                      each(__AVX512BW__, "avx512bw") each(__AVX512DQ__, "avx512dq") each(__AVX512ER__, "avx512er")     \
                          each(__AVX512PF__, "avx512pf") each(__AVX512IFMA__, "avx512ifma")                            \
                              each(__AVX512VBMI__, "avx512vbmi") each(__AVX512VBMI2__, "avx512vbmi2")                  \
                                  each(__AVX512VNNI__, "avx512vnni") each(__AVX512BITALG__, "avx512bitalg")            \
                                      each(__AVX512VPOPCNTDQ__, "avx512vpopcntdq") each(__AVX512BF16__, "avx512bf16")  \
                                          each(__AVX512VP2INTERSECT__, "avx512vp2intersect")
#else
#define GSRGNN_VECTOR_INSTRUCTIONS(each)
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct gsrgnn_instructions {
  const char *name, *macro; /* "1" where the build uses them */
};
/* Of the C++ sources of the library; a name that is null is the end. */
extern const struct gsrgnn_instructions gsrgnn_build[];

/* Writes to `text`, of `size` bytes, the names of those that the build uses and that there are not by `has`, with a
   comma between them; returns how many there are. */
int gsrgnn_missing(int (*has)(const char* name), char* text, unsigned long size);

#ifdef __cplusplus
}
#endif

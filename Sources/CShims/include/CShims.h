// Header-only C that needs nothing installed: what Swift cannot say to the processor.
#ifndef FERRY_CSHIMS_H
#define FERRY_CSHIMS_H

/// Asks for the cache line at `address` to be read into all cache levels. Any address is allowed.
static inline __attribute__((always_inline)) void ferry_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 3);
}

/// Asks for the cache line at `address`, which will be written, to be taken from other cores and read into all cache
/// levels. Any address is allowed; a processor that does not know the instruction passes over it.
static inline __attribute__((always_inline)) void ferry_prefetch_to_write(const void *address) {
#if defined(__x86_64__)
  __asm__ volatile("prefetchw %0" : : "m"(*(const char *)address));
#else
  __builtin_prefetch(address, 1, 3);
#endif
}

/// Tells the processor that this is a waiting loop.
static inline __attribute__((always_inline)) void ferry_spin_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Whether the code that includes this is compiled for an instruction set with fused multiplication and addition.
static inline __attribute__((always_inline)) _Bool ferry_fuses_multiply_add(void) {
#if defined(__FMA__) || defined(__aarch64__)
  return 1;
#else
  return 0;
#endif
}

/// Vectors as Swift knows them.
typedef float ferry_float4 __attribute__((ext_vector_type(4)));
typedef float ferry_float8 __attribute__((ext_vector_type(8)));
typedef float ferry_float16 __attribute__((ext_vector_type(16)));

/// In each lane b if a < b, else a: a where either is NaN. One instruction; Swift's comparison and replacement are two.
#define FERRY_RAISE(n)                                                                                                 \
  static inline __attribute__((always_inline)) ferry_float##n ferry_raise##n(ferry_float##n a, ferry_float##n b) {     \
    return a < b ? b : a;                                                                                              \
  }                                                                                                                    \
  static inline __attribute__((always_inline)) ferry_float##n ferry_lower##n(ferry_float##n a, ferry_float##n b) {     \
    return a > b ? b : a;                                                                                              \
  }
FERRY_RAISE(4)
FERRY_RAISE(8)
FERRY_RAISE(16)
#undef FERRY_RAISE

#if defined(__linux__)
#include <unistd.h>
#include <sys/syscall.h>

/// Processor cores that this process may run on; 0 if the system does not say. (The C library's own call is hidden from Swift.)
static inline int ferry_available_cores(void) {
  unsigned long mask[64];
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  int count = 0;
  for (long i = 0; i < bytes / (long)sizeof mask[0]; i++) count += __builtin_popcountl(mask[i]);
  return count;
}
#endif

#if defined(__x86_64__)
#include <cpuid.h>

/// The x86-64 microarchitecture level that the processor has and whose registers the operating system saves: 4
/// (AVX-512 F, BW, CD, DQ, VL), 3 (AVX2, FMA, BMI, F16C, LZCNT, MOVBE), else 1.
static inline int ferry_x86_64_level(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 1;
  const unsigned leaf1 = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C | bit_SSE3 | bit_SSSE3 | bit_SSE4_1 |
                         bit_SSE4_2 | bit_POPCNT | bit_CMPXCHG16B;
  if ((c & leaf1) != leaf1) return 1;
  unsigned state, upper;
  __asm__("xgetbv" : "=a"(state), "=d"(upper) : "c"(0));
  if ((state & 0x6) != 0x6) return 1; // xmm and ymm
  if (!__get_cpuid(0x80000001, &a, &b, &c, &d)) return 1;
  if ((c & (bit_LZCNT | bit_LAHF_LM)) != (bit_LZCNT | bit_LAHF_LM)) return 1;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 1;
  const unsigned leaf7 = bit_AVX2 | bit_BMI | bit_BMI2;
  if ((b & leaf7) != leaf7) return 1;
  const unsigned leaf7Wide = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
  if ((b & leaf7Wide) != leaf7Wide || (state & 0xe6) != 0xe6) return 3; // mask registers and zmm
  return 4;
}
#endif

#endif

#include "CIntegers.h"
#include "CKernels.h"

extern const ck_kernels ck_scalar;
extern const ck_integer_kernels ck_integers_scalar;
#if defined(__x86_64__)
extern const ck_kernels ck_avx2, ck_avx512;
extern const ck_integer_kernels ck_integers_avx2, ck_integers_avx512, ck_integers_avx512vnni;

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && has_avx2();
}
static int has_vnni(void) { return __builtin_cpu_supports("avx512vnni") && has_avx512(); }
#endif

const ck_kernels *ck_kernels_for(ck_instruction_set set) {
  switch (set) {
  case CK_SCALAR:
    return &ck_scalar;
#if defined(__x86_64__)
  case CK_AVX2:
    return has_avx2() ? &ck_avx2 : NULL;
  case CK_AVX512:
    return has_avx512() ? &ck_avx512 : NULL;
  case CK_AVX512_VNNI:
    return has_vnni() ? &ck_avx512 : NULL;
#endif
  default:
    return NULL;
  }
}

const ck_integer_kernels *ck_integer_kernels_for(ck_instruction_set set) {
  if (!ck_kernels_for(set)) return NULL;
  switch (set) {
#if defined(__x86_64__)
  case CK_AVX2:
    return &ck_integers_avx2;
  case CK_AVX512:
    return &ck_integers_avx512;
  case CK_AVX512_VNNI:
    return &ck_integers_avx512vnni;
#endif
  default:
    return &ck_integers_scalar;
  }
}

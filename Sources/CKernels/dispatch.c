#include "CKernels.h"

extern const ck_kernels ck_scalar;
#if defined(__x86_64__)
extern const ck_kernels ck_avx2, ck_avx512;
#endif

const ck_kernels *ck_kernels_for(ck_instruction_set set) {
  switch (set) {
  case CK_SCALAR:
    return &ck_scalar;
#if defined(__x86_64__)
  case CK_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &ck_avx2 : NULL;
  case CK_AVX512:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
               ? &ck_avx512
               : NULL;
#endif
  default:
    return NULL;
  }
}

// What every instruction set's file includes first.
#ifndef CK_VECTOR_MATH_H
#define CK_VECTOR_MATH_H

#include <math.h>
#include <string.h>

#include "CKernels.h"

// A product and a sum round separately unless the code says v_fma: fused and separate operators must agree.
#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

#endif

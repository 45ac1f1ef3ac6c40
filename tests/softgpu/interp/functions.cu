// SPDX-License-Identifier: MIT
// A kernel for each function of functions.h: out[i] = f(a[i], b[i]).
// nvcc -arch=compute_90 -fmad=false -ptx -I ../../..
#include "functions.h"

#define FUNCTION(name, type, ulps)                                                                 \
    extern "C" __global__ void k_##name(const int64_t *a, const int64_t *b, uint64_t *out, int n)  \
    {                                                                                              \
        int i = blockIdx.x * blockDim.x + threadIdx.x;                                             \
        if (i < n)                                                                                 \
            out[i] = name(a[i], b[i]);                                                             \
    }
FUNCTIONS(FUNCTION)

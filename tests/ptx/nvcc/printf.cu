// SPDX-License-Identifier: MIT
// printf, assert, trap, malloc.
#include <cassert>
#include <cstdio>
__global__ void talk(int n)
{
    int *p = (int *)malloc(4 * sizeof(int));
    assert(p && n > 0);
    if (n > 1000)
        __trap();
    printf("block %d of %d\n", blockIdx.x, gridDim.x);
    free(p);
}

// SPDX-License-Identifier: MIT
//
// Two translation units linked with -rdc: device functions and a kernel of the other unit read
// blockIdx and gridDim, called directly and by a pointer stored in a variable of the other unit.
// build: $NVCC -arch=sm_90 -rdc=true $IN $SRC/parts/rdc_other.cu -o $BIN
#include "check.h"
#include "parts/rdc_other.h"

enum { BLOCKS = 250, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void by_call(uint32_t *v)
{
    v[blockIdx.x * BLOCK + threadIdx.x] += block_mark(threadIdx.x);
}

__global__ void by_pointer(uint32_t *v)
{
    const unsigned i = block_base() + threadIdx.x;

    v[i] = current_mark(v[i]) + blocks_marked;
}

int main()
{
    uint32_t *v = device_words(N, 1);

    for (int k = 0; k < 4; k++) {
        by_call<<<BLOCKS, BLOCK>>>(v);
        mark_all(v, BLOCKS, BLOCK);
        by_pointer<<<BLOCKS, BLOCK>>>(v);
    }
    CHECK(cudaGetLastError());
    show_device("v", v, N * 4);
    return 0;
}

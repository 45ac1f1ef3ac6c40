// SPDX-License-Identifier: MIT
//
// CUDA used before main, by the constructor of a static object, and after main, by a function
// registered with atexit.
// build: $NVCC -arch=sm_90 $IN $SRC/parts/static_object.cpp -o $BIN
// expect-sliced: *early*
#include "check.h"

enum { BLOCKS = 140, BLOCK = 64, N = BLOCKS * BLOCK };

void launch_early();

static uint32_t *shared_words;

__global__ void early(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + salt) ^ blockIdx.x;
}

static void at_exit()
{
    early<<<BLOCKS, BLOCK>>>(shared_words, 4);
    show_device("at exit", shared_words, N * 4);
    fflush(stdout);
}

// Called by the constructor of an object in the other file, which is linked behind this one, so that
// this one's kernels are known by then.
void launch_early()
{
    shared_words = device_words(N, 1);
    for (uint32_t k = 0; k < 3; k++)
        early<<<BLOCKS, BLOCK>>>(shared_words, k);
    CHECK(cudaGetLastError());
    atexit(at_exit);
}

int main()
{
    show_device("in main", shared_words, N * 4);
    early<<<BLOCKS, BLOCK>>>(shared_words, 3);
    return 0;
}

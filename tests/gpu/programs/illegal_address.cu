// SPDX-License-Identifier: MIT
//
// Kernels that die: the error comes at the same call with the same code, and every call behind it
// gives it too. Each variant is a process of its own.
//
// variant: address -DFAULT=1
// variant: misaligned -DFAULT=2
// variant: trap -DFAULT=3
// variant: assert -DFAULT=4
// variant: shared -DFAULT=5
// build: $NVCC -arch=sm_90 $FLAGS $IN -o $BIN
// modes: auto-* 1-rr 7-fcfs
#include "check.h"
#include <cassert>

enum { BLOCKS = 200, BLOCK = 32 };

__global__ void healthy(uint32_t *v)
{
    v[blockIdx.x] += blockIdx.x;
}

__global__ void faulty(uint32_t *v, uint64_t where, unsigned block)
{
    __shared__ uint32_t words[BLOCK];

    if (blockIdx.x != block)
        return;
    words[threadIdx.x] = 0;
#if FAULT == 1
    *(uint32_t *)where = 1;
#elif FAULT == 2
    *(uint32_t *)((char *)v + 1 + threadIdx.x) = 1;
#elif FAULT == 3
    __trap();
#elif FAULT == 4
    assert(blockIdx.x != block);
#else
    *(volatile uint32_t *)(words + (where >> 24)) = 1;
#endif
    v[blockIdx.x] = words[threadIdx.x];
}

static void tell(const char *what, cudaError_t error)
{
    printf("%s: %d\n", what, error);
}

int main()
{
    uint32_t *v = device_words(BLOCKS, 1), *host = (uint32_t *)calloc(BLOCKS, 4), *more;
    cudaStream_t stream;
    cudaEvent_t event;

    CHECK(cudaStreamCreate(&stream));
    CHECK(cudaEventCreate(&event));
    healthy<<<BLOCKS, BLOCK, 0, stream>>>(v);
    tell("healthy", cudaStreamSynchronize(stream));
    faulty<<<BLOCKS, BLOCK, 0, stream>>>(v, 0x10000000000000ull, 137);
    tell("launch", cudaGetLastError());
    tell("synchronize", cudaStreamSynchronize(stream));
    tell("again", cudaDeviceSynchronize());
    tell("last", cudaGetLastError());
    tell("query", cudaStreamQuery(stream));
    tell("record", cudaEventRecord(event, stream));
    tell("copy", cudaMemcpy(host, v, BLOCKS * 4, cudaMemcpyDeviceToHost));
    healthy<<<BLOCKS, BLOCK, 0, stream>>>(v);
    tell("launch behind", cudaGetLastError());
    tell("malloc", cudaMalloc((void **)&more, 4096));
    tell("free", cudaFree(v));
    tell("destroy", cudaStreamDestroy(stream));
    show("host", host, BLOCKS * 4);
    return 0;
}

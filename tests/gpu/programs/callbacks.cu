// SPDX-License-Identifier: MIT
//
// Host functions and stream callbacks see the work before them done and the work behind them not
// begun: each reads a pinned word that the kernel before wrote, and leaves one for the kernel
// behind.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *stage*
#include "check.h"
#include <atomic>

enum { STAGES = 12, BLOCKS = 150, BLOCK = 64 };

struct mailbox {
    volatile uint32_t blocks_done; // written by the last block, read by the host
    volatile uint32_t word;        // written by the host, read by the kernel
};

static struct mailbox *box;
static uint32_t seen[STAGES];
static std::atomic<int> calls;

__global__ void stage(struct mailbox *m, uint32_t *count, uint32_t *v, uint32_t number)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + m->word * 13 + number) + blockIdx.x;
    for (int k = 0; k < 500; k++)
        v[i] = mix32(v[i]);
    __syncthreads();
    if (threadIdx.x == 0) {
        const uint32_t done = atomicAdd(count, 1) + 1;
        if (done % gridDim.x == 0)
            m->blocks_done = done;
    }
}

static void note(intptr_t number)
{
    seen[number] = box->blocks_done;
    box->word = mix32((uint32_t)number + box->blocks_done);
    calls++;
}

static void host_function(void *arg)
{
    note((intptr_t)arg);
}

static void stream_callback(cudaStream_t, cudaError_t status, void *arg)
{
    if (status == cudaSuccess)
        note((intptr_t)arg);
}

int main()
{
    uint32_t *v = device_words(BLOCKS * BLOCK, 1), *count = device_alloc<uint32_t>(1);
    cudaStream_t stream;

    CHECK(cudaHostAlloc((void **)&box, sizeof(*box), cudaHostAllocMapped));
    memset((void *)box, 0, sizeof(*box));
    CHECK(cudaMemset(count, 0, 4));
    CHECK(cudaStreamCreate(&stream));
    for (intptr_t s = 0; s < STAGES; s++) {
        stage<<<BLOCKS, BLOCK, 0, stream>>>(box, count, v, (uint32_t)s);
        if (s % 2)
            CHECK(cudaStreamAddCallback(stream, stream_callback, (void *)s, 0));
        else
            CHECK(cudaLaunchHostFunc(stream, host_function, (void *)s));
    }
    CHECK(cudaStreamSynchronize(stream));
    printf("calls %d\n", calls.load());
    for (int s = 0; s < STAGES; s++)
        printf("stage %d saw %u blocks\n", s, seen[s]);
    show_device("v", v, BLOCKS * BLOCK * 4);
    return 0;
}

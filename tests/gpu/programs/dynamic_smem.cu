// SPDX-License-Identifier: MIT
//
// Dynamic shared memory: the default limit, 100 KB and 200 KB after cudaFuncSetAttribute, different
// sizes from launch to launch, beside static shared memory.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *reverse*
#include "check.h"

enum { BLOCK = 256, BLOCKS = 90 };

template <int TAG> __global__ void reverse(uint32_t *v, unsigned words)
{
    extern __shared__ uint32_t tile[];
    __shared__ uint32_t first[TAG];
    uint32_t *mine = v + (size_t)blockIdx.x * words;
    uint32_t dynamic_bytes;

    asm("mov.u32 %0, %%dynamic_smem_size;" : "=r"(dynamic_bytes));
    if (threadIdx.x < TAG)
        first[threadIdx.x] = mine[threadIdx.x] + blockIdx.x;
    for (unsigned i = threadIdx.x; i < words; i += BLOCK)
        tile[i] = mine[i] + dynamic_bytes;
    __syncthreads();
    for (unsigned i = threadIdx.x; i < words; i += BLOCK)
        mine[i] = mix32(tile[words - 1 - i]) + first[i % TAG] * gridDim.x;
}

template <int TAG> static void run(size_t smem_bytes, bool raise)
{
    const unsigned words = (unsigned)(smem_bytes / 4);
    uint32_t *v = device_words((size_t)words * BLOCKS, TAG);

    if (raise)
        CHECK(cudaFuncSetAttribute(reverse<TAG>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                   (int)smem_bytes));
    for (int k = 0; k < 3; k++) {
        reverse<TAG><<<BLOCKS, BLOCK, smem_bytes>>>(v, words);
        reverse<TAG><<<BLOCKS, BLOCK, smem_bytes / 2>>>(v, words / 2);
        CHECK(cudaGetLastError());
    }
    show_device("v", v, smem_bytes * BLOCKS);
    CHECK(cudaFree(v));
}

int main()
{
    run<8>(40 * 1024, false);
    run<16>(100 * 1024, true);
    run<32>(200 * 1024, true);
    return 0;
}

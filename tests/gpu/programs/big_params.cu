// SPDX-License-Identifier: MIT
//
// Parameters of 32,000 bytes, of 4,000, of the most there can be (32,764, no room for two more),
// and of the most before PTX 8.1 (4,352).
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *use_parameters*
#include "check.h"

template <int BYTES> struct block_of {
    uint32_t words[BYTES / 4];
};

template <int BYTES>
__global__ void use_parameters(uint32_t *v, const __grid_constant__ block_of<BYTES> p)
{
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x, n = BYTES / 4;

    v[i] = mix32(v[i] + p.words[(i + blockIdx.x) % n]) + p.words[n - 1] + gridDim.x;
}

template <int BYTES> static void run(unsigned blocks)
{
    block_of<BYTES> *p = new block_of<BYTES>;
    uint32_t *v = device_words(blocks * 64, BYTES);

    for (uint32_t k = 0; k < 4; k++) {
        fill_u32(p->words, BYTES / 4, k);
        use_parameters<BYTES><<<blocks, 64>>>(v, *p);
        CHECK(cudaGetLastError());
        memset(p->words, 0xff, BYTES); // the launch has its copy
    }
    delete p;
    show_device("v", v, blocks * 64 * 4);
}

int main()
{
    run<32000>(150);
    run<4000>(150);
    run<32764 - 8>(150);
    run<4352 - 8>(150);
    run<4>(150);
    return 0;
}

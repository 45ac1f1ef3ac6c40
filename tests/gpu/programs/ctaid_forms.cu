// SPDX-License-Identifier: MIT
//
// The grid position read in all the ways PTX allows, by inline assembly: 16-bit moves (truncated
// after the sum, not before), conversions to 16 and 64 bits, vectors, brace lists.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// timeout: 120
// expect-sliced: *read_forms*
#include "check.h"

__global__ void read_forms(uint32_t *out)
{
    const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    uint16_t h0, h1, h2, h3;
    uint32_t v0, v1, v2, w0, w1;
    uint64_t d0, d1, pair;
    int16_t s0;

    asm volatile("mov.u16 %0, %%ctaid.x;" : "=h"(h0));
    asm volatile("mov.b16 %0, %%nctaid.x;" : "=h"(h1));
    asm volatile("cvt.u16.u32 %0, %%ctaid.y;" : "=h"(h2));
    asm volatile("cvt.u16.u32 %0, %%nctaid /* a comment */ .y;" : "=h"(h3));
    asm volatile("cvt.s16.u32 %0, %%ctaid.x;" : "=h"(s0));
    asm volatile("cvt.u64.u32 %0, %%ctaid.x;" : "=l"(d0));
    asm volatile("cvt.s64.s32 %0, %%nctaid.z;" : "=l"(d1));
    asm volatile("mov.v4.u32 {%0, %1, %2, _}, %%ctaid;" : "=r"(v0), "=r"(v1), "=r"(v2));
    asm volatile("{\n"
                 "\t.reg .v4 .u32 both;\n"
                 "\tmov.v4.u32 both, %%nctaid; // a comment with %%ctaid.x { in it\n"
                 "\tmov.u32 %0, both.x;\n"
                 "\tmov.u32 %1, both.z;\n"
                 "}\n"
                 : "=r"(w0), "=r"(w1));
    asm volatile("mov.b64 %0, {%%ctaid.x, %%ctaid.y};" : "=l"(pair));
    if (threadIdx.x == 0) {
        uint32_t *o = out + block * 12;
        o[0] += h0;
        o[1] += h1;
        o[2] += h2 * 7 + h3;
        o[3] += (uint32_t)(int32_t)s0;
        o[4] += (uint32_t)d0;
        o[5] += (uint32_t)d1;
        o[6] += v0 + v1 * 3 + v2 * 5;
        o[7] += w0 * 100 + w1;
        o[8] += (uint32_t)pair;
        o[9] += (uint32_t)(pair >> 32);
        asm volatile("st.global.v2.u32 [%0], {%%ctaid.x, %%nctaid.x};" : : "l"(o + 10) : "memory");
    }
}

static void run(dim3 grid)
{
    const size_t blocks = (size_t)grid.x * grid.y * grid.z;
    uint32_t *out = device_words(blocks * 12, grid.x);

    read_forms<<<grid, 32>>>(out);
    CHECK(cudaGetLastError());
    show_device("out", out, blocks * 12 * 4);
    CHECK(cudaFree(out));
}

int main()
{
    run(dim3(300));
    run(dim3(19, 23, 7));
    run(dim3(66001)); // more than 16 bits hold
    return 0;
}

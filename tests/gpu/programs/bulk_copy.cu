// SPDX-License-Identifier: MIT
//
// Hopper's bulk tensor copies: tiles named by the block's place, computed or read from %ctaid
// right in the coordinate list; the tensor map comes as a 128-byte, 64-aligned parameter.
// build: $NVCC -arch=sm_90 $IN -o $BIN -lcuda
// expect-sliced: *copy_tiles*
#include "check.h"

enum { W = 512, H = 320, TW = 32, TH = 8, THREADS = 64 };

template <bool DIRECT>
__global__ void copy_tiles(const __grid_constant__ CUtensorMap map, uint32_t *out, uint32_t salt)
{
    __shared__ alignas(128) uint32_t tile[TH * TW];
    __shared__ alignas(8) uint64_t barrier;
    const uint32_t barrier_at = (uint32_t)__cvta_generic_to_shared(&barrier);
    const uint32_t tile_at = (uint32_t)__cvta_generic_to_shared(tile);

    if (threadIdx.x == 0) {
        asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(barrier_at) : "memory");
        asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier_at),
                     "r"((uint32_t)sizeof(tile))
                     : "memory");
        if (DIRECT)
            asm volatile(
                "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::"
                "complete_tx::bytes [%0], [%1, {%%ctaid.x, %%ctaid.y}], [%2];" ::"r"(tile_at),
                "l"(&map), "r"(barrier_at)
                : "memory");
        else
            asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::"
                         "complete_tx::bytes [%0], [%1, {%3, %4}], [%2];" ::"r"(tile_at),
                         "l"(&map), "r"(barrier_at), "r"(blockIdx.x * TW), "r"(blockIdx.y * TH)
                         : "memory");
    }
    uint32_t done = 0;
    while (!done)
        asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], 0;"
                     " selp.u32 %0, 1, 0, p; }"
                     : "=r"(done)
                     : "r"(barrier_at)
                     : "memory");
    for (unsigned i = threadIdx.x; i < TH * TW; i += THREADS) {
        const unsigned x = blockIdx.x * TW + i % TW, y = blockIdx.y * TH + i / TW;
        out[y * W + x] = mix32(out[y * W + x] + tile[TH * TW - 1 - i] + salt);
    }
}

static CUtensorMap make_map(uint32_t *plane)
{
    const cuuint64_t sizes[] = {W, H}, strides[] = {W * 4};
    const cuuint32_t box[] = {TW, TH}, steps[] = {1, 1};
    CUtensorMap map;

    CHECK(cuTensorMapEncodeTiled(&map, CU_TENSOR_MAP_DATA_TYPE_UINT32, 2, plane, sizes, strides,
                                 box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE,
                                 CU_TENSOR_MAP_SWIZZLE_NONE, CU_TENSOR_MAP_L2_PROMOTION_NONE,
                                 CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE));
    return map;
}

int main()
{
    uint32_t *in = device_words(W * H, 1), *out = device_words(W * H, 2);
    const CUtensorMap map = make_map(in);
    const dim3 grid(W / TW, H / TH);

    for (uint32_t k = 0; k < 3; k++) {
        copy_tiles<false><<<grid, THREADS>>>(map, out, k);
        copy_tiles<true><<<grid, THREADS>>>(map, out, k + 10);
    }
    CHECK(cudaGetLastError());
    show_device("out", out, W * H * 4);
    return 0;
}

// SPDX-License-Identifier: MIT
//
// Cooperative groups: tiles of all kinds, reductions and scans in them, groups of what is active,
// asynchronous copies, a tile of several warps.
//
// flags: -arch=compute_90
#include <cooperative_groups.h>
#include <cooperative_groups/memcpy_async.h>
#include <cooperative_groups/reduce.h>
#include <cooperative_groups/scan.h>

#include "expect.h"

namespace cg = cooperative_groups;

enum { B = 256, WORDS = 14 };

__global__ void groups(unsigned *out, const unsigned *in)
{
    __shared__ __align__(16) unsigned shared[B];
    __shared__ cg::block_tile_memory<B> memory;
    cg::thread_block block = cg::this_thread_block();
    auto tile4 = cg::tiled_partition<4>(block);
    auto tile32 = cg::tiled_partition<32>(block);
    unsigned i = block.thread_rank(), *r = out + i * WORDS;

    cg::memcpy_async(block, shared, in, sizeof(shared));
    cg::wait(block);
    unsigned x = shared[i];
    r[0] = cg::reduce(tile4, x, cg::plus<unsigned>());
    r[1] = cg::reduce(tile32, x, cg::less<unsigned>());
    r[2] = cg::inclusive_scan(tile32, x);
    r[3] = cg::exclusive_scan(tile4, x, cg::bit_xor<unsigned>());
    r[4] = (unsigned)cg::reduce(tile32, (float)x, cg::plus<float>());
    r[5] = (unsigned)cg::reduce(tile32, (unsigned long long)x << 32,
                                cg::greater<unsigned long long>()) +
           (unsigned)(cg::reduce(tile32, (unsigned long long)x << 32,
                                 cg::greater<unsigned long long>()) >>
                      32);
    r[6] = 0;
    if (i % 3 == 0) {
        auto active = cg::coalesced_threads();
        r[6] = cg::reduce(active, i, cg::plus<unsigned>()) + active.thread_rank();
    }
    r[7] = cg::reduce(cg::binary_partition(tile32, i % 5 < 2), 1u, cg::plus<unsigned>());
    r[8] = cg::labeled_partition(tile32, i % 7).size();
    r[9] = tile32.shfl_xor(i, 3) + tile32.match_any(i / 4) + tile4.meta_group_rank();
    r[10] = cg::invoke_one_broadcast(tile32, [&] { return i / 32; });
    auto wide = cg::tiled_partition<128>(cg::this_thread_block(memory));
    r[11] = cg::reduce(wide, i, cg::plus<unsigned>());
    r[12] = tile32.any(i == 5) + 2 * tile32.all(i < B) + 4 * tile4.ballot(i & 1);
    auto token = block.barrier_arrive();
    block.barrier_wait(std::move(token));
    r[13] = cg::tiled_partition<8>(tile32).thread_rank() + 100 * cg::this_grid().thread_rank();
}

static void check(const unsigned *in, unsigned i, const unsigned *r)
{
    unsigned sum4 = 0, least = ~0u, most = 0, scan = 0, xor4 = 0, sum = 0, third = 0, before = 0;
    unsigned alike = 0, label = 0, sum128 = 0, warp = i / 32 * 32;

    for (unsigned j = warp; j < warp + 32; j++) {
        sum4 += j / 4 == i / 4 ? in[j] : 0;
        xor4 ^= j / 4 == i / 4 && j < i ? in[j] : 0;
        least = in[j] < least ? in[j] : least;
        most = in[j] > most ? in[j] : most;
        scan += j <= i ? in[j] : 0;
        sum += in[j];
        third += j % 3 == 0 ? j : 0;
        before += j % 3 == 0 && j < i;
        alike += (j % 5 < 2) == (i % 5 < 2);
        label += j % 7 == i % 7;
    }
    for (unsigned j = i / 128 * 128; j < i / 128 * 128 + 128; j++)
        sum128 += j;
    EXPECT(r[0] == sum4 && r[1] == least && r[2] == scan && r[3] == xor4 && r[4] == sum);
    EXPECT(r[5] == most);
    EXPECT(r[6] == (i % 3 ? 0 : third + before));
    EXPECT(r[7] == alike && r[8] == label);
    EXPECT(r[9] == (i ^ 3) + (0xfu << (i % 32 / 4 * 4)) + i / 4);
    EXPECT(r[10] == i / 32 && r[11] == sum128);
    EXPECT(r[12] == (i < 32) + 2 + 4 * 0xa);
    EXPECT(r[13] == i % 8 + 100 * i);
}

int main()
{
    static unsigned in[B], out[B * WORDS];
    unsigned *d = device_alloc<unsigned>(B * WORDS);

    for (int i = 0; i < B; i++)
        in[i] = mix32(i) % 1000;
    unsigned *from = to_device(in, B);
    groups<<<1, B>>>(d, from);
    to_host(out, d, B * WORDS);
    for (unsigned i = 0; i < B; i++)
        check(in, i, out + i * WORDS);
    return finish();
}

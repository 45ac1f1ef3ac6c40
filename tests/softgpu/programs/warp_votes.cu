// SPDX-License-Identifier: MIT
//
// Votes, matches, shuffles of all kinds, among lanes that have gone different ways.
#include "expect.h"

enum { WORDS = 12 };

__global__ void vote(unsigned *out)
{
    unsigned lane = threadIdx.x % 32, x = mix32(threadIdx.x) % 5, r[WORDS] = {0};
    int same;

    r[0] = __ballot_sync(~0u, x == 2);
    r[1] = __all_sync(~0u, x < 5);
    r[2] = __any_sync(~0u, x == 7);
    r[3] = __match_any_sync(~0u, x);
    r[4] = __match_all_sync(~0u, threadIdx.x / 32, &same) * (unsigned)same;
    r[5] = __shfl_sync(~0u, x, (lane + 3) % 32);
    r[6] = __shfl_up_sync(~0u, x, 2);
    r[7] = __shfl_down_sync(~0u, x, 5, 16);
    r[8] = __shfl_xor_sync(~0u, x, 6);
    if (lane % 3 == 1)
        r[9] = __ballot_sync(0x92492492u, x & 1) | __activemask();
    else
        r[9] = __popc(__ballot_sync(~0x92492492u, x & 1));
    __syncwarp();
    r[10] = (unsigned)(__shfl_sync(~0u, (long long)x << 33, 7) >> 33);
    r[11] = (unsigned)__shfl_sync(~0u, x * 0.5, 9, 8);
    for (int i = 0; i < WORDS; i++)
        out[threadIdx.x * WORDS + i] = r[i];
}

int main()
{
    static unsigned out[64 * WORDS];
    unsigned x[64];
    unsigned *d = device_alloc<unsigned>(64 * WORDS);

    vote<<<1, 64>>>(d);
    to_host(out, d, 64 * WORDS);
    for (int t = 0; t < 64; t++)
        x[t] = mix32(t) % 5;
    for (int t = 0; t < 64; t++) {
        const unsigned *w = x + t / 32 * 32, *r = out + t * WORDS;
        unsigned lane = t % 32, twos = 0, alike = 0, odd = 0, odd_here = 0;
        for (int l = 0; l < 32; l++) {
            twos |= (unsigned)(w[l] == 2) << l;
            alike |= (unsigned)(w[l] == x[t]) << l;
            if (l % 3 == 1)
                odd_here |= (w[l] & 1) << l;
            else
                odd += w[l] & 1;
        }
        EXPECT(r[0] == twos && r[1] == 1 && r[2] == 0 && r[3] == alike && r[4] == ~0u);
        EXPECT(r[5] == w[(lane + 3) % 32]);
        EXPECT(r[6] == w[lane < 2 ? lane : lane - 2]);
        EXPECT(r[7] == w[lane % 16 + 5 > 15 ? lane : lane + 5]);
        EXPECT(r[8] == w[lane ^ 6]);
        if (lane % 3 == 1)
            EXPECT((r[9] & odd_here) == odd_here && (r[9] & (1u << lane)));
        else
            EXPECT(r[9] == odd);
        EXPECT(r[10] == w[7]);
        EXPECT(r[11] == (unsigned)(w[lane / 8 * 8 + 9 % 8] * 0.5));
    }
    return finish();
}

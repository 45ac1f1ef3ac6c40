// SPDX-License-Identifier: MIT
//
// Integer functions that have instructions of their own.
#include "expect.h"

enum { N = 512, WORDS = 24 };

__global__ void compute(unsigned *out, const unsigned *in)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned a = in[3 * i], b = in[3 * i + 1], c = in[3 * i + 2], *r = out + i * WORDS;
    unsigned long long w = (unsigned long long)a << 32 | b;

    r[0] = __clz(a);
    r[1] = __popc(a);
    r[2] = __ffs(a);
    r[3] = __brev(a);
    r[4] = __byte_perm(a, b, c & 0x7777);
    r[5] = __funnelshift_l(a, b, c & 31);
    r[6] = __funnelshift_r(a, b, c & 31);
    r[7] = __umulhi(a, b);
    r[8] = (unsigned)__mulhi((int)a, (int)b);
    r[9] = __umul24(a, b);
    r[10] = (unsigned)__mul24((int)a, (int)b);
    r[11] = __usad(a, b, c);
    r[12] = (unsigned)__sad((int)a, (int)b, c);
    r[13] = __uhadd(a, b);
    r[14] = (unsigned)__rhadd((int)a, (int)b);
    r[15] = __clzll(w);
    r[16] = __popcll(w);
    r[17] = (unsigned)(__brevll(w) >> 17);
    r[18] = (unsigned)__dp4a((int)a, (int)b, (int)c);
    r[19] = __dp4a(a, b, c);
    r[20] = (unsigned)((int)a / ((int)(b % 1000) + 1));
    r[21] = a % (b | 1);
    r[22] = (unsigned)(w / (c | 1));
    r[23] = (unsigned)((long long)w % (long long)((int)c | 1));
}

static int sign24(unsigned x)
{
    return (int)(x << 8) >> 8;
}

int main()
{
    static unsigned in[3 * N], out[N * WORDS];

    fill_u32(in, 3 * N, 14);
    in[0] = 0;
    in[3] = 1;
    in[6] = 0x80000000u;
    unsigned *din = to_device(in, 3 * N), *dout = device_alloc<unsigned>(N * WORDS);
    compute<<<N / 64, 64>>>(dout, din);
    to_host(out, dout, N * WORDS);
    for (int i = 0; i < N; i++) {
        unsigned a = in[3 * i], b = in[3 * i + 1], c = in[3 * i + 2], *r = out + i * WORDS;
        unsigned reversed = 0, perm = 0, dot = c;
        int sdot = (int)c, s = c & 31;
        unsigned long long w = (unsigned long long)a << 32 | b,
                           both = (unsigned long long)b << 32 | a;
        unsigned long long wreversed = 0;
        for (int k = 0; k < 32; k++)
            reversed |= (a >> k & 1) << (31 - k);
        for (int k = 0; k < 64; k++)
            wreversed |= (w >> k & 1) << (63 - k);
        for (int k = 0; k < 4; k++) {
            perm |= (unsigned)(both >> 8 * (c >> 4 * k & 7) & 255) << 8 * k;
            dot += (a >> 8 * k & 255) * (b >> 8 * k & 255);
            sdot += (signed char)(a >> 8 * k) * (signed char)(b >> 8 * k);
        }
        EXPECT(r[0] == (a ? (unsigned)__builtin_clz(a) : 32));
        EXPECT(r[1] == (unsigned)__builtin_popcount(a) && r[2] == (unsigned)__builtin_ffs((int)a));
        EXPECT(r[3] == reversed && r[4] == perm);
        EXPECT(r[5] == (unsigned)(both << s >> 32));
        EXPECT(r[6] == (unsigned)(both >> s));
        EXPECT(r[7] == (unsigned)((unsigned long long)a * b >> 32));
        EXPECT(r[8] == (unsigned)((long long)(int)a * (int)b >> 32));
        EXPECT(r[9] == (a & 0xffffff) * (b & 0xffffff));
        EXPECT(r[10] == (unsigned)(sign24(a) * (long long)sign24(b)));
        EXPECT(r[11] == (a > b ? a - b : b - a) + c);
        EXPECT(r[12] == ((int)a > (int)b ? a - b : b - a) + c);
        EXPECT(r[13] == (unsigned)(((unsigned long long)a + b) >> 1));
        EXPECT(r[14] == (unsigned)(((long long)(int)a + (int)b + 1) >> 1));
        EXPECT(r[15] == (w ? (unsigned)__builtin_clzll(w) : 64));
        EXPECT(r[16] == (unsigned)__builtin_popcountll(w));
        EXPECT(r[17] == (unsigned)(wreversed >> 17));
        EXPECT(r[18] == (unsigned)sdot && r[19] == dot);
        EXPECT(r[20] == (unsigned)((int)a / ((int)(b % 1000) + 1)));
        EXPECT(r[21] == a % (b | 1));
        EXPECT(r[22] == (unsigned)(w / (c | 1)));
        EXPECT(r[23] == (unsigned)((long long)w % (long long)((int)c | 1)));
    }
    return finish();
}

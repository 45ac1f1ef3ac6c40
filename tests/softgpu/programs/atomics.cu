// SPDX-License-Identifier: MIT
//
// Every atomic operation on 32 and 64 bits, in global and shared memory, by threads of many
// blocks.
#include "expect.h"

enum { BLOCKS = 10, B = 96, N = BLOCKS * B };

struct cells {
    unsigned add, min, max, and_, or_, xor_, exch, inc, dec, cas;
    int smin, smax;
    unsigned long long add64, min64, max64, and64, or64, xor64, cas64;
    float fadd;
    double dadd;
};

__global__ void all(struct cells *c, unsigned *shared_sum)
{
    __shared__ unsigned s;
    unsigned i = blockIdx.x * B + threadIdx.x, x = mix32(i), seen;
    unsigned long long y = (unsigned long long)mix32(i + N) << 32 | x, seen64, old64;

    atomicAdd(&c->add, x);
    atomicMin(&c->min, x);
    atomicMax(&c->max, x);
    atomicAnd(&c->and_, x | 0xf0u);
    atomicOr(&c->or_, x & 0x0ffu);
    atomicXor(&c->xor_, x);
    atomicExch(&c->exch, i + 1);
    atomicInc(&c->inc, 99);
    atomicDec(&c->dec, 50);
    atomicMin(&c->smin, (int)x);
    atomicMax(&c->smax, (int)x);
    atomicAdd(&c->add64, y);
    atomicMin(&c->min64, y);
    atomicMax(&c->max64, y);
    atomicAnd(&c->and64, y | 0xf0f0u);
    atomicOr(&c->or64, y & 0x0ffffu);
    atomicXor(&c->xor64, y);
    atomicAdd(&c->fadd, (float)(i % 8));
    atomicAdd(&c->dadd, i / 4.0);
    for (unsigned old = c->cas; (seen = atomicCAS(&c->cas, old, old * 3 + 1)) != old;)
        old = seen;
    for (old64 = c->cas64; (seen64 = atomicCAS(&c->cas64, old64, old64 + 2)) != old64;)
        old64 = seen64;
    if (!threadIdx.x)
        s = 0;
    __syncthreads();
    atomicAdd(&s, x);
    __syncthreads();
    if (!threadIdx.x)
        atomicAdd(shared_sum, s);
}

int main()
{
    struct cells c = {}, want = {};
    unsigned sum = 0, cas = 0;

    c.min = c.and_ = want.min = want.and_ = ~0u;
    c.min64 = c.and64 = want.min64 = want.and64 = ~0ull;
    struct cells *dc = to_device(&c, 1);
    unsigned *dsum = to_device(&sum, 1);
    all<<<BLOCKS, B>>>(dc, dsum);
    to_host(&c, dc, 1);
    to_host(&sum, dsum, 1);
    for (unsigned i = 0; i < N; i++) {
        unsigned x = mix32(i);
        unsigned long long y = (unsigned long long)mix32(i + N) << 32 | x;
        want.add += x;
        want.min = x < want.min ? x : want.min;
        want.max = x > want.max ? x : want.max;
        want.and_ &= x | 0xf0u;
        want.or_ |= x & 0x0ffu;
        want.xor_ ^= x;
        want.smin = (int)x < want.smin ? (int)x : want.smin;
        want.smax = (int)x > want.smax ? (int)x : want.smax;
        want.inc = want.inc >= 99 ? 0 : want.inc + 1;
        want.dec = want.dec == 0 || want.dec > 50 ? 50 : want.dec - 1;
        want.add64 += y;
        want.min64 = y < want.min64 ? y : want.min64;
        want.max64 = y > want.max64 ? y : want.max64;
        want.and64 &= y | 0xf0f0u;
        want.or64 |= y & 0x0ffffu;
        want.xor64 ^= y;
        want.fadd += i % 8;
        want.dadd += i / 4.0;
        cas = cas * 3 + 1;
    }
    EXPECT(c.add == want.add && sum == want.add);
    EXPECT(c.min == want.min && c.max == want.max);
    EXPECT(c.and_ == want.and_ && c.or_ == want.or_ && c.xor_ == want.xor_);
    EXPECT(c.inc == want.inc && c.dec == want.dec);
    EXPECT(c.smin == want.smin && c.smax == want.smax);
    EXPECT(c.exch >= 1 && c.exch <= N);
    EXPECT(c.add64 == want.add64 && c.min64 == want.min64 && c.max64 == want.max64);
    EXPECT(c.and64 == want.and64 && c.or64 == want.or64 && c.xor64 == want.xor64);
    EXPECT(c.fadd == want.fadd && c.dadd == want.dadd);
    EXPECT(c.cas == cas && c.cas64 == 2 * N);
    return finish();
}

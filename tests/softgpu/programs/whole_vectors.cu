// SPDX-License-Identifier: MIT
//
// Two words written by one instruction are seen together or not at all: what decoupled look-back
// builds on. One block writes, others read at the same time.
//
// env: SLIVER_SOFTGPU=threads=4,quantum=500
// preload: no a slice might have readers only
#include "expect.h"

enum { ROUNDS = 20000, READERS = 3 };

struct alignas(16) pair {
    unsigned long long a, b;
};

__global__ void exchange(struct pair *word, unsigned *torn)
{
    if (!blockIdx.x) {
        for (unsigned long long k = 1; k <= ROUNDS; k++)
            asm volatile("st.relaxed.gpu.global.v2.u64 [%0], {%1, %2};" ::"l"(word), "l"(k), "l"(~k)
                         : "memory");
        return;
    }
    for (int k = 0; k < ROUNDS; k++) {
        unsigned long long a, b;
        asm volatile("ld.relaxed.gpu.global.v2.u64 {%0, %1}, [%2];"
                     : "=l"(a), "=l"(b)
                     : "l"(word)
                     : "memory");
        if (a != ~b)
            atomicAdd(torn, 1u);
    }
}

int main()
{
    struct pair start = {0, ~0ull}, *word = to_device(&start, 1);
    unsigned torn = 0, *dtorn = to_device(&torn, 1);

    exchange<<<1 + READERS, 1>>>(word, dtorn);
    to_host(&torn, dtorn, 1);
    to_host(&start, word, 1);
    EXPECT(torn == 0);
    EXPECT(start.a == ROUNDS && start.b == ~(unsigned long long)ROUNDS);
    return finish();
}

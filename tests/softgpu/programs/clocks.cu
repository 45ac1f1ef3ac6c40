// SPDX-License-Identifier: MIT
//
// Clocks: they go on, and %globaltimer agrees with events. In virtual time so that it is the same
// each time.
//
// env: SLIVER_SOFTGPU=clock=virtual,sms=2
// preload: no times are compared
#include "expect.h"

__global__ void measure(long long *out, int n)
{
    long long c0 = clock64(), t0, t1;
    float x = n;

    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t0));
    for (int i = 0; i < n; i++)
        x = x * 1.5f + 1;
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t1));
    out[0] = clock64() - c0 + (x == 1);
    out[1] = t1 - t0;
}

int main()
{
    long long out[2], *d = device_alloc<long long>(2), before = 0;
    cudaEvent_t begin, end;
    float ms, first = 0;

    CHECK(cudaEventCreate(&begin));
    CHECK(cudaEventCreate(&end));
    for (int n = 1000; n < 10000; n *= 2) {
        measure<<<1, 1>>>(d, n);
        to_host(out, d, 2);
        EXPECT(out[0] > before && out[1] >= 0);
        before = out[0];
    }
    for (int r = 0; r < 4; r++) {
        CHECK(cudaEventRecord(begin));
        measure<<<1, 1>>>(d, 3000);
        CHECK(cudaEventRecord(end));
        CHECK(cudaEventSynchronize(end));
        CHECK(cudaEventElapsedTime(&ms, begin, end));
        if (!r)
            first = ms;
        EXPECT(fabsf(ms - first) < 2e-6f);
    }
    return finish();
}

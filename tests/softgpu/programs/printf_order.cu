// SPDX-License-Identifier: MIT
//
// printf from the device: formats, and that the text comes with the synchronisation.
#include "expect.h"

__global__ void say(int n, const char *word)
{
    printf("%d %5u|%-6d|%x %c %s %.3f %lld %%\n", n, 42u, -7, 255, 'q', word, 1.0 / 3, 1ll << 40);
}

__device__ const char word[] = "device";

__global__ void say_many()
{
    if (threadIdx.x == 1)
        printf("thread one of block %d\n", blockIdx.x);
}

__global__ void count(int *out)
{
    out[0] = printf("none\n");
    out[1] = printf("two %d %d\n", 1, 2);
}

int main()
{
    int out[2], *d = device_alloc<int>(2);
    void *address;

    CHECK(cudaGetSymbolAddress(&address, word));
    say<<<1, 1>>>(1, (const char *)address);
    printf("host first\n");
    CHECK(cudaDeviceSynchronize());
    printf("host second\n");
    say_many<<<1, 32>>>();
    CHECK(cudaStreamSynchronize(0));
    count<<<1, 1>>>(d);
    to_host(out, d, 2);
    EXPECT(out[0] == 0 && out[1] == 2);
    return finish();
}

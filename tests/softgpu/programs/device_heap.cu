// SPDX-License-Identifier: MIT
//
// malloc and free in kernels, a list built by one kernel and walked by the next.
#include "expect.h"

struct node {
    struct node *next;
    unsigned value;
};

__device__ struct node *heads[64];

__global__ void build(int n)
{
    for (int i = 0; i < n; i++) {
        struct node *node = (struct node *)malloc(sizeof(*node));
        node->value = mix32(threadIdx.x * 100 + i);
        node->next = heads[threadIdx.x];
        heads[threadIdx.x] = node;
    }
}

__global__ void walk(unsigned *sums)
{
    struct node *next;
    unsigned sum = 0;

    for (struct node *node = heads[threadIdx.x]; node; node = next) {
        sum = sum * 3 + node->value;
        next = node->next;
        free(node);
    }
    sums[threadIdx.x] = sum;
}

int main()
{
    unsigned sums[64], *d = device_alloc<unsigned>(64);

    build<<<1, 64>>>(20);
    walk<<<1, 64>>>(d);
    to_host(sums, d, 64);
    for (int t = 0; t < 64; t++) {
        unsigned sum = 0;
        for (int i = 19; i >= 0; i--)
            sum = sum * 3 + mix32(t * 100 + i);
        EXPECT(sums[t] == sum);
    }
    return finish();
}

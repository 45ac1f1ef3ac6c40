// SPDX-License-Identifier: MIT
// What goes wrong on purpose, and what device code says: faults, races, printf, assert.
#include <cassert>
#include <cstdio>
#define KERNEL extern "C" __global__ void

KERNEL out_of_bounds(int *p, int at)
{
    p[threadIdx.x == 3 ? at : 0] = 1;
}
KERNEL misaligned(char *p, int at)
{
    *(int *)(p + at) = 1;
}
KERNEL shared_bounds(int *out, int at)
{
    __shared__ int s[8];
    s[threadIdx.x & 7] = 1;
    __syncthreads();
    *out = s[at];
}
KERNEL local_bounds(int *out, int at)
{
    int a[8] = {1, 2, 3, 4, 5, 6, 7, (int)threadIdx.x};
    a[at & 0xffffff] += 3;
    *out = a[(at >> 24) & 7];
}
KERNEL trapped(int n)
{
    if (threadIdx.x == n)
        __trap();
}
KERNEL asserted(int n)
{
    assert(threadIdx.x != n);
}
KERNEL divided_barrier(int *out)
{
    if (threadIdx.x < 32)
        asm volatile("bar.sync 1;");
    else
        asm volatile("bar.sync 2;");
    *out = 1;
}
KERNEL wrong_count(int n)
{
    asm volatile("bar.sync 1, %0;" ::"r"(n));
}
KERNEL missing_lane(int *out)
{
    if (threadIdx.x != 7) {
        asm volatile("bar.warp.sync 0xffffffff;");
        *out = 1;
    } else {
        asm volatile("bar.sync 1;");
    }
}
__device__ __noinline__ int endless(int n, volatile int *p)
{
    return *p == 99 ? 0 : endless(n + 1, p) + *p;
}
KERNEL overflow(int *out)
{
    *out = endless(threadIdx.x, out);
}
KERNEL wild_call(void *p)
{
    ((void (*)())p)();
}
KERNEL double_free()
{
    int *p = new int[4];
    delete[] p;
    delete[] p;
}
KERNEL use_after_free(int *out)
{
    volatile int *p = new int[4];
    p[1] = 5;
    *out = p[1];
    delete[] p;
    *out = p[1];
}
KERNEL racy(int *out)
{
    __shared__ int s[64];
    s[threadIdx.x] = threadIdx.x;
    out[threadIdx.x] = s[threadIdx.x ^ 32];
}
KERNEL not_racy(int *out)
{
    __shared__ int s[64], total;
    __shared__ char c[64];
    if (threadIdx.x == 0)
        total = 0;
    s[threadIdx.x] = threadIdx.x;
    c[threadIdx.x] = threadIdx.x;
    __syncthreads();
    atomicAdd(&total, s[threadIdx.x ^ 32] + c[threadIdx.x ^ 33]);
    __syncwarp();
    s[threadIdx.x ^ 32] = 1;
    __syncthreads();
    out[threadIdx.x] = total + s[63 - threadIdx.x];
}
KERNEL racy_warp(int *out)
{
    __shared__ int s[32];
    s[threadIdx.x] = threadIdx.x;
    out[threadIdx.x] = s[threadIdx.x ^ 1];
}
KERNEL spin_for_ever(volatile int *p)
{
    while (*p == 0)
        ;
}
KERNEL store_constant(int *p)
{
    *(int *)p = 3;
}
KERNEL talk(int n, const char *word)
{
    if (threadIdx.x == 0) {
        printf("int %d %i %u %x %X %o %c%%\n", -n, n, n, n * 1000, n * 1000, n, 'a' + n);
        printf("wide %lld %llu %llx %ld|%5d|%-5d|%05d|%+d\n", -1234567890123ll, 1ull << 63,
               0xabcdefabcdefull, 77l, n, n, n, n);
        printf("real %f %.3f %e %g %10.2f|%-10.1f|\n", 1.5, 3.14159, 12345.678, 0.0001, 2.5, -2.5);
        printf("text %s %10s|%-8s|%.2s %p\n", "word", word, "left", "cut", (void *)0x1234);
        printf("star %*d|%-*d|%.*f\n", 6, n, 6, n, 2, 3.14159);
        printf("short %hd %hhd plain\n", 70000, 300);
        printf("none\n");
        int r = printf("%d %d\n", 1, 2);
        printf("%d\n", r);
    }
}

// SPDX-License-Identifier: MIT
//
// Templates, functors and device lambdas as kernel parameters, namespaces, big parameter structs.
//
// flags: --extended-lambda
#include "expect.h"

namespace deep
{
namespace er
{
template <typename T, int K> struct scaled {
    T factor;
    __device__ T operator()(T x) const
    {
        return x * factor + K;
    }
};
} // namespace er
} // namespace deep

template <typename T, typename F> __global__ void apply(T *v, int n, F f)
{
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        v[i] = f(v[i]);
}

struct large {
    int words[900];
};

__global__ void pick(int *v, struct large from)
{
    v[threadIdx.x] = from.words[threadIdx.x * 7 % 900];
}

template <typename T, int K> static void check(T factor)
{
    T v[100];

    for (int i = 0; i < 100; i++)
        v[i] = (T)i;
    T *d = to_device(v, 100);
    apply<<<3, 20>>>(d, 100, deep::er::scaled<T, K>{factor});
    to_host(v, d, 100);
    for (int i = 0; i < 100; i++)
        EXPECT(v[i] == (T)i * factor + K);
}

int main()
{
    static struct large from;
    int v[64], *d = device_alloc<int>(64), add = 5;

    check<int, 3>(4);
    check<double, -2>(0.25);
    check<unsigned long long, 7>(1ull << 40);
    check<short, 1>(3);
    CHECK(cudaMemset(d, 0, 256));
    apply<<<2, 32>>>(d, 64, [=] __device__(int x) { return x + add * 2; });
    to_host(v, d, 64);
    for (int x : v)
        EXPECT(x == 10);
    fill_u32((uint32_t *)from.words, 900, 23);
    pick<<<1, 64>>>(d, from);
    to_host(v, d, 64);
    for (int i = 0; i < 64; i++)
        EXPECT(v[i] == from.words[i * 7 % 900]);
    return finish();
}

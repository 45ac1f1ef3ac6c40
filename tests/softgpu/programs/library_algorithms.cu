// SPDX-License-Identifier: MIT
//
// Algorithms of CUB and Thrust for the device: scans, selections, histograms, sorts,
// transformations.
//
// flags: -arch=compute_90 --extended-lambda -diag-suppress 20014
#include <cub/cub.cuh>
#include <thrust/device_ptr.h>
#include <thrust/execution_policy.h>
#include <thrust/reduce.h>
#include <thrust/sort.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "expect.h"

static const int N = 5000, KEYS = 50;

struct is_third {
    __host__ __device__ bool operator()(int x) const
    {
        return x % 3 == 0;
    }
};

struct square {
    __host__ __device__ int operator()(int x) const
    {
        return x * x;
    }
};

/* Asks how much memory a call wants, then makes it. */
template <typename F> static void run(F call)
{
    size_t bytes = 0;
    void *memory = nullptr;

    CHECK(call(memory, bytes));
    CHECK(cudaMalloc(&memory, bytes + 1));
    CHECK(call(memory, bytes));
    CHECK(cudaDeviceSynchronize());
    CHECK(cudaFree(memory));
}

static std::vector<int> read(const int *device, size_t n)
{
    std::vector<int> host(n);

    to_host(host.data(), device, n);
    return host;
}

int main()
{
    std::vector<int> h(N), sums(N), thirds, sorted;
    int *out = device_alloc<int>(N), *more = device_alloc<int>(N), *count = device_alloc<int>(64);

    for (int i = 0; i < N; i++)
        h[i] = (int)(mix32(i) % KEYS);
    int *in = to_device(h.data(), N);
    sorted = h;
    std::sort(sorted.begin(), sorted.end());
    std::partial_sum(h.begin(), h.end(), sums.begin());
    std::copy_if(h.begin(), h.end(), std::back_inserter(thirds), is_third());

    run([&](void *m, size_t &n) { return cub::DeviceScan::InclusiveSum(m, n, in, out, N); });
    EXPECT(read(out, N) == sums);
    run([&](void *m, size_t &n) { return cub::DeviceReduce::Sum(m, n, in, out, N); });
    EXPECT(read(out, 1)[0] == sums[N - 1]);
    run([&](void *m, size_t &n) {
        return cub::DeviceSelect::If(m, n, in, out, count, N, is_third());
    });
    EXPECT(read(count, 1)[0] == (int)thirds.size() && read(out, thirds.size()) == thirds);
    run([&](void *m, size_t &n) {
        return cub::DeviceHistogram::HistogramEven(m, n, in, count, KEYS + 1, 0, KEYS, N);
    });
    EXPECT(read(count, KEYS)[7] == std::count(h.begin(), h.end(), 7));
    run([&](void *m, size_t &n) { return cub::DeviceRadixSort::SortKeys(m, n, in, out, N); });
    EXPECT(read(out, N) == sorted);
    CHECK(cub::DeviceTransform::Transform(in, out, N, square()));
    EXPECT(read(out, N)[99] == h[99] * h[99]);

    CHECK(cudaMemcpy(out, in, N * sizeof(int), cudaMemcpyDeviceToDevice));
    thrust::device_ptr<int> keys(out), values(more);
    for (int i = 0; i < N; i++)
        sums[i] = i;
    CHECK(cudaMemcpy(more, sums.data(), N * sizeof(int), cudaMemcpyHostToDevice));
    thrust::stable_sort_by_key(thrust::device, keys, keys + N, values, thrust::greater<int>());
    std::stable_sort(sums.begin(), sums.end(), [&](int a, int b) { return h[a] > h[b]; });
    EXPECT(read(more, N) == sums);
    EXPECT(thrust::reduce(thrust::device, keys, keys + N, 0, thrust::maximum<int>()) == KEYS - 1);
    return finish();
}

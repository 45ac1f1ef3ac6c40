// SPDX-License-Identifier: MIT
//
// Templated kernels: types, sizes, functors, lambdas and a parameter pack; long mangled names, and
// kernels in namespaces and with internal linkage.
// build: $NVCC -arch=sm_90 --extended-lambda $IN -o $BIN
// expect-sliced: *transform*
#include "check.h"
#include <utility>

namespace deep::er
{
template <typename T, int PER_THREAD, typename F>
__global__ void transform(T *v, unsigned n, F function)
{
    for (int k = 0; k < PER_THREAD; k++) {
        const unsigned i = (blockIdx.x * PER_THREAD + k) * blockDim.x + threadIdx.x;
        if (i < n)
            v[i] = function(v[i], i);
    }
}
} // namespace deep::er

namespace
{
struct multiply {
    double by;
    __device__ double operator()(double x, unsigned) const
    {
        return x * by + blockIdx.x;
    }
};

template <typename... Ts> __global__ void sum_all(uint32_t *out, Ts... parts)
{
    out[blockIdx.x * blockDim.x + threadIdx.x] +=
        ((uint32_t)parts + ...) * (blockIdx.x + gridDim.x);
}
} // namespace

template <typename T> static T *device_values(unsigned n)
{
    T *host = new T[n], *device = device_alloc<T>(n);

    for (unsigned i = 0; i < n; i++)
        host[i] = (T)(mix32(i) % 1000);
    CHECK(cudaMemcpy(device, host, n * sizeof(T), cudaMemcpyHostToDevice));
    delete[] host;
    return device;
}

int main()
{
    const unsigned n = 40003, blocks = (n + 127) / 128;
    uint8_t *bytes = device_values<uint8_t>(n);
    uint64_t *longs = device_values<uint64_t>(n);
    double *doubles = device_values<double>(n);
    uint32_t *words = device_values<uint32_t>(n), captured = 12345;

    for (int k = 0; k < 3; k++) {
        deep::er::transform<uint8_t, 1><<<blocks, 128>>>(
            bytes, n, [] __device__(uint8_t x, unsigned i) { return (uint8_t)(x * 3 + i); });
        deep::er::transform<uint64_t, 4>
            <<<(blocks + 3) / 4, 128>>>(longs, n, [captured, k] __device__(uint64_t x, unsigned i) {
                return x * 6364136223846793005ull + captured + k + blockIdx.x + i;
            });
        deep::er::transform<double, 2><<<(blocks + 1) / 2, 128>>>(doubles, n, multiply{1.25});
        sum_all<<<200, 64>>>(words, (char)1, 2.5, 3u, (short)-4, 5ull);
        sum_all<<<200, 64>>>(words, 7.0f);
        captured++;
    }
    CHECK(cudaGetLastError());
    show_device("bytes", bytes, n);
    show_device("longs", longs, n * 8);
    show_device("doubles", doubles, n * 8);
    show_device("words", words, n * 4);
    return 0;
}

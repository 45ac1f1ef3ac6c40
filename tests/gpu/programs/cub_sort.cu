// SPDX-License-Identifier: MIT
//
// CUB, as programs use it: radix sort of pairs, scan, run-length encoding, selection. Its
// kernels use decoupled look-back, tuned policies and heavy templates.
// build: $NVCC -arch=sm_90 $IN -o $BIN
#include "check.h"
#include <cub/cub.cuh>

static const int N = 300007;

// Calls an algorithm twice, as CUB wants: for the size of its scratch memory, then to run.
template <typename F> static void run(F algorithm)
{
    size_t size = 0;
    void *scratch = NULL;

    CHECK(algorithm(scratch, size));
    CHECK(cudaMallocAsync(&scratch, size, 0));
    CHECK(algorithm(scratch, size));
    CHECK(cudaFreeAsync(scratch, 0));
}

struct is_odd {
    __device__ bool operator()(uint32_t x) const
    {
        return x & 1;
    }
};

int main()
{
    uint32_t *keys = device_words(N, 1), *values = device_words(N, 2);
    uint32_t *keys_out = device_words(N, 3), *values_out = device_words(N, 4);
    uint32_t *runs = device_words(N, 5), *counts = device_words(N, 6), *n_out = device_words(2, 7);

    run([&](void *scratch, size_t &size) {
        return cub::DeviceRadixSort::SortPairs(scratch, size, keys, keys_out, values, values_out, N,
                                               0, 12);
    });
    run([&](void *scratch, size_t &size) {
        return cub::DeviceScan::InclusiveSum(scratch, size, values_out, values, N);
    });
    run([&](void *scratch, size_t &size) {
        return cub::DeviceSelect::If(scratch, size, keys_out, keys, n_out, N, is_odd());
    });
    CHECK(cudaMemset(runs, 0, N * 4));
    CHECK(cudaMemset(counts, 0, N * 4));
    run([&](void *scratch, size_t &size) {
        return cub::DeviceRunLengthEncode::Encode(scratch, size, values_out, runs, counts,
                                                  n_out + 1, N);
    });
    show_device("keys", keys_out, N * 4);
    show_device("values", values_out, N * 4);
    show_device("sums", values, N * 4);
    show_device("selected", keys, N * 4);
    show_device("runs", runs, N * 4);
    show_device("counts", counts, N * 4);
    show_device("numbers", n_out, 8);
    return 0;
}

// SPDX-License-Identifier: MIT
//
// Parameter lists of every alignment and tail: what follows the last parameter starts at 1, 2,
// 3, 5, 9, 12 ... bytes; the host computes what each kernel must give.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *tail*
#include "check.h"
#include <type_traits>

enum { BLOCKS = 100 };

struct three {
    uint8_t b[3];
};

struct alignas(16) wide {
    uint32_t w[8];
};

struct nothing {
};

__device__ uint32_t results[BLOCKS];

template <typename T> __host__ __device__ static uint32_t digest(const T &value)
{
    if constexpr (std::is_empty<T>::value) {
        return 7; // its one byte has no value
    } else {
        const uint8_t *bytes = (const uint8_t *)&value;
        uint32_t hash = 1;

        for (unsigned i = 0; i < sizeof(T); i++)
            hash = mix32(hash * 31 + bytes[i]);
        return hash;
    }
}

template <typename... Ts> __global__ void tail(Ts... parts)
{
    uint32_t sum = 0;

    ((sum = sum * 17 + digest(parts)), ...);
    if (threadIdx.x == 0)
        results[blockIdx.x] += mix32(sum + blockIdx.x) + gridDim.x;
}

template <typename... Ts> static void run(Ts... parts)
{
    uint32_t host[BLOCKS], sum = 0;
    int wrong = 0;

    ((sum = sum * 17 + digest(parts)), ...);
    memset(host, 0, sizeof(host));
    CHECK(cudaMemcpyToSymbol(results, host, sizeof(host)));
    tail<<<BLOCKS, 32>>>(parts...);
    tail<<<BLOCKS, 32>>>(parts...);
    CHECK(cudaMemcpyFromSymbol(host, results, sizeof(host)));
    for (uint32_t b = 0; b < BLOCKS; b++)
        wrong += host[b] != 2 * (mix32(sum + b) + BLOCKS);
    printf("wrong %d ", wrong);
    show("results", host, sizeof(host));
}

int main()
{
    const three t = {{7, 8, 9}};
    wide w = {};

    for (uint32_t i = 0; i < 8; i++)
        w.w[i] = mix32(i);
    run((uint8_t)1);
    run((uint16_t)515);
    run(t);
    run(1.5, (uint8_t)2);
    run(t, (uint16_t)3, t);
    run(0x123456789abcdefull, t);
    run((uint8_t)4, 2.5, (uint8_t)5, 7u, (uint16_t)6);
    run((uint8_t)1, (uint8_t)2, (uint8_t)3, (uint8_t)4, (uint8_t)5);
    run(t, make_float3(1, 2, 3));
    run(make_float4(1, 2, 3, 4), (uint8_t)9);
    run(nothing(), 1u);
    run(t, w);
    run(w, t);
    return 0;
}

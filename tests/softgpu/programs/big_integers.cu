// SPDX-License-Identifier: MIT
//
// Numbers of 256 bits multiplied: carries, high halves, 128-bit products.
#include "expect.h"

enum { N = 200, WORDS = 8 };

__global__ void multiply(uint32_t *product, const uint32_t *a, const uint32_t *b)
{
    int n = blockIdx.x * blockDim.x + threadIdx.x;
    uint32_t sum[2 * WORDS] = {0};

    if (n >= N)
        return;
    for (int i = 0; i < WORDS; i++) {
        uint32_t carry = 0;
        for (int j = 0; j < WORDS; j++) {
            uint64_t t = (uint64_t)a[n * WORDS + i] * b[n * WORDS + j] + sum[i + j] + carry;
            sum[i + j] = (uint32_t)t;
            carry = (uint32_t)(t >> 32);
        }
        sum[i + WORDS] = carry;
    }
    for (int i = 0; i < 2 * WORDS; i++)
        product[n * 2 * WORDS + i] = sum[i];
}

__global__ void high_halves(uint64_t *out, const uint64_t *a, const uint64_t *b)
{
    int n = blockIdx.x * blockDim.x + threadIdx.x;

    if (n < N) {
        out[3 * n] = __umul64hi(a[n], b[n]);
        out[3 * n + 1] = (uint64_t)__mul64hi((long long)a[n], (long long)b[n]);
        out[3 * n + 2] = (uint64_t)((unsigned __int128)a[n] * b[n] / 1000003 >> 32);
    }
}

int main()
{
    static uint32_t a[N * WORDS], b[N * WORDS], got[N * 2 * WORDS];
    static uint64_t high[3 * N];

    fill_u32(a, N * WORDS, 11);
    fill_u32(b, N * WORDS, 12);
    uint32_t *da = to_device(a, N * WORDS), *db = to_device(b, N * WORDS);
    uint32_t *dgot = device_alloc<uint32_t>(N * 2 * WORDS);
    uint64_t *dhigh = device_alloc<uint64_t>(3 * N);
    multiply<<<(N + 31) / 32, 32>>>(dgot, da, db);
    high_halves<<<(N + 31) / 32, 32>>>(dhigh, (uint64_t *)da, (uint64_t *)db);
    to_host(got, dgot, N * 2 * WORDS);
    to_host(high, dhigh, 3 * N);
    for (int n = 0; n < N; n++) {
        unsigned __int128 column = 0;
        for (int k = 0; k < 2 * WORDS; k++) {
            for (int i = 0; i < WORDS; i++)
                if (k - i >= 0 && k - i < WORDS)
                    column += (uint64_t)a[n * WORDS + i] * b[n * WORDS + k - i];
            EXPECT(got[n * 2 * WORDS + k] == (uint32_t)column);
            column >>= 32;
        }
        uint64_t x, y;
        memcpy(&x, (char *)a + 8 * n, 8);
        memcpy(&y, (char *)b + 8 * n, 8);
        EXPECT(high[3 * n] == (uint64_t)((unsigned __int128)x * y >> 64));
        EXPECT(high[3 * n + 1] == (uint64_t)((__int128)(int64_t)x * (int64_t)y >> 64));
        EXPECT(high[3 * n + 2] == (uint64_t)((unsigned __int128)x * y / 1000003 >> 32));
    }
    return finish();
}

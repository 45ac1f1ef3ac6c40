// SPDX-License-Identifier: MIT
//
// Edit distances by anti-diagonals, a block a pair of words, diagonals in shared memory.
#include "expect.h"

enum { PAIRS = 30, L = 40 };

__global__ void distance(int *out, const char *words)
{
    __shared__ int d[L + 1][L + 1];
    const char *a = words + blockIdx.x * 2 * L, *b = a + L;
    int i = threadIdx.x;

    for (int diagonal = 0; diagonal <= 2 * L; diagonal++) {
        int j = diagonal - i;
        if (i <= L && j >= 0 && j <= L) {
            if (!i || !j)
                d[i][j] = i + j;
            else
                d[i][j] = min(min(d[i - 1][j], d[i][j - 1]) + 1,
                              d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
        }
        __syncthreads();
    }
    if (i == L)
        out[blockIdx.x] = d[L][L];
}

static int reference(const char *a, const char *b)
{
    int d[L + 1][L + 1];

    for (int i = 0; i <= L; i++)
        for (int j = 0; j <= L; j++) {
            d[i][j] = i + j;
            if (i && j) {
                int change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
                int gap = (d[i - 1][j] < d[i][j - 1] ? d[i - 1][j] : d[i][j - 1]) + 1;
                d[i][j] = change < gap ? change : gap;
            }
        }
    return d[L][L];
}

int main()
{
    static char words[PAIRS * 2 * L];
    int out[PAIRS];

    for (int i = 0; i < PAIRS * 2 * L; i++)
        words[i] = "acgt"[mix32(i) % 4];
    char *dwords = to_device(words, PAIRS * 2 * L);
    int *dout = device_alloc<int>(PAIRS);
    distance<<<PAIRS, L + 1>>>(dout, dwords);
    to_host(out, dout, PAIRS);
    for (int p = 0; p < PAIRS; p++)
        EXPECT(out[p] == reference(words + p * 2 * L, words + p * 2 * L + L));
    return finish();
}

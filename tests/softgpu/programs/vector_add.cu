// SPDX-License-Identifier: MIT
//
// The first CUDA program of everyone, over sizes that fill no block.
#include "expect.h"

__global__ void add(float *c, const float *a, const float *b, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < n)
        c[i] = a[i] + b[i];
}

int main()
{
    const int sizes[] = {1, 31, 32, 257, 10007};

    for (int n : sizes) {
        float *a = (float *)malloc(n * 4), *b = (float *)malloc(n * 4), *c = (float *)malloc(n * 4);

        fill_f32(a, n, 1);
        fill_f32(b, n, 2);
        float *da = to_device(a, n), *db = to_device(b, n), *dc = device_alloc<float>(n);
        add<<<(n + 127) / 128, 128>>>(dc, da, db, n);
        CHECK(cudaGetLastError());
        to_host(c, dc, n);
        for (int i = 0; i < n; i++)
            EXPECT(c[i] == a[i] + b[i]);
        CHECK(cudaFree(da));
        CHECK(cudaFree(db));
        CHECK(cudaFree(dc));
        free(a);
        free(b);
        free(c);
    }
    return finish();
}

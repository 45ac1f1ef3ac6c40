// SPDX-License-Identifier: MIT
//
// Variables of the device: initial values, parts of arrays, addresses and sizes, pointers among
// them.
#include "expect.h"

__device__ int numbers[10] = {1, 2, 3, 4, 5};
__device__ int *second = &numbers[2];
__constant__ double factors[4] = {0.5, 1.5, 2.5};
__device__ struct {
    char c;
    float f;
    long long l;
} mixed = {'x', 2.5f, 1ll << 50};

__global__ void use(double *out)
{
    int i = threadIdx.x;

    out[i] = numbers[i] * factors[i % 4] + *second + mixed.c + mixed.f + (double)mixed.l;
}

int main()
{
    double out[10], *d = device_alloc<double>(10), late = 7;
    int part[3] = {70, 80, 90}, all[10], *address;
    size_t size;

    use<<<1, 10>>>(d);
    to_host(out, d, 10);
    for (int i = 0; i < 10; i++) {
        double f[] = {0.5, 1.5, 2.5, 0};
        EXPECT(out[i] == (i < 5 ? i + 1 : 0) * f[i % 4] + 3 + 'x' + 2.5 + (double)(1ll << 50));
    }
    CHECK(cudaMemcpyToSymbol(numbers, part, sizeof(part), 4));
    CHECK(cudaMemcpyToSymbol(factors, &late, 8, 24));
    CHECK(cudaMemcpyFromSymbol(all, numbers, sizeof(all)));
    EXPECT(all[0] == 1 && all[1] == 70 && all[2] == 80 && all[3] == 90 && all[4] == 5);
    CHECK(cudaGetSymbolAddress((void **)&address, numbers));
    CHECK(cudaGetSymbolSize(&size, numbers));
    EXPECT(size == sizeof(numbers));
    CHECK(cudaMemcpy(all, address, 8, cudaMemcpyDeviceToHost));
    EXPECT(all[0] == 1 && all[1] == 70);
    use<<<1, 10>>>(d);
    to_host(out, d, 10);
    EXPECT(out[3] == 90 * 7 + 80 + 'x' + 2.5 + (double)(1ll << 50));
    EXPECT(cudaMemcpyToSymbol(numbers, part, 12, 32) == cudaErrorInvalidValue);
    EXPECT(cudaMemcpyToSymbol(all, part, 4) == cudaErrorInvalidSymbol);
    EXPECT(cudaGetLastError() == cudaErrorInvalidSymbol && cudaGetLastError() == cudaSuccess);
    return finish();
}

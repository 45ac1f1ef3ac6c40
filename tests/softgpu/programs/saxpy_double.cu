// SPDX-License-Identifier: MIT
//
// a x + y in double, one fused multiply-add each, in a grid-stride loop.
#include "expect.h"

enum { N = 5000 };

__global__ void axpy(double a, const double *x, double *y)
{
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < N; i += gridDim.x * blockDim.x)
        y[i] = fma(a, x[i], y[i]);
}

int main()
{
    static double x[N], y[N], got[N];

    for (int i = 0; i < N; i++) {
        x[i] = (double)mix32(i) / 3;
        y[i] = 1.0 / (i + 1);
    }
    double *dx = to_device(x, N), *dy = to_device(y, N);
    axpy<<<7, 96>>>(1.0 / 7, dx, dy);
    to_host(got, dy, N);
    for (int i = 0; i < N; i++)
        EXPECT(got[i] == fma(1.0 / 7, x[i], y[i]));
    return finish();
}

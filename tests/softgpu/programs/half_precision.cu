// SPDX-License-Identifier: MIT
//
// Half precision and bfloat16: arithmetic, comparison, conversion, pairs.
//
// flags: -arch=compute_80
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "expect.h"

enum { N = 256, F = 8 };

__global__ void compute(float *out, const float *in)
{
    int i = threadIdx.x + blockIdx.x * blockDim.x;
    __half a = __float2half(in[2 * i]), b = __float2half(in[2 * i + 1]);
    __nv_bfloat16 c = __float2bfloat16(in[2 * i]), d = __float2bfloat16(in[2 * i + 1]);
    __half2 pair = __hadd2(__halves2half2(a, b), __halves2half2(b, b));
    float *r = out + i * F;

    r[0] = __half2float(__hadd(a, b));
    r[1] = __half2float(__hmul(a, b));
    r[2] = __half2float(__hfma(a, b, a));
    r[3] = __hlt(a, b);
    r[4] = __low2float(pair) + __high2float(pair);
    r[5] = __bfloat162float(__hadd(c, d));
    r[6] = __bfloat162float(__hmul(c, d));
    r[7] = __half2float(__float2half_rz(in[2 * i] / 3));
}

/* To a format of so many bits of fraction, to nearest even. */
static float narrow(double x, int bits)
{
    int e;
    double m = frexp(x, &e);

    if (bits == 10 && e < -13)
        return (float)ldexp(rint(ldexp(x, 24)), -24);
    return (float)ldexp(rint(ldexp(m, bits + 1)), e - bits - 1);
}

int main()
{
    static float in[2 * N], out[N * F];

    fill_f32(in, 2 * N, 17);
    float *din = to_device(in, 2 * N), *dout = device_alloc<float>(N * F);
    compute<<<N / 64, 64>>>(dout, din);
    to_host(out, dout, N * F);
    for (int i = 0; i < N; i++) {
        double a = narrow(in[2 * i], 10), b = narrow(in[2 * i + 1], 10);
        double c = narrow(in[2 * i], 7), d = narrow(in[2 * i + 1], 7);
        const float *r = out + i * F;
        EXPECT(r[0] == narrow(a + b, 10));
        EXPECT(r[1] == narrow(a * b, 10));
        EXPECT(r[2] == narrow(a * b + a, 10));
        EXPECT(r[3] == (a < b));
        EXPECT(r[4] == narrow(a + b, 10) + narrow(b + b, 10));
        EXPECT(r[5] == narrow(c + d, 7));
        EXPECT(r[6] == narrow(c * d, 7));
        EXPECT(fabsf(r[7]) <= fabsf(in[2 * i] / 3) && is_near(r[7], in[2 * i] / 3.0, 2e-3));
    }
    return finish();
}

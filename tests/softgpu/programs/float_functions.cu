// SPDX-License-Identifier: MIT
//
// Functions of single precision within the errors that CUDA documents for them, rounded up.
#include "expect.h"

enum { N = 500, F = 14 };

__global__ void compute(float *out, const float *in)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float x = in[i], p = fabsf(x) + 0.01f, *r = out + i * F;

    r[0] = expf(x);
    r[1] = logf(p);
    r[2] = sinf(x);
    r[3] = cosf(x);
    r[4] = tanf(x);
    r[5] = powf(p, x);
    r[6] = atan2f(x, p);
    r[7] = tanhf(x);
    r[8] = erff(x);
    r[9] = cbrtf(x);
    r[10] = rsqrtf(p);
    r[11] = exp2f(x);
    r[12] = log2f(p);
    r[13] = lgammaf(p + 1);
}

int main()
{
    static float in[N], out[N * F];

    fill_f32(in, N, 16);
    for (int i = 0; i < N; i++)
        in[i] *= 10;
    float *din = to_device(in, N), *dout = device_alloc<float>(N * F);
    compute<<<N / 50, 50>>>(dout, din);
    to_host(out, dout, N * F);
    for (int i = 0; i < N; i++) {
        const float *r = out + i * F;
        float p = fabsf(in[i]) + 0.01f, p1 = p + 1;
        double x = in[i];
        const double e = 1.2e-7;
        EXPECT(is_near(r[0], exp(x), 3 * e));
        EXPECT(fabs(r[1] - log((double)p)) <= 2 * e * fabs(log((double)p)) + e);
        EXPECT(fabs(r[2] - sin(x)) <= 3 * e && fabs(r[3] - cos(x)) <= 3 * e);
        EXPECT(is_near(r[4], tan(x), 6 * e));
        EXPECT(is_near(r[5], pow((double)p, x), 10 * e));
        EXPECT(is_near(r[6], atan2(x, (double)p), 4 * e));
        EXPECT(is_near(r[7], tanh(x), 4 * e));
        EXPECT(is_near(r[8], erf(x), 4 * e));
        EXPECT(is_near(r[9], cbrt(x), 3 * e));
        EXPECT(is_near(r[10], 1 / sqrt((double)p), 4 * e));
        EXPECT(is_near(r[11], exp2(x), 4 * e));
        EXPECT(fabs(r[12] - log2((double)p)) <= 2 * e * fabs(log2((double)p)) + e);
        EXPECT(fabs(r[13] - lgamma((double)p1)) <= 1e-5 * fabs(lgamma((double)p1)) + 1e-6);
    }
    return finish();
}

// SPDX-License-Identifier: MIT
//
// Functions of double precision within a few units of the last place.
#include "expect.h"

enum { N = 300, F = 12 };

__global__ void compute(double *out, const double *in)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    double x = in[i], p = fabs(x) + 0.01, *r = out + i * F;

    r[0] = exp(x);
    r[1] = log(p);
    r[2] = sin(x);
    r[3] = cos(x);
    r[4] = pow(p, x);
    r[5] = atan(x);
    r[6] = sinh(x);
    r[7] = erfc(x / 3);
    r[8] = cbrt(x);
    r[9] = fmod(x, 0.7);
    r[10] = hypot(x, p);
    r[11] = tgamma(p + 0.5);
}

int main()
{
    static double in[N], out[N * F];

    for (int i = 0; i < N; i++)
        in[i] = (int)mix32(i) / 3e8;
    double *din = to_device(in, N), *dout = device_alloc<double>(N * F);
    compute<<<N / 50, 50>>>(dout, din);
    to_host(out, dout, N * F);
    for (int i = 0; i < N; i++) {
        const double *r = out + i * F, x = in[i], p = fabs(x) + 0.01, e = 2.3e-16;
        EXPECT(is_near(r[0], exp(x), 2 * e));
        EXPECT(fabs(r[1] - log(p)) <= 2 * e * fabs(log(p)) + e);
        EXPECT(fabs(r[2] - sin(x)) <= 3 * e && fabs(r[3] - cos(x)) <= 3 * e);
        EXPECT(is_near(r[4], pow(p, x), 4 * e));
        EXPECT(is_near(r[5], atan(x), 4 * e));
        EXPECT(is_near(r[6], sinh(x), 4 * e));
        EXPECT(is_near(r[7], erfc(x / 3), 10 * e));
        EXPECT(is_near(r[8], cbrt(x), 3 * e));
        EXPECT(r[9] == fmod(x, 0.7));
        EXPECT(is_near(r[10], hypot(x, p), 4 * e));
        EXPECT(is_near(r[11], tgamma(p + 0.5), 40 * e));
    }
    return finish();
}

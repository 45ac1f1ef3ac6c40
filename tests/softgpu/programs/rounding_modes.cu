// SPDX-License-Identifier: MIT
//
// Add, multiply, divide, root and fused multiply-add in all four rounding modes, against the
// host's.
#include "expect.h"

#include <fenv.h>

enum { N = 300, OPS = 5 };

#define ALL(mode, out)                                                                             \
    out[0] = __fadd_##mode(a, b);                                                                  \
    out[1] = __fmul_##mode(a, b);                                                                  \
    out[2] = __fdiv_##mode(a, b);                                                                  \
    out[3] = __fsqrt_##mode(fabsf(a));                                                             \
    out[4] = __fmaf_##mode(a, b, a)
#define ALL_DOUBLE(mode, out)                                                                      \
    out[0] = __dadd_##mode(x, y);                                                                  \
    out[1] = __dmul_##mode(x, y);                                                                  \
    out[2] = __ddiv_##mode(x, y);                                                                  \
    out[3] = __dsqrt_##mode(fabs(x));                                                              \
    out[4] = __fma_##mode(x, y, x)

__global__ void compute(float *f, double *d, const float *in)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float a = in[2 * i], b = in[2 * i + 1], *to = f + i * 4 * OPS;
    double x = a / 3.0, y = b / 7.0, *dto = d + i * 4 * OPS;

    ALL(rn, to);
    ALL(rz, (to + OPS));
    ALL(ru, (to + 2 * OPS));
    ALL(rd, (to + 3 * OPS));
    ALL_DOUBLE(rn, dto);
    ALL_DOUBLE(rz, (dto + OPS));
    ALL_DOUBLE(ru, (dto + 2 * OPS));
    ALL_DOUBLE(rd, (dto + 3 * OPS));
}

int main()
{
    static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD};
    static float in[2 * N], f[N * 4 * OPS];
    static double d[N * 4 * OPS];

    fill_f32(in, 2 * N, 15);
    in[4] = 3e-40f;
    in[6] = 3e38f;
    in[7] = 3e38f;
    float *din = to_device(in, 2 * N), *df = device_alloc<float>(N * 4 * OPS);
    double *dd = device_alloc<double>(N * 4 * OPS);
    compute<<<N / 50, 50>>>(df, dd, din);
    to_host(f, df, N * 4 * OPS);
    to_host(d, dd, N * 4 * OPS);
    for (int i = 0; i < N; i++) {
        volatile float a = in[2 * i], b = in[2 * i + 1];
        volatile double x = a / 3.0, y = b / 7.0;
        for (int m = 0; m < 4; m++) {
            const float *got = f + (i * 4 + m) * OPS;
            const double *dgot = d + (i * 4 + m) * OPS;
            fesetround(modes[m]);
            volatile float add = a + b, mul = a * b, div = a / b, root = sqrtf(fabsf(a));
            volatile float fused = fmaf(a, b, a);
            volatile double dadd = x + y, dmul = x * y, ddiv = x / y, droot = sqrt(fabs(x));
            volatile double dfused = fma(x, y, x);
            fesetround(FE_TONEAREST);
            EXPECT(got[0] == add && got[1] == mul && got[2] == div && got[3] == root);
            EXPECT(got[4] == fused);
            EXPECT(dgot[0] == dadd && dgot[1] == dmul && dgot[2] == ddiv && dgot[3] == droot);
            EXPECT(dgot[4] == dfused);
        }
    }
    return finish();
}

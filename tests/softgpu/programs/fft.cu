// SPDX-License-Identifier: MIT
//
// A transform of 256 points in shared memory, and back.
#include "expect.h"

enum { N = 256, BATCH = 12 };

__global__ void fft(float2 *v, float sign)
{
    __shared__ float2 s[N];
    unsigned i = threadIdx.x;

    s[__brev(i) >> 24] = v[blockIdx.x * N + i];
    __syncthreads();
    for (unsigned half = 1; half < N; half *= 2) {
        float2 a, b;
        unsigned k = i / 2 / half * 2 * half + i / 2 % half;
        if (i % 2 == 0) {
            float angle = sign * 3.14159265f * (i / 2 % half) / half, c = cosf(angle),
                  d = sinf(angle);
            a = s[k];
            b = s[k + half];
            b = make_float2(b.x * c - b.y * d, b.x * d + b.y * c);
        }
        __syncthreads();
        if (i % 2 == 0) {
            s[k] = make_float2(a.x + b.x, a.y + b.y);
            s[k + half] = make_float2(a.x - b.x, a.y - b.y);
        }
        __syncthreads();
    }
    v[blockIdx.x * N + i] = s[i];
}

int main()
{
    static float2 v[N * BATCH], there[N * BATCH], back[N * BATCH];

    fill_f32((float *)v, 2 * N * BATCH, 13);
    float2 *d = to_device(v, N * BATCH);
    fft<<<BATCH, N>>>(d, -1);
    to_host(there, d, N * BATCH);
    fft<<<BATCH, N>>>(d, 1);
    to_host(back, d, N * BATCH);
    for (int f = 0; f < N; f += 17) {
        double re = 0, im = 0;
        for (int i = 0; i < N; i++) {
            double angle = -2 * 3.14159265358979323846 * f * i / N;
            re += v[i].x * cos(angle) - v[i].y * sin(angle);
            im += v[i].x * sin(angle) + v[i].y * cos(angle);
        }
        EXPECT(fabs(there[f].x - re) < 1e-3 && fabs(there[f].y - im) < 1e-3);
    }
    for (int i = 0; i < N * BATCH; i++)
        EXPECT(fabs(back[i].x / N - v[i].x) < 1e-5 && fabs(back[i].y / N - v[i].y) < 1e-5);
    return finish();
}

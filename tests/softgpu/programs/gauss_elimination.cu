// SPDX-License-Identifier: MIT
//
// Linear equations in double by elimination with row exchange; the host picks the pivots.
#include "expect.h"

enum { N = 24 };

__global__ void eliminate(double *m, int k)
{
    int row = blockIdx.x + k + 1, column = threadIdx.x + k + 1;

    m[row * (N + 1) + column] -=
        m[k * (N + 1) + column] * (m[row * (N + 1) + k] / m[k * (N + 1) + k]);
}

int main()
{
    static double m[N * (N + 1)], wanted[N], x[N];

    for (int i = 0; i < N; i++) {
        wanted[i] = (int)(mix32(i) % 19) - 9;
        for (int j = 0; j < N; j++)
            m[i * (N + 1) + j] = (int)(mix32(i * N + j + 77) % 201) - 100;
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            m[i * (N + 1) + N] += m[i * (N + 1) + j] * wanted[j];
    double *d = device_alloc<double>(N * (N + 1));
    for (int k = 0; k < N - 1; k++) {
        int best = k;
        for (int i = k; i < N; i++)
            if (fabs(m[i * (N + 1) + k]) > fabs(m[best * (N + 1) + k]))
                best = i;
        for (int j = 0; j <= N; j++) {
            double t = m[k * (N + 1) + j];
            m[k * (N + 1) + j] = m[best * (N + 1) + j];
            m[best * (N + 1) + j] = t;
        }
        CHECK(cudaMemcpy(d, m, sizeof(m), cudaMemcpyHostToDevice));
        eliminate<<<N - 1 - k, N - k>>>(d, k);
        to_host(m, d, N * (N + 1));
    }
    for (int i = N - 1; i >= 0; i--) {
        x[i] = m[i * (N + 1) + N];
        for (int j = i + 1; j < N; j++)
            x[i] -= m[i * (N + 1) + j] * x[j];
        x[i] /= m[i * (N + 1) + i];
        EXPECT(fabs(x[i] - wanted[i]) < 1e-8);
    }
    return finish();
}

// SPDX-License-Identifier: MIT
//
// Gravity between bodies with tiles of positions; the same operations in the same order on the
// host.
#include "expect.h"

enum { N = 256, T = 64 };

__global__ void accelerate(float3 *a, const float4 *p)
{
    __shared__ float4 tile[T];
    int i = blockIdx.x * T + threadIdx.x;
    float3 sum = {0, 0, 0};

    for (int t = 0; t < N; t += T) {
        tile[threadIdx.x] = p[t + threadIdx.x];
        __syncthreads();
        for (int j = 0; j < T; j++) {
            float x = tile[j].x - p[i].x, y = tile[j].y - p[i].y, z = tile[j].z - p[i].z;
            float d = x * x + y * y + z * z + 0.01f, s = tile[j].w / (d * sqrtf(d));
            sum.x += x * s;
            sum.y += y * s;
            sum.z += z * s;
        }
        __syncthreads();
    }
    a[i] = sum;
}

int main()
{
    static float4 p[N];
    static float3 a[N];

    fill_f32((float *)p, 4 * N, 9);
    float4 *dp = to_device(p, N);
    float3 *da = device_alloc<float3>(N);
    accelerate<<<N / T, T>>>(da, dp);
    to_host(a, da, N);
    for (int i = 0; i < N; i++) {
        double wanted = 0, size = 0;
        for (int j = 0; j < N; j++) {
            double x = p[j].x - p[i].x, y = p[j].y - p[i].y, z = p[j].z - p[i].z;
            double d = x * x + y * y + z * z + 0.01;
            wanted += x * p[j].w / (d * sqrt(d));
            size += fabs(x * p[j].w / (d * sqrt(d)));
        }
        EXPECT(fabs(a[i].x - wanted) <= 1e-5 * size);
    }
    return finish();
}

// SPDX-License-Identifier: MIT
//
// Floats of 8 bits, of 6 and of 4: the device's conversions against the header's own on the host.
//
// flags: -arch=compute_90
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp4.h>
#include <cuda_fp6.h>
#include <cuda_fp8.h>

#include "expect.h"

enum { N = 4096, FORMS = 10 };

__host__ __device__ static void convert(float x, float *out)
{
    __nv_fp8_e4m3 a(x);
    __nv_fp8_e5m2 b(x);
    float2 pair = (float2)__nv_fp8x2_e4m3(make_float2(x, -x));
    float4 four = (float4)__nv_fp8x4_e5m2(make_float4(x, 1, 2, -x));

    out[0] = (float)a;
    out[1] = (float)b;
    out[2] = pair.x - 2 * pair.y;
    out[3] = four.x + four.y * 3 - four.w;
    out[4] = (float)__nv_fp8_e4m3(__float2half(x));
    out[5] = (float)__nv_fp8_e5m2(__float2bfloat16(x));
    out[6] = __half2float(__half(a)) + __half2float(__half(b));
    out[7] = (float)__nv_fp6_e2m3(x) + (float)__nv_fp6_e3m2(x);
    out[8] = (float)__nv_fp4_e2m1(x);
    out[9] = (float)__nv_fp8_e8m0(x < 0 ? -x : x);
}

__global__ void convert_all(const float *in, float *out)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    convert(in[i], out + (size_t)i * FORMS);
}

int main()
{
    static float in[N], out[N * FORMS];
    float *d = device_alloc<float>(N * FORMS), wanted[FORMS];

    for (int i = 0; i < N; i++) {
        float x = ldexpf(1 + mix32(i) % 256 / 256.0f, (int)(mix32(i + N) % 40) - 24);
        in[i] = i % 2 ? x : -x;
    }
    in[0] = 0;
    in[1] = 448;
    in[2] = 464;
    in[3] = 465;
    in[4] = 1e30f;
    in[5] = -1e30f;
    float *from = to_device(in, N);
    convert_all<<<N / 128, 128>>>(from, d);
    to_host(out, d, N * FORMS);
    for (int i = 0; i < N; i++) {
        convert(in[i], wanted);
        for (int form = 0; form < FORMS; form++)
            EXPECT(out[i * FORMS + form] == wanted[form]);
    }
    return finish();
}

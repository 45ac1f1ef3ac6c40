// SPDX-License-Identifier: MIT
//
// Loads and stores of 2, 4, 8 and 16 bytes at once, structs by value, odd sizes.
#include "expect.h"

enum { N = 128 };

struct odd {
    char tag;
    short s[3];
    double d;
    uchar4 u;
};

__global__ void mixed(float4 *f, uint2 *u, short4 *s, struct odd *o, struct odd given,
                      double2 scale)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float4 a = f[i];

    f[i] = make_float4(a.w, a.z * (float)scale.x, a.y, a.x * (float)scale.y);
    u[i] = make_uint2(u[i].y, u[i].x + i);
    s[i] = make_short4(s[i].w, s[i].x, s[i].y, s[i].z);
    o[i] = given;
    o[i].tag += i;
    o[i].s[i % 3] = i;
    o[i].u.z = i;
}

int main()
{
    static float4 f[N], gf[N];
    static uint2 u[N], gu[N];
    static short4 s[N], gs[N];
    static struct odd o[N];
    struct odd given = {3, {7, 8, 9}, 2.75, {1, 2, 3, 4}};

    fill_f32((float *)f, 4 * N, 18);
    fill_u32((uint32_t *)u, 2 * N, 19);
    fill_u32((uint32_t *)s, 2 * N, 20);
    float4 *df = to_device(f, N);
    uint2 *du = to_device(u, N);
    short4 *ds = to_device(s, N);
    struct odd *dodd = device_alloc<struct odd>(N);
    mixed<<<2, N / 2>>>(df, du, ds, dodd, given, make_double2(2, 0.5));
    to_host(gf, df, N);
    to_host(gu, du, N);
    to_host(gs, ds, N);
    to_host(o, dodd, N);
    for (int i = 0; i < N; i++) {
        EXPECT(gf[i].x == f[i].w && gf[i].y == f[i].z * 2 && gf[i].z == f[i].y);
        EXPECT(gf[i].w == f[i].x * 0.5f);
        EXPECT(gu[i].x == u[i].y && gu[i].y == u[i].x + i);
        EXPECT(gs[i].x == s[i].w && gs[i].w == s[i].z);
        EXPECT(o[i].tag == (char)(3 + i) && o[i].s[i % 3] == i &&
               o[i].s[(i + 1) % 3] == 7 + (i + 1) % 3);
        EXPECT(o[i].d == 2.75 && o[i].u.x == 1 && o[i].u.z == (unsigned char)i);
    }
    return finish();
}

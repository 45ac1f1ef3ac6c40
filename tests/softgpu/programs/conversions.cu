// SPDX-License-Identifier: MIT
//
// Between integers of all widths and float and double, with rounding, saturation and NaN.
#include "expect.h"

enum { N = 400, WORDS = 16 };

__global__ void convert(long long *out, const float *in)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float a = in[i];
    double d = (double)a * 1e5;
    long long *r = out + i * WORDS, w;

    r[0] = (signed char)(int)a;
    r[1] = (unsigned char)(int)a;
    r[2] = (short)(int)a;
    r[3] = __float2int_rn(a);
    r[4] = __float2int_rz(a);
    r[5] = __float2int_ru(a);
    r[6] = __float2int_rd(a);
    r[7] = __double2ll_rn(d);
    r[8] = __double2ll_rz(d);
    r[9] = __double2int_rd(d);
    w = (long long)(a * 1e6) * 1234567;
    r[10] = __float_as_int((float)w);
    r[11] = __double_as_longlong((double)w);
    r[12] = __float_as_int(__ll2float_rz(w));
    r[13] = __float_as_int(__double2float_rd(d / 3));
    r[14] = __float_as_int(rintf(a)) + ((long long)__float_as_int(floorf(a)) << 32);
    r[15] = __float_as_int(truncf(a)) + ((long long)__float_as_int(ceilf(a)) << 32);
}

static int bits(float x)
{
    int b;

    memcpy(&b, &x, 4);
    return b;
}

static long long limit(double x, double low, double high)
{
    return isnan(x) ? 0 : x < low ? (long long)low : x > high ? (long long)high : (long long)x;
}

/* value is exact in double; to single toward zero or below. */
static float narrow(double value, bool down)
{
    float f = (float)value;

    if (down ? f > value : fabs((double)f) > fabs(value))
        f = nextafterf(f, down ? -INFINITY : 0.0f);
    return f;
}

int main()
{
    static float in[N];
    static long long out[N * WORDS];

    for (int i = 0; i < N; i++)
        in[i] = ((int)mix32(i) >> 8) / 65536.0f;
    in[0] = 0.5f;
    in[1] = 1.5f;
    in[2] = -2.5f;
    in[3] = -0.0f;
    float *din = to_device(in, N);
    long long *dout = device_alloc<long long>(N * WORDS);
    convert<<<N / 50, 50>>>(dout, din);
    to_host(out, dout, N * WORDS);
    for (int i = 0; i < N; i++) {
        const long long *r = out + i * WORDS;
        float a = in[i];
        double d = (double)a * 1e5;
        long long w = (long long)(a * 1e6) * 1234567;
        EXPECT(r[0] == (signed char)(int)a && r[1] == (unsigned char)(int)a &&
               r[2] == (short)(int)a);
        EXPECT(r[3] == (int)rintf(a) && r[4] == (int)a);
        EXPECT(r[5] == (int)ceilf(a) && r[6] == (int)floorf(a));
        EXPECT(r[7] == (long long)rint(d) && r[8] == (long long)d);
        EXPECT(r[9] == limit(floor(d), -2147483648.0, 2147483647.0));
        EXPECT((int)r[10] == bits((float)w));
        double wide = (double)w;
        EXPECT(!memcmp(&r[11], &wide, 8));
        float toward_zero = (float)w;
        if (llabs((long long)toward_zero) > llabs(w))
            toward_zero = nextafterf(toward_zero, 0.0f);
        EXPECT((int)r[12] == bits(toward_zero));
        EXPECT((int)r[13] == bits(narrow(d / 3, true)));
        EXPECT((int)r[14] == bits(rintf(a)));
        EXPECT((int)(r[15]) == bits(truncf(a)));
    }
    return finish();
}

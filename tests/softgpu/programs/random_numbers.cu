// SPDX-License-Identifier: MIT
//
// The device side of cuRAND: generators and distributions. The first numbers of XORWOW against its
// definition, the others by their moments.
//
// flags: -arch=compute_75
#include <curand_kernel.h>

#include "expect.h"

enum { B = 128, ROUNDS = 64 };

template <typename State> __global__ void moments(double *out, unsigned *first)
{
    State state;
    double uniform = 0, normal = 0, square = 0, poisson = 0;

    curand_init(1234, threadIdx.x, 0, &state);
    first[threadIdx.x] = curand(&state);
    for (int i = 0; i < ROUNDS; i++) {
        float2 pair = curand_normal2(&state);
        uniform += curand_uniform(&state);
        normal += pair.x + pair.y;
        square += pair.x * pair.x + pair.y * pair.y;
        poisson += curand_poisson(&state, 3.0) + (curand_log_normal(&state, 0, 1) <= 0);
    }
    out[threadIdx.x * 4] = uniform;
    out[threadIdx.x * 4 + 1] = normal;
    out[threadIdx.x * 4 + 2] = square;
    out[threadIdx.x * 4 + 3] = poisson;
}

/* XORWOW after curand_init(seed, 0, 0), from the published recurrence. */
static unsigned xorwow(curandStateXORWOW_t state)
{
    unsigned t = state.v[0] ^ (state.v[0] >> 2);

    t = (state.v[4] ^ (state.v[4] << 4)) ^ (t ^ (t << 1));
    return t + state.d + 362437;
}

__global__ void initial(curandStateXORWOW_t *state)
{
    curand_init(1234, 0, 0, state);
}

template <typename State> static void check_moments(unsigned *ret_first)
{
    static double out[B * 4];
    double *d = device_alloc<double>(B * 4), sum[4] = {0};
    unsigned *first = device_alloc<unsigned>(B);
    double n = B * ROUNDS;

    moments<State><<<1, B>>>(d, first);
    to_host(out, d, B * 4);
    to_host(ret_first, first, 1);
    for (int i = 0; i < B * 4; i++)
        sum[i % 4] += out[i];
    EXPECT(fabs(sum[0] / n - 0.5) < 0.02);
    EXPECT(fabs(sum[1] / n / 2) < 0.03);
    EXPECT(fabs(sum[2] / n / 2 - 1) < 0.05);
    EXPECT(fabs(sum[3] / n - 3) < 0.1);
}

int main()
{
    curandStateXORWOW_t *d = device_alloc<curandStateXORWOW_t>(1), state;
    unsigned first;

    initial<<<1, 1>>>(d);
    to_host(&state, d, 1);
    check_moments<curandStateXORWOW_t>(&first);
    EXPECT(first == xorwow(state));
    check_moments<curandStatePhilox4_32_10_t>(&first);
    check_moments<curandStateMRG32k3a_t>(&first);
    return finish();
}

// SPDX-License-Identifier: MIT
//
// Three rounds of k-means over integer points: nearest centre, then sums by 64-bit atomics.
#include "expect.h"

enum { N = 2000, K = 7, ROUNDS = 3 };

struct sums {
    unsigned long long x[K], y[K];
    unsigned n[K];
};

static __host__ __device__ int nearest(int2 p, const int2 *centres)
{
    int best = 0;
    long long least = 1ll << 62;

    for (int k = 0; k < K; k++) {
        long long dx = p.x - centres[k].x, dy = p.y - centres[k].y, d = dx * dx + dy * dy;
        if (d < least) {
            least = d;
            best = k;
        }
    }
    return best;
}

__global__ void assign(struct sums *sums, const int2 *points, const int2 *centres)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i >= N)
        return;
    int k = nearest(points[i], centres);
    atomicAdd(&sums->x[k], (unsigned long long)points[i].x);
    atomicAdd(&sums->y[k], (unsigned long long)points[i].y);
    atomicAdd(&sums->n[k], 1u);
}

int main()
{
    static int2 points[N], centres[K];

    for (int i = 0; i < N; i++)
        points[i] = make_int2(mix32(i) % 100000, mix32(i + N) % 100000);
    memcpy(centres, points, sizeof(centres));
    int2 *dpoints = to_device(points, N), *dcentres = device_alloc<int2>(K);
    struct sums *dsums = device_alloc<struct sums>(1);
    for (int r = 0; r < ROUNDS; r++) {
        struct sums got, wanted = {};
        CHECK(cudaMemset(dsums, 0, sizeof(*dsums)));
        CHECK(cudaMemcpy(dcentres, centres, sizeof(centres), cudaMemcpyHostToDevice));
        assign<<<(N + 255) / 256, 256>>>(dsums, dpoints, dcentres);
        to_host(&got, dsums, 1);
        for (int i = 0; i < N; i++) {
            int k = nearest(points[i], centres);
            wanted.x[k] += points[i].x;
            wanted.y[k] += points[i].y;
            wanted.n[k]++;
        }
        for (int k = 0; k < K; k++) {
            EXPECT(got.n[k] == wanted.n[k] && got.x[k] == wanted.x[k] && got.y[k] == wanted.y[k]);
            if (got.n[k])
                centres[k] = make_int2(got.x[k] / got.n[k], got.y[k] / got.n[k]);
        }
    }
    return finish();
}

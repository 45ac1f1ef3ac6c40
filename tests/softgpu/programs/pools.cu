// SPDX-License-Identifier: MIT
//
// Memory from pools, in the order of streams; counters of what is in use.
#include "expect.h"

enum { N = 1000 };

__global__ void fill(unsigned *v, unsigned x)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < N)
        v[i] = i * x;
}

int main()
{
    struct cudaMemPoolProps props = {};
    unsigned long long used, high;
    unsigned *v[8], got[N];
    cudaMemPool_t pool;
    cudaStream_t stream;

    CHECK(cudaStreamCreate(&stream));
    props.allocType = cudaMemAllocationTypePinned;
    props.location.type = cudaMemLocationTypeDevice;
    CHECK(cudaMemPoolCreate(&pool, &props));
    for (unsigned k = 0; k < 8; k++) {
        CHECK(k % 2 ? cudaMallocAsync((void **)&v[k], N * 4, stream)
                    : cudaMallocFromPoolAsync((void **)&v[k], N * 4, pool, stream));
        fill<<<(N + 127) / 128, 128, 0, stream>>>(v[k], k);
    }
    CHECK(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &used));
    EXPECT(used == 4 * N * 4);
    for (unsigned k = 0; k < 8; k++) {
        CHECK(cudaMemcpyAsync(got, v[k], N * 4, cudaMemcpyDeviceToHost, stream));
        CHECK(cudaFreeAsync(v[k], stream));
        CHECK(cudaStreamSynchronize(stream));
        EXPECT(got[N - 1] == (N - 1) * k);
    }
    CHECK(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &used));
    CHECK(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemHigh, &high));
    EXPECT(used == 0 && high == 4 * N * 4);
    CHECK(cudaMemPoolTrimTo(pool, 0));
    CHECK(cudaMemPoolDestroy(pool));
    cudaMemAccessDesc access = {{cudaMemLocationTypeDevice, 0}, cudaMemAccessFlagsProtReadWrite};
    enum cudaMemAccessFlags flags;
    cudaMemPool_t own;
    CHECK(cudaDeviceGetDefaultMemPool(&own, 0));
    CHECK(cudaMemPoolSetAccess(own, &access, 1));
    CHECK(cudaMemPoolGetAccess(&flags, own, &access.location));
    EXPECT(flags == cudaMemAccessFlagsProtReadWrite);
    access.location.id = 1;
    EXPECT(cudaMemPoolSetAccess(own, &access, 1) == cudaErrorInvalidDevice);
    return finish();
}

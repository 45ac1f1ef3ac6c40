// SPDX-License-Identifier: MIT
//
// A cluster size fixed in the kernel (__cluster_dims__) with ordinary <<<>>> launches, a cluster
// barrier in PTX, and a shared counter in the first block of each cluster.
// build: $NVCC -arch=sm_90 $IN -o $BIN
#include "check.h"
#include <cooperative_groups.h>

namespace cg = cooperative_groups;

enum { BLOCK = 96 };

__global__ void __cluster_dims__(2, 3, 1) count_cluster(uint32_t *out)
{
    __shared__ uint32_t total;
    cg::cluster_group cluster = cg::this_cluster();
    const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    const dim3 inside = cluster.block_index();

    if (threadIdx.x == 0)
        total = 0;
    cluster.sync();
    atomicAdd(cluster.map_shared_rank(&total, 0), mix32(block) + threadIdx.x);
    asm volatile("barrier.cluster.arrive.release;\nbarrier.cluster.wait.acquire;" ::: "memory");
    out[block * BLOCK + threadIdx.x] +=
        *cluster.map_shared_rank(&total, 0) + inside.x + inside.y * 10;
    cluster.sync();
}

int main()
{
    uint32_t *out = device_words(8 * 9 * 10 * BLOCK, 1);

    for (int k = 0; k < 4; k++) {
        count_cluster<<<dim3(8, 9, 10), BLOCK>>>(out);
        count_cluster<<<dim3(2, 3), BLOCK>>>(out);
        count_cluster<<<dim3(4, 6, 5), BLOCK>>>(out);
    }
    CHECK(cudaGetLastError());
    show_device("out", out, 8 * 9 * 10 * BLOCK * 4);
    return 0;
}

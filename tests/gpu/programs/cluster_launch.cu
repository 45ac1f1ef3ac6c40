// SPDX-License-Identifier: MIT
//
// Thread block clusters by launch attribute: %clusterid, %nclusterid and ranks read in PTX, blocks
// exchange through distributed shared memory; clusters in one and in two dimensions.
// build: $NVCC -arch=sm_90 $IN -o $BIN
#include "check.h"
#include <cooperative_groups.h>

namespace cg = cooperative_groups;

enum { BLOCK = 64 };

__device__ static uint32_t cluster_place()
{
    uint32_t x, y, nx, ny, rank;

    asm volatile("mov.u32 %0, %%clusterid.x;" : "=r"(x));
    asm volatile("mov.u32 %0, %%clusterid.y;" : "=r"(y));
    asm volatile("mov.u32 %0, %%nclusterid.x;" : "=r"(nx));
    asm volatile("mov.u32 %0, %%nclusterid.y;" : "=r"(ny));
    asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    return x + y * 1000 + nx * 100000 + ny * 10000000 + rank * 0x10000000;
}

__global__ void exchange(uint32_t *v, uint32_t salt)
{
    __shared__ uint32_t mine[BLOCK];
    cg::cluster_group cluster = cg::this_cluster();
    const unsigned block = blockIdx.y * gridDim.x + blockIdx.x;
    const unsigned next = (cluster.block_rank() + 1) % cluster.num_blocks();

    mine[threadIdx.x] = mix32(v[block * BLOCK + threadIdx.x] + salt);
    cluster.sync();
    v[block * BLOCK + threadIdx.x] =
        cluster.map_shared_rank(mine, next)[BLOCK - 1 - threadIdx.x] + cluster_place();
    cluster.sync(); // nobody leaves while others read its memory
}

static void launch(uint32_t *v, dim3 grid, dim3 cluster, uint32_t salt)
{
    cudaLaunchConfig_t config = {};
    cudaLaunchAttribute attribute = {};

    attribute.id = cudaLaunchAttributeClusterDimension;
    attribute.val.clusterDim.x = cluster.x;
    attribute.val.clusterDim.y = cluster.y;
    attribute.val.clusterDim.z = 1;
    config.gridDim = grid;
    config.blockDim = dim3(BLOCK);
    config.attrs = &attribute;
    config.numAttrs = 1;
    CHECK(cudaLaunchKernelEx(&config, exchange, v, salt));
}

int main()
{
    uint32_t *v = device_words(240 * 12 * BLOCK, 1);

    for (uint32_t k = 0; k < 3; k++) {
        launch(v, dim3(240), dim3(4), k);
        launch(v, dim3(24, 12), dim3(2, 2), k + 10);
        launch(v, dim3(15, 8), dim3(3, 1), k + 20);
        launch(v, dim3(240, 12), dim3(8), k + 30);
        launch(v, dim3(100), dim3(1), k + 40);
    }
    show_device("v", v, 240 * 12 * BLOCK * 4);
    return 0;
}

// SPDX-License-Identifier: MIT
//
// Grids of odd sizes in one, two and three dimensions: each block counts itself at its own
// place, so one left out, done twice or done under another name shows.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *visit*
#include "check.h"

__global__ void visit(uint32_t *count, uint32_t *mark)
{
    const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;

    if (thread == 0)
        atomicAdd(&count[block], 1);
    atomicAdd(&mark[block], mix32(thread * 7 + blockIdx.x) ^ mix32(blockIdx.y) ^
                                (blockIdx.z * 0x01000193u + gridDim.x + gridDim.y + gridDim.z));
}

int main()
{
    const dim3 grids[] = {dim3(1, 1, 1),  dim3(2, 1, 1),   dim3(1, 3, 1),  dim3(1, 1, 5),
                          dim3(997),      dim3(13, 17, 3), dim3(1, 211),   dim3(31, 1, 9),
                          dim3(5, 5, 37), dim3(64, 7),     dim3(3, 2, 65), dim3(101, 3)};
    const dim3 blocks[] = {dim3(33), dim3(7, 5), dim3(4, 3, 5)};
    uint32_t *count = device_alloc<uint32_t>(2048), *mark = device_alloc<uint32_t>(2048);

    for (dim3 grid : grids) {
        const unsigned n = grid.x * grid.y * grid.z;
        uint32_t host[2048];
        int wrong = 0;
        CHECK(cudaMemset(count, 0, 2048 * 4));
        CHECK(cudaMemset(mark, 0, 2048 * 4));
        for (dim3 block : blocks)
            visit<<<grid, block>>>(count, mark);
        CHECK(cudaMemcpy(host, count, sizeof(host), cudaMemcpyDeviceToHost));
        for (unsigned b = 0; b < 2048; b++)
            wrong += host[b] != (b < n ? 3 : 0);
        printf("grid %u,%u,%u wrong %d\n", grid.x, grid.y, grid.z, wrong);
        show_device("mark", mark, 2048 * 4);
    }
    return 0;
}

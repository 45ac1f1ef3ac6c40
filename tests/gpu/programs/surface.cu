// SPDX-License-Identifier: MIT
//
// Surface objects: two arrays written and read in turn, copied out of between the launches.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *life*
#include "check.h"

enum { W = 320, H = 240, BX = 32, BY = 4 };

__global__ void life(cudaSurfaceObject_t to, cudaSurfaceObject_t from)
{
    const int x = (int)(blockIdx.x * BX + threadIdx.x), y = (int)(blockIdx.y * BY + threadIdx.y);
    unsigned neighbours = 0, self;

    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            if (dx || dy)
                neighbours +=
                    surf2Dread<uint32_t>(from, (x + dx + W) % W * 4, (y + dy + H) % H) & 1;
    self = surf2Dread<uint32_t>(from, x * 4, y);
    self = (self & 1 ? neighbours == 2 || neighbours == 3 : neighbours == 3) |
           (mix32(self + blockIdx.x + blockIdx.y * gridDim.x) & ~1u);
    surf2Dwrite<uint32_t>(self, to, x * 4, y);
}

int main()
{
    cudaChannelFormatDesc format = cudaCreateChannelDesc<unsigned>();
    uint32_t *host = (uint32_t *)malloc(W * H * 4);
    cudaSurfaceObject_t surfaces[2];
    cudaArray_t arrays[2];

    fill_u32(host, W * H, 1);
    for (int s = 0; s < 2; s++) {
        cudaResourceDesc resource = {};
        CHECK(cudaMallocArray(&arrays[s], &format, W, H, cudaArraySurfaceLoadStore));
        resource.resType = cudaResourceTypeArray;
        resource.res.array.array = arrays[s];
        CHECK(cudaCreateSurfaceObject(&surfaces[s], &resource));
    }
    CHECK(cudaMemcpy2DToArray(arrays[0], 0, 0, host, W * 4, W * 4, H, cudaMemcpyHostToDevice));
    for (int k = 0; k < 6; k++) {
        life<<<dim3(W / BX, H / BY), dim3(BX, BY)>>>(surfaces[!(k % 2)], surfaces[k % 2]);
        if (k % 3 == 0) {
            CHECK(cudaMemcpy2DFromArray(host, W * 4, arrays[!(k % 2)], 0, 0, W * 4, H,
                                        cudaMemcpyDeviceToHost));
            show("frame", host, W * H * 4);
        }
    }
    CHECK(cudaMemcpy2DFromArray(host, W * 4, arrays[0], 0, 0, W * 4, H, cudaMemcpyDeviceToHost));
    show("last", host, W * H * 4);
    for (int s = 0; s < 2; s++) {
        CHECK(cudaDestroySurfaceObject(surfaces[s]));
        CHECK(cudaFreeArray(arrays[s]));
    }
    return 0;
}

// SPDX-License-Identifier: MIT
//
// Copies in one, two and three dimensions, all directions, with pitches, and those that are
// refused.
#include "expect.h"

enum { W = 37, H = 23, D = 5 };

int main()
{
    static unsigned char from[D][H][W], to[D][H][W];
    struct cudaMemcpy3DParms box = {};
    struct cudaPitchedPtr cube;
    unsigned char *flat, *pinned;
    size_t pitch;
    void *pitched;

    for (int i = 0; i < (int)sizeof(from); i++)
        (&from[0][0][0])[i] = (unsigned char)mix32(i);
    CHECK(cudaMallocPitch(&pitched, &pitch, W, H));
    EXPECT(pitch >= W && pitch % 32 == 0);
    CHECK(cudaMemcpy2D(pitched, pitch, from[0], W, W, H, cudaMemcpyHostToDevice));
    CHECK(cudaMemcpy2D(to[0], W, pitched, pitch, W, H, cudaMemcpyDeviceToHost));
    EXPECT(!memcmp(from[0], to[0], sizeof(from[0])));
    CHECK(cudaMemcpy2D(&to[1][3][5], W, (char *)pitched + 2 * pitch + 4, pitch, 10, 6,
                       cudaMemcpyDefault));
    for (int y = 0; y < 6; y++)
        EXPECT(!memcmp(&to[1][3 + y][5], &from[0][2 + y][4], 10));
    CHECK(cudaMalloc3D(&cube, make_cudaExtent(W, H, D)));
    box.srcPtr = make_cudaPitchedPtr(from, W, W, H);
    box.dstPtr = cube;
    box.extent = make_cudaExtent(W, H, D);
    box.kind = cudaMemcpyHostToDevice;
    CHECK(cudaMemcpy3D(&box));
    memset(to, 0, sizeof(to));
    box.srcPtr = cube;
    box.dstPtr = make_cudaPitchedPtr(to, W, W, H);
    box.srcPos = make_cudaPos(3, 2, 1);
    box.dstPos = make_cudaPos(4, 5, 2);
    box.extent = make_cudaExtent(20, 10, 3);
    box.kind = cudaMemcpyDeviceToHost;
    CHECK(cudaMemcpy3D(&box));
    for (int z = 0; z < D; z++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                bool in = x >= 4 && x < 24 && y >= 5 && y < 15 && z >= 2;
                EXPECT(to[z][y][x] == (in ? from[z - 1][y - 3][x - 1] : 0));
            }
    flat = to_device(&from[0][0][0], sizeof(from));
    CHECK(cudaMemcpy(flat + 100, flat, 50, cudaMemcpyDeviceToDevice));
    CHECK(cudaMallocHost(&pinned, sizeof(from)));
    CHECK(cudaMemcpyAsync(pinned, flat, sizeof(from), cudaMemcpyDeviceToHost, 0));
    CHECK(cudaStreamSynchronize(0));
    EXPECT(!memcmp(pinned + 100, from, 50) && !memcmp(pinned, from, 100));
    EXPECT(cudaMemcpy(flat, from, sizeof(from) + 1, cudaMemcpyHostToDevice) ==
           cudaErrorInvalidValue);
    EXPECT(cudaMemcpy(to, from, 10, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
    EXPECT(cudaMemcpy2D(to, 5, flat, 10, 10, 2, cudaMemcpyDeviceToHost) ==
           cudaErrorInvalidPitchValue);
    CHECK(cudaMemcpy(flat, from, 0, cudaMemcpyHostToDevice));
    return finish();
}

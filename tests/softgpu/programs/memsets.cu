// SPDX-License-Identifier: MIT
//
// Memsets of bytes, rows and boxes, on streams, behind kernels.
#include "expect.h"

enum { W = 50, H = 12, D = 3 };

__global__ void ones(unsigned char *v, int n)
{
    for (int i = threadIdx.x; i < n; i += blockDim.x)
        v[i] = 1;
}

int main()
{
    static unsigned char got[4096], row[W];
    struct cudaPitchedPtr cube;
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    unsigned char *d = device_alloc<unsigned char>(4096);
    ones<<<1, 64, 0, stream>>>(d, 4096);
    CHECK(cudaMemsetAsync(d + 1, 0xab, 1001, stream));
    CHECK(cudaMemset2DAsync(d + 2000, 64, 7, 10, 5, stream));
    CHECK(cudaMemcpyAsync(got, d, 4096, cudaMemcpyDeviceToHost, stream));
    CHECK(cudaStreamSynchronize(stream));
    for (int i = 0; i < 4096; i++) {
        int in_row = i >= 2000 && (i - 2000) / 64 < 5 && (i - 2000) % 64 < 10;
        EXPECT(got[i] == (i >= 1 && i < 1002 ? 0xab : in_row ? 7 : 1));
    }
    CHECK(cudaMalloc3D(&cube, make_cudaExtent(W, H, D)));
    CHECK(cudaMemset3D(cube, 9, make_cudaExtent(W, H, D)));
    CHECK(cudaMemset3D(cube, 4, make_cudaExtent(20, 3, 2)));
    for (int z = 0; z < D; z++)
        for (int y = 0; y < H; y++) {
            CHECK(cudaMemcpy(row, (char *)cube.ptr + (z * H + y) * cube.pitch, W,
                             cudaMemcpyDeviceToHost));
            for (int x = 0; x < W; x++)
                EXPECT(row[x] == (x < 20 && y < 3 && z < 2 ? 4 : 9));
        }
    EXPECT(cudaMemset(d, 0, 4097) == cudaErrorInvalidValue);
    return finish();
}

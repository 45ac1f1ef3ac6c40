// SPDX-License-Identifier: MIT
//
// Pitched and 3-D copies, arrays, peer-form and symbol copies, all asynchronous and right behind
// kernels that write what they read and before kernels that overwrite it.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *paint*
#include "check.h"

enum { W = 150, H = 90, D = 6, ROUNDS = 5 };

__device__ uint32_t symbol[W];

__global__ void paint(cudaPitchedPtr volume, uint32_t salt)
{
    const unsigned x = threadIdx.x, y = blockIdx.x, z = blockIdx.y;
    char *row = (char *)volume.ptr + (z * volume.ysize + y) * volume.pitch;
    uint32_t value = ((uint32_t *)row)[x];

    for (int k = 0; k < 200; k++)
        value = mix32(value + salt + y * gridDim.y + z);
    ((uint32_t *)row)[x] = value;
}

int main()
{
    cudaChannelFormatDesc format = cudaCreateChannelDesc<unsigned>();
    cudaPitchedPtr a, b;
    cudaExtent extent = make_cudaExtent(W * 4, H, D);
    uint32_t *host, *flat = device_words(W * H, 1);
    cudaStream_t stream;
    cudaArray_t array;

    CHECK(cudaStreamCreate(&stream));
    CHECK(cudaMalloc3D(&a, extent));
    CHECK(cudaMalloc3D(&b, extent));
    CHECK(cudaMallocArray(&array, &format, W, H));
    CHECK(cudaMallocHost((void **)&host, W * H * D * 4));
    memset(host, 0, W * H * D * 4);
    CHECK(cudaMemset3DAsync(a, 3, extent, stream));
    CHECK(cudaMemset3DAsync(b, 4, extent, stream));
    CHECK(cudaMemset2DAsync(flat, W * 4, 5, W * 2, H, stream));
    for (uint32_t k = 0; k < ROUNDS; k++) {
        cudaMemcpy3DParms copy = {};
        paint<<<dim3(H, D), W, 0, stream>>>(a, k);
        copy.srcPtr = a;
        copy.dstPtr = b;
        copy.srcPos = make_cudaPos(8, 5, 1);
        copy.extent = make_cudaExtent(W * 4 - 8, H - 5, D - 1);
        copy.kind = cudaMemcpyDeviceToDevice;
        CHECK(cudaMemcpy3DAsync(&copy, stream));
        paint<<<dim3(H, D), W, 0, stream>>>(a, k + 100);
        CHECK(cudaMemcpy2DAsync(flat, W * 4, a.ptr, a.pitch, W * 3, H, cudaMemcpyDeviceToDevice,
                                stream));
        CHECK(cudaMemcpy2DToArrayAsync(array, 0, 0, b.ptr, b.pitch, W * 4, H,
                                       cudaMemcpyDeviceToDevice, stream));
        paint<<<dim3(H, D), W, 0, stream>>>(b, k + 200);
        CHECK(cudaMemcpy2DFromArrayAsync(a.ptr, a.pitch, array, 0, 0, W * 4, H,
                                         cudaMemcpyDeviceToDevice, stream));
        CHECK(cudaMemcpyPeerAsync(flat + W, 0, b.ptr, 0, W * 4, stream));
        CHECK(cudaMemcpyToSymbolAsync(symbol, a.ptr, W * 4, 0, cudaMemcpyDeviceToDevice, stream));
        paint<<<dim3(H, 1), W, 0, stream>>>(a, k + 300);
    }
    CHECK(cudaMemcpy2DAsync(host, W * 4, a.ptr, a.pitch, W * 4, H * D, cudaMemcpyDeviceToHost,
                            stream));
    CHECK(cudaStreamSynchronize(stream));
    show("a", host, W * H * D * 4);
    CHECK(cudaMemcpy2D(host, W * 4, b.ptr, b.pitch, W * 4, H * D, cudaMemcpyDeviceToHost));
    show("b", host, W * H * D * 4);
    show_device("flat", flat, W * H * 4);
    CHECK(cudaMemcpyFromSymbol(host, symbol, W * 4));
    show("symbol", host, W * 4);
    return 0;
}

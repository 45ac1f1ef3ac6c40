// SPDX-License-Identifier: MIT
//
// Texture objects: fetches from linear memory that a kernel has just written, a filtered 2-D array
// with wrapped coordinates, and a layered one; coordinates come from the block's place.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *sample*
#include "check.h"

enum { W = 256, H = 192, LAYERS = 3, TILE = 16 };

__global__ void sample_plane(cudaTextureObject_t texture, float *out, float shift)
{
    const unsigned x = blockIdx.x * TILE + threadIdx.x, y = blockIdx.y * TILE + threadIdx.y;

    out[y * W + x] += tex2D<float>(texture, (x + shift) / W * 1.7f, (y - shift) / H * 1.3f);
}

__global__ void sample_layers(cudaTextureObject_t texture, float *out)
{
    const unsigned x = blockIdx.x * TILE + threadIdx.x, y = blockIdx.y * TILE + threadIdx.y;

    out[(blockIdx.z * H + y) * W + x] +=
        tex2DLayered<float>(texture, x + 0.25f, y + 0.75f, (int)blockIdx.z);
}

__global__ void sample_line(cudaTextureObject_t texture, float *out)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);

    out[i] = 0.5f * out[i] + tex1Dfetch<float>(texture, W * H - 1 - i);
}

static cudaTextureObject_t make_texture(const cudaResourceDesc *resource, bool normalized)
{
    cudaTextureDesc desc = {};
    cudaTextureObject_t texture;

    desc.addressMode[0] = normalized ? cudaAddressModeWrap : cudaAddressModeClamp;
    desc.addressMode[1] = normalized ? cudaAddressModeMirror : cudaAddressModeClamp;
    desc.filterMode =
        resource->resType == cudaResourceTypeLinear ? cudaFilterModePoint : cudaFilterModeLinear;
    desc.normalizedCoords = normalized;
    CHECK(cudaCreateTextureObject(&texture, resource, &desc, NULL));
    return texture;
}

int main()
{
    float *out = device_floats(W * H * LAYERS, 1), *line = device_floats(W * H, 2), *host;
    cudaChannelFormatDesc format = cudaCreateChannelDesc<float>();
    cudaResourceDesc plane = {}, layers = {}, linear = {};
    cudaTextureObject_t textures[3];
    cudaMemcpy3DParms copy = {};

    host = (float *)malloc(W * H * LAYERS * 4);
    fill_f32(host, W * H * LAYERS, 3);
    plane.resType = layers.resType = cudaResourceTypeArray;
    CHECK(cudaMallocArray(&plane.res.array.array, &format, W, H));
    CHECK(cudaMemcpy2DToArray(plane.res.array.array, 0, 0, host, W * 4, W * 4, H,
                              cudaMemcpyHostToDevice));
    CHECK(cudaMalloc3DArray(&layers.res.array.array, &format, make_cudaExtent(W, H, LAYERS),
                            cudaArrayLayered));
    copy.srcPtr = make_cudaPitchedPtr(host, W * 4, W, H);
    copy.dstArray = layers.res.array.array;
    copy.extent = make_cudaExtent(W, H, LAYERS);
    copy.kind = cudaMemcpyHostToDevice;
    CHECK(cudaMemcpy3D(&copy));
    linear.resType = cudaResourceTypeLinear;
    linear.res.linear.devPtr = out;
    linear.res.linear.desc = format;
    linear.res.linear.sizeInBytes = W * H * 4;
    textures[0] = make_texture(&plane, true);
    textures[1] = make_texture(&layers, false);
    textures[2] = make_texture(&linear, false);
    for (int k = 0; k < 4; k++) {
        const dim3 grid(W / TILE, H / TILE), block(TILE, TILE);
        sample_plane<<<grid, block>>>(textures[0], out, 0.3f * k);
        sample_layers<<<dim3(grid.x, grid.y, LAYERS), block>>>(textures[1], out);
        sample_line<<<W * H / 128, 128>>>(textures[2], line);
    }
    show_device("out", out, W * H * LAYERS * 4);
    show_device("line", line, W * H * 4);
    for (int k = 0; k < 3; k++)
        CHECK(cudaDestroyTextureObject(textures[k]));
    return 0;
}

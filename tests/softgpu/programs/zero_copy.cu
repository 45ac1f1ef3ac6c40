// SPDX-License-Identifier: MIT
//
// Kernels on host memory: pinned, mapped, registered; and what pointers are known as.
#include "expect.h"

enum { N = 500 };

__global__ void twice(int *to, const int *from)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < N)
        to[i] = from[i] * 2;
}

int main()
{
    struct cudaPointerAttributes attributes;
    static int plain[N];
    int *pinned, *mapped, *of_mapped, *of_plain, *device = device_alloc<int>(N);
    unsigned flags;

    CHECK(cudaMallocHost(&pinned, sizeof(plain)));
    CHECK(
        cudaHostAlloc(&mapped, sizeof(plain), cudaHostAllocWriteCombined | cudaHostAllocPortable));
    CHECK(cudaHostRegister(plain, sizeof(plain), cudaHostRegisterMapped));
    CHECK(cudaHostGetDevicePointer(&of_mapped, mapped, 0));
    CHECK(cudaHostGetDevicePointer(&of_plain, plain, 0));
    CHECK(cudaHostGetFlags(&flags, mapped));
    EXPECT(flags == (cudaHostAllocWriteCombined | cudaHostAllocMapped));
    for (int i = 0; i < N; i++)
        pinned[i] = i;
    twice<<<4, 128>>>(of_mapped, pinned);
    twice<<<4, 128>>>(device, of_mapped);
    twice<<<4, 128>>>(of_plain, device);
    CHECK(cudaDeviceSynchronize());
    for (int i = 0; i < N; i++)
        EXPECT(mapped[i] == 2 * i && plain[i] == 8 * i);
    CHECK(cudaPointerGetAttributes(&attributes, pinned + 3));
    EXPECT(attributes.type == cudaMemoryTypeHost && attributes.hostPointer == pinned + 3);
    CHECK(cudaPointerGetAttributes(&attributes, device));
    EXPECT(attributes.type == cudaMemoryTypeDevice && attributes.devicePointer == device);
    EXPECT(cudaHostRegister(plain, 4, 0) == cudaErrorHostMemoryAlreadyRegistered);
    CHECK(cudaHostUnregister(plain));
    EXPECT(cudaHostUnregister(plain) == cudaErrorHostMemoryNotRegistered);
    CHECK(cudaPointerGetAttributes(&attributes, plain));
    EXPECT(attributes.type == cudaMemoryTypeUnregistered && attributes.hostPointer == plain);
    CHECK(cudaFreeHost(pinned));
    CHECK(cudaFreeHost(mapped));
    return finish();
}

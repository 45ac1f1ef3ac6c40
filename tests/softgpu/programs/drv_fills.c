// SPDX-License-Identifier: MIT
//
// Memsets of all units, in one and two dimensions; what is misaligned or beyond is refused.
#include "ptx.h"

int main(void)
{
    unsigned char bytes[1024];
    CUdeviceptr p, pitched;
    unsigned short half;
    unsigned word;
    size_t pitch;

    make_context();
    CHECK(cuMemAlloc(&p, 1024));
    CHECK(cuMemsetD8(p, 0x11, 1024));
    CHECK(cuMemsetD16(p + 2, 0x2233, 3));
    CHECK(cuMemsetD32(p + 100, 0x44556677, 5));
    CHECK(cuMemsetD2D16(p + 200, 32, 0xabcd, 4, 3));
    CHECK(cuMemcpyDtoH(bytes, p, 1024));
    memcpy(&half, bytes + 6, 2);
    memcpy(&word, bytes + 116, 4);
    EXPECT(bytes[0] == 0x11 && half == 0x2233 && bytes[8] == 0x11);
    EXPECT(word == 0x44556677 && bytes[120] == 0x11);
    memcpy(&half, bytes + 200 + 64 + 6, 2);
    EXPECT(half == 0xabcd && bytes[200 + 64 + 8] == 0x11 && bytes[200 + 8] == 0x11);
    EXPECT(cuMemsetD16(p + 1, 1, 1) == CUDA_ERROR_INVALID_VALUE);
    EXPECT(cuMemsetD32(p + 2, 1, 1) == CUDA_ERROR_INVALID_VALUE);
    EXPECT(cuMemsetD32(p, 1, 257) == CUDA_ERROR_INVALID_VALUE);
    EXPECT(cuMemsetD8(0, 1, 1) == CUDA_ERROR_INVALID_VALUE);
    CHECK(cuMemsetD8(p, 1, 0));
    CHECK(cuMemAllocPitch(&pitched, &pitch, 100, 10, 4));
    CHECK(cuMemsetD2D8(pitched, pitch, 9, 100, 10));
    EXPECT(cuMemsetD2D8(pitched, pitch, 9, 100, 11) == CUDA_ERROR_INVALID_VALUE);
    EXPECT(cuMemAlloc(&p, 0) == CUDA_ERROR_INVALID_VALUE);
    EXPECT(cuMemAlloc(&p, 1ull << 50) == CUDA_ERROR_OUT_OF_MEMORY);
    return finish();
}

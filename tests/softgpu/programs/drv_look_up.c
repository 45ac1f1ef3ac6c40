// SPDX-License-Identifier: MIT
//
// cuGetProcAddress: versions, flavours, what there is not; every symbol of the driver can be
// linked.
//
// preload: no the library has functions of its own to give
#include <dlfcn.h>

#include "ptx.h"

typedef CUresult (*look_up_4)(const char *, void **, int, cuuint64_t);

int main(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW), *newer, *older, *per_thread;
    CUdriverProcAddressQueryResult status;
    look_up_4 old_form;

    EXPECT(library != NULL);
    CHECK(cuInit(0));
    CHECK(cuGetProcAddress("cuLaunchKernel", &newer, 12000, 0, &status));
    EXPECT(status == CU_GET_PROC_ADDRESS_SUCCESS && newer == dlsym(library, "cuLaunchKernel"));
    CHECK(cuGetProcAddress("cuLaunchKernel", &per_thread, 12000,
                           CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM, &status));
    EXPECT(per_thread == dlsym(library, "cuLaunchKernel_ptsz"));
    CHECK(cuGetProcAddress("cuMemAlloc", &newer, 12000, 0, NULL));
    CHECK(cuGetProcAddress("cuMemAlloc", &older, 2000, 0, NULL));
    EXPECT(newer == dlsym(library, "cuMemAlloc_v2") && older == dlsym(library, "cuMemAlloc"));
    CHECK(cuGetProcAddress("cuEventElapsedTime", &older, 12000, 0, NULL));
    CHECK(cuGetProcAddress("cuEventElapsedTime", &newer, 12080, 0, NULL));
    EXPECT(older != newer);
    CHECK(cuGetProcAddress("cuLibraryLoadData", &newer, 11000, 0, &status));
    EXPECT(status == CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT && !newer);
    CHECK(cuGetProcAddress("cuNothing", &newer, 12000, 0, &status));
    EXPECT(status == CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND && !newer);
    EXPECT(cuGetProcAddress("cuInit", &newer, 99000, 0, &status) == CUDA_ERROR_INVALID_VALUE);
    CHECK(cuGetProcAddress("cuGetProcAddress", &older, 11030, 0, NULL));
    CHECK(cuGetProcAddress("cuGetProcAddress", &newer, 12000, 0, NULL));
    EXPECT(older != newer);
    old_form = (look_up_4)older;
    CHECK(old_form("cuInit", &newer, 12000, 0));
    EXPECT(newer == dlsym(library, "cuInit"));
    EXPECT(dlsym(library, "cuTexRefCreate") && dlsym(library, "cuMulticastCreate"));
    return finish();
}

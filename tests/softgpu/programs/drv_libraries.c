// SPDX-License-Identifier: MIT
//
// Libraries: kernels without a context, the same one in two contexts with variables of its own.
#include "ptx.h"

static const char counting[] =
    PTX_HEAD ".visible .global .u32 n = 0;\n.visible .entry count(.param .u64 to)\n{\n"
             "    .reg .b32 %r<2>;\n    .reg .b64 %rd<2>;\n    ld.param.u64 %rd1, [to];\n"
             "    atom.global.add.u32 %r1, [n], 1;\n    st.global.u32 [%rd1], %r1;\n    ret;\n}\n";

static unsigned count(CUkernel kernel)
{
    CUdeviceptr to;
    void *params[] = {&to};
    unsigned got;

    CHECK(cuMemAlloc(&to, 4));
    CHECK(cuLaunchKernel((CUfunction)kernel, 1, 1, 1, 1, 1, 1, 0, NULL, params, NULL));
    CHECK(cuMemcpyDtoH(&got, to, 4));
    CHECK(cuMemFree(to));
    return got;
}

int main(void)
{
    CUcontext first, second;
    CUkernel kernel, all[4];
    CUfunction function;
    CUlibrary library;
    CUdeviceptr n;
    const char *name;
    unsigned kernels;
    size_t offset, size;
    int value;

    CHECK(cuInit(0));
    CHECK(cuLibraryLoadData(&library, counting, NULL, NULL, 0, NULL, NULL, 0));
    CHECK(cuLibraryGetKernel(&kernel, library, "count"));
    EXPECT(cuLibraryGetKernel(&all[0], library, "counts") == CUDA_ERROR_NOT_FOUND);
    CHECK(cuKernelGetAttribute(&value, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, kernel, 0));
    EXPECT(value == 1024);
    EXPECT(cuKernelGetFunction(&function, kernel) == CUDA_ERROR_INVALID_CONTEXT);
    CHECK(cuCtxCreate(&first, NULL, 0, 0));
    EXPECT(count(kernel) == 0 && count(kernel) == 1 && count(kernel) == 2);
    CHECK(cuCtxCreate(&second, NULL, 0, 0));
    EXPECT(count(kernel) == 0);
    CHECK(cuCtxSetCurrent(first));
    EXPECT(count(kernel) == 3);
    CHECK(cuLibraryGetGlobal(&n, &size, library, "n"));
    EXPECT(size == 4);
    CHECK(cuMemsetD32(n, 50, 1));
    EXPECT(count(kernel) == 50);
    CHECK(cuKernelGetFunction(&function, kernel));
    CHECK(cuFuncGetName(&name, function));
    EXPECT(!strcmp(name, "count"));
    CHECK(cuKernelGetParamInfo(kernel, 0, &offset, &size));
    EXPECT(offset == 0 && size == 8);
    EXPECT(cuKernelGetParamInfo(kernel, 1, &offset, &size) == CUDA_ERROR_INVALID_VALUE);
    CHECK(cuLibraryGetKernelCount(&kernels, library));
    CHECK(cuLibraryEnumerateKernels(all, 4, library));
    EXPECT(kernels == 1 && all[0] == kernel);
    CHECK(cuLibraryUnload(library));
    EXPECT(cuKernelGetFunction(&function, kernel) == CUDA_ERROR_INVALID_HANDLE);
    CHECK(cuCtxDestroy(first));
    CHECK(cuCtxDestroy(second));
    return finish();
}

// SPDX-License-Identifier: MIT
//
// One kernel launched in every form: pointers, packed, with a configuration, cooperative, as in
// CUDA 2.
//
// flags: -Wno-deprecated-declarations
#include "ptx.h"

enum { N = 128 };

int main(void)
{
    unsigned x = 7, got[N], wanted = 1;
    CUdeviceptr v;
    CUfunction step;
    CUstream stream;

    make_context();
    step = load(ptx_step, "step");
    CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    CHECK(cuMemAlloc(&v, N * 4));
    CHECK(cuMemsetD32(v, 1, N));
    CHECK(cuCtxSynchronize());

    struct {
        CUdeviceptr v;
        unsigned x;
    } packed = {v, x};
    size_t size = 12, large = 13, none = 0;
    void *pointers[] = {&v, &x};
    void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, &packed, CU_LAUNCH_PARAM_BUFFER_SIZE, &size,
                     CU_LAUNCH_PARAM_END};
    CUlaunchAttribute attributes[] = {
        {.id = CU_LAUNCH_ATTRIBUTE_PRIORITY, .value.priority = -2},
        {.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION, .value.clusterDim = {1, 1, 1}}};
    CUlaunchConfig config = {.gridDimX = N / 32,
                             .gridDimY = 1,
                             .gridDimZ = 1,
                             .blockDimX = 32,
                             .blockDimY = 1,
                             .blockDimZ = 1,
                             .hStream = stream,
                             .attrs = attributes,
                             .numAttrs = 2};

    CHECK(cuLaunchKernel(step, N / 32, 1, 1, 32, 1, 1, 0, stream, pointers, NULL));
    CHECK(cuLaunchKernel(step, N / 32, 1, 1, 32, 1, 1, 0, stream, NULL, extra));
    CHECK(cuLaunchKernelEx(&config, step, pointers, NULL));
    CHECK(cuLaunchKernelEx(&config, step, NULL, extra));
    CHECK(cuLaunchCooperativeKernel(step, N / 32, 1, 1, 32, 1, 1, 0, stream, pointers));
    CHECK(cuFuncSetBlockShape(step, 32, 1, 1));
    CHECK(cuParamSetv(step, 0, &v, 8));
    CHECK(cuParamSeti(step, 8, x));
    CHECK(cuParamSetSize(step, 12));
    CHECK(cuLaunchGridAsync(step, N / 32, 1, stream));
    x = 99; /* parameters were copied */
    CHECK(cuStreamSynchronize(stream));
    CHECK(cuMemcpyDtoH(got, v, sizeof(got)));
    for (int i = 0; i < 6; i++)
        wanted = wanted * 3 + 7;
    for (int i = 0; i < N; i++)
        EXPECT(got[i] == wanted);
    EXPECT(cuLaunchKernel(step, 1, 1, 1, 1, 1, 1, 0, stream, pointers, extra) ==
           CUDA_ERROR_INVALID_VALUE);
    extra[3] = &large;
    EXPECT(cuLaunchKernel(step, 1, 1, 1, 1, 1, 1, 0, stream, NULL, extra) ==
           CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
    extra[3] = &none;
    EXPECT(cuLaunchKernel(step, 1, 1, 1, 1, 1, 1, 0, stream, NULL, extra) ==
           CUDA_ERROR_INVALID_VALUE);
    EXPECT(cuLaunchKernel(step, 1, 1, 1, 1, 1, 1, 0, stream, NULL, NULL) ==
           CUDA_ERROR_INVALID_VALUE);
    EXPECT(cuLaunchKernel(NULL, 1, 1, 1, 1, 1, 1, 0, stream, pointers, NULL) ==
           CUDA_ERROR_INVALID_HANDLE);
    return finish();
}

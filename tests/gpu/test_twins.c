/* SPDX-License-Identifier: MIT
 *
 * test_twins.c - do twins do what their originals do? test_twins FORMS.ptx SGEMM.ptx
 *
 * Each kernel of FORMS runs whole, then its twin slice by slice, in slices of several shapes: the same
 * bytes must come out. Then the matrix product of SGEMM against its twin in one slice, in pairs: the
 * times are printed, and results compared. Exits with 77 where there is no GPU.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cuda.h>

#include "ptx-rewriter/ptx.h"

/* The driver is looked up by hand: this is built where there may be none. */
#define DRIVER_CALLS(CALL)                                                                         \
    CALL(cuInit, (unsigned))                                                                       \
    CALL(cuDeviceGet, (CUdevice *, int))                                                           \
    CALL(cuDevicePrimaryCtxRetain, (CUcontext *, CUdevice))                                        \
    CALL(cuCtxSetCurrent, (CUcontext))                                                             \
    CALL(cuModuleLoadData, (CUmodule *, const void *))                                             \
    CALL(cuModuleGetFunction, (CUfunction *, CUmodule, const char *))                              \
    CALL(cuFuncGetAttribute, (int *, CUfunction_attribute, CUfunction))                            \
    CALL(cuMemAlloc_v2, (CUdeviceptr *, size_t))                                                   \
    CALL(cuMemsetD32_v2, (CUdeviceptr, unsigned, size_t))                                          \
    CALL(cuMemcpyDtoH_v2, (void *, CUdeviceptr, size_t))                                           \
    CALL(cuEventCreate, (CUevent *, unsigned))                                                     \
    CALL(cuEventRecord, (CUevent, CUstream))                                                       \
    CALL(cuEventSynchronize, (CUevent))                                                            \
    CALL(cuEventElapsedTime, (float *, CUevent, CUevent))                                          \
    CALL(cuLaunchKernel, (CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,  \
                          unsigned, CUstream, void **, void **))

#define DECLARE(name, parameters) static CUresult(*call_##name) parameters;
DRIVER_CALLS(DECLARE)

static bool find_driver(void)
{
    void *driver = dlopen("libcuda.so.1", RTLD_NOW);

    if (!driver)
        return false;
#define FIND(name, parameters)                                                                     \
    if (!(call_##name = (CUresult(*) parameters)dlsym(driver, #name)))                             \
        return false;
    DRIVER_CALLS(FIND)
    return true;
}

#define CHECK(call)                                                                                \
    do {                                                                                           \
        CUresult result_ = (call);                                                                 \
        if (result_ != CUDA_SUCCESS) {                                                             \
            fprintf(stderr, "%s:%d: %s: error %d\n", __FILE__, __LINE__, #call, result_);          \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static unsigned n_wrong;

static char *read_text(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(1 << 20);

    if (!file || !text) {
        perror(path);
        exit(1);
    }
    *ret_size = fread(text, 1, 1 << 20, file);
    fclose(file);
    return text;
}

static void load(const char *path, struct ptx_result *ret_result, CUmodule *ret_module)
{
    struct ptx_error error;
    size_t size;
    char *text = read_text(path, &size);

    if (ptx_rewrite(text, size, NULL, ret_result, &error) < 0 || !ret_result->text) {
        fprintf(stderr, "%s is not rewritten\n", path);
        exit(1);
    }
    CHECK(call_cuModuleLoadData(ret_module, ret_result->text));
    free(text);
}

static void find_pair(CUmodule module, const char *name, CUfunction *ret_original,
                      CUfunction *ret_twin)
{
    char twin[200];

    snprintf(twin, sizeof(twin), PTX_TWIN_PREFIX "%s", name);
    CHECK(call_cuModuleGetFunction(ret_original, module, name));
    CHECK(call_cuModuleGetFunction(ret_twin, module, twin));
}

static void launch(CUfunction function, const unsigned *grid, const unsigned *block,
                   void **parameters)
{
    CHECK(call_cuLaunchKernel(function, grid[0], grid[1], grid[2], block[0], block[1], block[2], 0,
                              NULL, parameters, NULL));
}

/* Puts the tail behind the original's parameters. */
static void launch_slice(CUfunction twin, const unsigned *slice, const unsigned *block,
                         void *const *parameters, size_t n_parameters, struct ptx_twin_tail *tail)
{
    void *all[20];

    memcpy(all, parameters, n_parameters * sizeof(void *));
    for (unsigned axis = 0; axis < 3; axis++) {
        all[n_parameters + axis] = &tail->offset_blocks[axis];
        all[n_parameters + 3 + axis] = &tail->grid_blocks[axis];
    }
    launch(twin, slice, block, all);
}

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static void launch_in_slices(CUfunction twin, const unsigned *grid, const unsigned *slice,
                             const unsigned *block, void *const *parameters, size_t n_parameters)
{
    struct ptx_twin_tail tail = {.grid_blocks = {grid[0], grid[1], grid[2]}};
    uint32_t *at = tail.offset_blocks;

    for (at[2] = 0; at[2] < grid[2]; at[2] += slice[2]) {
        for (at[1] = 0; at[1] < grid[1]; at[1] += slice[1]) {
            for (at[0] = 0; at[0] < grid[0]; at[0] += slice[0]) {
                const unsigned part[3] = {smaller(slice[0], grid[0] - at[0]),
                                          smaller(slice[1], grid[1] - at[1]),
                                          smaller(slice[2], grid[2] - at[2])};
                launch_slice(twin, part, block, parameters, n_parameters, &tail);
            }
        }
    }
}

/* The blocks write 32 words each. */
static void compare_forms(CUmodule module, const char *name, unsigned step)
{
    static const unsigned grid[3] = {6, 5, 4}, block[3] = {1, 1, 1};
    static const unsigned slices[][3] = {{1, 1, 1}, {2, 3, 1}, {4, 2, 3}, {6, 5, 1}, {6, 5, 4}};
    static unsigned expected[6 * 5 * 4 * 32], got[6 * 5 * 4 * 32];
    unsigned char odd = 200;
    CUfunction original, twin;
    CUdeviceptr out;
    void *parameters[] = {&out, &odd};

    find_pair(module, name, &original, &twin);
    CHECK(call_cuMemAlloc_v2(&out, sizeof(got)));
    CHECK(call_cuMemsetD32_v2(out, 0xabababab, sizeof(got) / 4));
    launch(original, grid, block, parameters);
    CHECK(call_cuMemcpyDtoH_v2(expected, out, sizeof(got)));
    for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
        const unsigned slice[3] = {(slices[i][0] + step - 1) / step * step, slices[i][1],
                                   slices[i][2]};
        bool same;
        CHECK(call_cuMemsetD32_v2(out, 0xabababab, sizeof(got) / 4));
        launch_in_slices(twin, grid, slice, block, parameters, 2);
        CHECK(call_cuMemcpyDtoH_v2(got, out, sizeof(got)));
        same = memcmp(expected, got, sizeof(got)) == 0;
        printf("%s in slices of %ux%ux%u: %s\n", name, slice[0], slice[1], slice[2],
               same ? "same bytes" : "DIFFERENT");
        n_wrong += !same;
    }
}

enum { N = 4096, TILE = 16, N_PAIRS = 21 };

static const unsigned gemm_grid[3] = {N / TILE, N / TILE, 1}, gemm_block[3] = {TILE, TILE, 1};

static float time_gemm(CUfunction function, void **parameters, struct ptx_twin_tail *tail)
{
    static CUevent begin, end;
    float ms;

    if (!begin) {
        CHECK(call_cuEventCreate(&begin, 0));
        CHECK(call_cuEventCreate(&end, 0));
    }
    CHECK(call_cuEventRecord(begin, NULL));
    if (tail)
        launch_slice(function, gemm_grid, gemm_block, parameters, 4, tail);
    else
        launch(function, gemm_grid, gemm_block, parameters);
    CHECK(call_cuEventRecord(end, NULL));
    CHECK(call_cuEventSynchronize(end));
    CHECK(call_cuEventElapsedTime(&ms, begin, end));
    return ms;
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static int register_count(CUfunction function)
{
    int n;

    CHECK(call_cuFuncGetAttribute(&n, CU_FUNC_ATTRIBUTE_NUM_REGS, function));
    return n;
}

static void compare_gemm(CUmodule module)
{
    struct ptx_twin_tail tail = {.grid_blocks = {gemm_grid[0], gemm_grid[1], 1}};
    float original_ms[N_PAIRS], twin_ms[N_PAIRS], ratios[N_PAIRS];
    CUdeviceptr matrices[3];
    CUfunction original, twin;
    int n = N;
    void *parameters[] = {&matrices[0], &matrices[1], &matrices[2], &n};

    find_pair(module, "_Z4gemmILi16EEvPKfS1_Pfi", &original, &twin);
    for (unsigned i = 0; i < 3; i++) {
        CHECK(call_cuMemAlloc_v2(&matrices[i], sizeof(float) * N * N));
        CHECK(call_cuMemsetD32_v2(matrices[i], 0x3f000000, N * N));
    }
    for (unsigned i = 0; i < N_PAIRS; i++) {
        original_ms[i] = time_gemm(original, parameters, NULL);
        twin_ms[i] = time_gemm(twin, parameters, &tail);
        ratios[i] = twin_ms[i] / original_ms[i];
    }
    qsort(original_ms, N_PAIRS, sizeof(float), compare_floats);
    qsort(twin_ms, N_PAIRS, sizeof(float), compare_floats);
    qsort(ratios, N_PAIRS, sizeof(float), compare_floats);
    printf(
        "SGEMM %d, medians of %d pairs: original %.3f ms with %d registers, twin %.3f ms with %d "
        "registers, ratio %.4f\n",
        N, N_PAIRS, original_ms[N_PAIRS / 2], register_count(original), twin_ms[N_PAIRS / 2],
        register_count(twin), ratios[N_PAIRS / 2]);
}

int main(int argc, char **argv)
{
    struct ptx_result forms, gemm;
    CUmodule forms_module, gemm_module;
    CUcontext context;
    CUdevice device;

    if (argc != 3 || !find_driver() || call_cuInit(0) != CUDA_SUCCESS)
        return 77;
    CHECK(call_cuDeviceGet(&device, 0));
    CHECK(call_cuDevicePrimaryCtxRetain(&context, device));
    CHECK(call_cuCtxSetCurrent(context));
    load(argv[1], &forms, &forms_module);
    compare_forms(forms_module, "forms", 1);
    compare_forms(forms_module, "clusters", 2);
    load(argv[2], &gemm, &gemm_module);
    compare_gemm(gemm_module);
    ptx_result_finish(&forms);
    ptx_result_finish(&gemm);
    return n_wrong ? 1 : 0;
}

/* SPDX-License-Identifier: MIT
 *
 * What a program can ask about its kernels: counts, enumerations, names, parameter places,
 * attributes of size. Nothing may show that kernels were added.
 */
// build: $NVCC -arch=sm_90 -fatbin $SRC/parts/grid_kernels.cu -o $BIN.fatbin
// build: $CC $IN -o $BIN -lcuda
#include "driver.h"

static const char *const names[] = {"update", "plane", "lookup", "tick", "odd"};
enum { KERNELS = 5 };

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void show_sorted(const char *what, const char **found, unsigned n)
{
    qsort(found, n, sizeof(*found), by_name);
    printf("%s %u:", what, n);
    for (unsigned i = 0; i < n; i++)
        printf(" %s", found[i]);
    printf("\n");
}

static void show_module(CUmodule module)
{
    CUfunction functions[16];
    const char *found[16];
    unsigned n;

    CHECK(cuModuleGetFunctionCount(&n, module));
    CHECK(n > 16);
    CHECK(cuModuleEnumerateFunctions(functions, n, module));
    for (unsigned i = 0; i < n; i++)
        CHECK(cuFuncGetName(&found[i], functions[i]));
    show_sorted("functions", found, n);
    CHECK(cuModuleEnumerateFunctions(functions, 1, module));
    printf("more than there are: %d\n", cuModuleEnumerateFunctions(functions, 16, module));
    printf("twin by name: %d\n", cuModuleGetFunction(functions, module, "__sliver_twin_update"));
    printf("no such name: %d\n", cuModuleGetFunction(functions, module, "nothing"));
}

static void show_library(CUlibrary library)
{
    CUkernel kernels[16];
    const char *found[16];
    unsigned n;

    CHECK(cuLibraryGetKernelCount(&n, library));
    CHECK(n > 16);
    CHECK(cuLibraryEnumerateKernels(kernels, n, library));
    for (unsigned i = 0; i < n; i++)
        CHECK(cuKernelGetName(&found[i], kernels[i]));
    show_sorted("kernels", found, n);
    printf("no such kernel: %d\n", cuLibraryGetKernel(kernels, library, "nothing"));
}

static void show_function(const char *name, CUfunction function)
{
    static const CUfunction_attribute attributes[] = {
        CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES,
        CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES, CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES,
        CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES};
    size_t offset, size;
    int value;

    printf("%s:", name);
    for (int a = 0; a < 5; a++) {
        CHECK(cuFuncGetAttribute(&value, attributes[a], function));
        printf(" %d", value);
    }
    for (size_t i = 0; cuFuncGetParamInfo(function, i, &offset, &size) == CUDA_SUCCESS; i++)
        printf(" (%zu %zu)", offset, size);
    printf(" end %d\n", cuFuncGetParamInfo(function, 99, &offset, &size));
}

int main(int argc, char **argv)
{
    char *image = read_beside(argv[0], ".fatbin");
    CUlibrary library;
    CUfunction function;
    CUmodule module, owner;
    CUkernel kernel;
    size_t offset, size;

    (void)argc;
    driver_start();
    CHECK(cuModuleLoadData(&module, image));
    CHECK(cuLibraryLoadData(&library, image, NULL, NULL, 0, NULL, NULL, 0));
    show_module(module);
    show_library(library);
    for (int k = 0; k < KERNELS; k++) {
        CHECK(cuModuleGetFunction(&function, module, names[k]));
        show_function(names[k], function);
        CHECK(cuFuncGetModule(&owner, function));
        CHECK(owner != module);
        CHECK(cuLibraryGetKernel(&kernel, library, names[k]));
        for (size_t i = 0; cuKernelGetParamInfo(kernel, i, &offset, &size) == CUDA_SUCCESS; i++)
            printf("  kernel parameter %zu: %zu %zu\n", i, offset, size);
    }
    CHECK(cuLibraryGetModule(&owner, library));
    show_module(owner);
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * rt_register.c - the images of the program with their kernels and variables, as nvcc's code
 * announces them before main.
 *
 * An image becomes a driver library when something of it is first needed. The address of a kernel's
 * host stub, or of a variable's host shadow, stands for it. One lock for the lists; a library is
 * loaded under it.
 */
#include "tools/softgpu/runtime/rt.h"

#include <pthread.h>
#include <stdlib.h>

#include "tools/softgpu/pointer_map.h"
#include "tools/softgpu/runtime/nvcc.h"

struct image {
    const void *code;
    CUlibrary library;
    CUresult loaded; /* of the library, once asked for */
    bool tried;
    struct symbol *symbols;
};

/* A kernel or a variable. */
struct symbol {
    struct image *image;
    struct symbol *next;
    const void *host;
    const char *name; /* on the device; the program's memory */
    void **managed;   /* where a managed variable's address goes */
    CUkernel kernel;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pointer_map symbols; /* host address to struct symbol */

EXPORT void **CUDARTAPI __cudaRegisterFatBinary(void *code)
{
    struct image *image = calloc(1, sizeof(*image));

    if (image)
        image->code = code;
    return (void **)image;
}

EXPORT void CUDARTAPI __cudaRegisterFatBinaryEnd(void **handle)
{
    (void)handle;
}

static struct symbol *add(void **handle, const void *host, const char *name)
{
    struct image *image = (struct image *)handle;
    struct symbol *symbol = image ? calloc(1, sizeof(*symbol)) : NULL;

    if (!symbol)
        return NULL;
    *symbol = (struct symbol){.image = image, .host = host, .name = name};
    pthread_mutex_lock(&lock);
    if (pointer_map_put(&symbols, host, (uintptr_t)symbol)) {
        free(symbol);
        symbol = NULL;
    } else {
        symbol->next = image->symbols;
        image->symbols = symbol;
    }
    pthread_mutex_unlock(&lock);
    return symbol;
}

EXPORT void CUDARTAPI __cudaRegisterFunction(void **handle, const char *stub, char *device_stub,
                                             const char *name, int thread_limit, void *tid,
                                             void *bid, void *block, void *grid, int *warp)
{
    (void)device_stub;
    (void)thread_limit;
    (void)tid;
    (void)bid;
    (void)block;
    (void)grid;
    (void)warp;
    add(handle, stub, name);
}

EXPORT void CUDARTAPI __cudaRegisterVar(void **handle, char *host, char *address, const char *name,
                                        int external, size_t bytes, int constant, int global)
{
    (void)address;
    (void)external;
    (void)bytes;
    (void)constant;
    (void)global;
    add(handle, host, name);
}

EXPORT void CUDARTAPI __cudaRegisterManagedVar(void **handle, void **host, char *address,
                                               const char *name, int external, size_t bytes,
                                               int constant, int global)
{
    struct symbol *symbol = add(handle, host, name);

    (void)address;
    (void)external;
    (void)bytes;
    (void)constant;
    (void)global;
    if (symbol)
        symbol->managed = host;
}

/* Lock held. The managed variables' addresses are what the program's host code reads. */
static CUresult load(struct image *image)
{
    CUdeviceptr address;

    if (image->tried)
        return image->loaded;
    image->tried = true;
    image->loaded =
        driver.cuLibraryLoadData(&image->library, image->code, NULL, NULL, 0, NULL, NULL, 0);
    for (struct symbol *s = image->symbols; s && !image->loaded; s = s->next)
        if (s->managed && !driver.cuLibraryGetManaged(&address, NULL, image->library, s->name))
            *s->managed = (void *)(uintptr_t)address;
    return image->loaded;
}

EXPORT char CUDARTAPI __cudaInitModule(void **handle)
{
    struct image *image = (struct image *)handle;
    CUresult r = CUDA_ERROR_INVALID_VALUE;

    if (image && !rt_enter()) {
        pthread_mutex_lock(&lock);
        r = load(image);
        pthread_mutex_unlock(&lock);
    }
    return !r;
}

/* At exit the driver may be gone in part; then nothing is lost by not unloading. */
EXPORT void CUDARTAPI __cudaUnregisterFatBinary(void **handle)
{
    struct image *image = (struct image *)handle;
    struct symbol *next;

    if (!image)
        return;
    pthread_mutex_lock(&lock);
    if (image->library)
        driver.cuLibraryUnload(image->library);
    for (struct symbol *symbol = image->symbols; symbol; symbol = next) {
        next = symbol->next;
        pointer_map_remove(&symbols, symbol->host);
        free(symbol);
    }
    pthread_mutex_unlock(&lock);
    free(image);
}

/* Lock held. */
static CUresult load_kernel(struct symbol *symbol)
{
    CUresult r = load(symbol->image);

    if (!r && !symbol->kernel)
        r = driver.cuLibraryGetKernel(&symbol->kernel, symbol->image->library, symbol->name);
    return r == CUDA_ERROR_NOT_FOUND ? (CUresult)cudaErrorInvalidDeviceFunction : r;
}

bool rt_is_stub(const void *stub)
{
    bool is;

    pthread_mutex_lock(&lock);
    is = pointer_map_get(&symbols, stub) != 0;
    pthread_mutex_unlock(&lock);
    return is;
}

cudaError_t rt_kernel(const void *stub, CUkernel *ret_kernel)
{
    struct symbol *symbol;
    CUresult r = (CUresult)cudaErrorInvalidDeviceFunction;

    pthread_mutex_lock(&lock);
    symbol = (struct symbol *)pointer_map_get(&symbols, stub);
    if (symbol)
        r = load_kernel(symbol);
    if (!r)
        *ret_kernel = symbol->kernel;
    pthread_mutex_unlock(&lock);
    return rt_result(r);
}

cudaError_t rt_function(const void *stub, CUfunction *ret_function)
{
    CUkernel kernel = NULL;
    cudaError_t error = rt_kernel(stub, &kernel);

    return error ? error : rt_result(driver.cuKernelGetFunction(ret_function, kernel));
}

cudaError_t rt_variable(const void *host, CUdeviceptr *ret_address, size_t *ret_bytes)
{
    CUresult r = (CUresult)cudaErrorInvalidSymbol;
    struct symbol *symbol;

    pthread_mutex_lock(&lock);
    symbol = (struct symbol *)pointer_map_get(&symbols, host);
    if (symbol)
        r = load(symbol->image);
    if (symbol && !r)
        r = driver.cuLibraryGetGlobal(ret_address, ret_bytes, symbol->image->library, symbol->name);
    pthread_mutex_unlock(&lock);
    return rt_result(r == CUDA_ERROR_NOT_FOUND ? (CUresult)cudaErrorInvalidSymbol : r);
}

/* A program asks once and launches what it got, whatever the answer was: where a kernel can't be
 * had, its stub stands for it, so that each launch tells why. */
EXPORT cudaError_t CUDARTAPI __cudaGetKernel(CUkernel *ret_kernel, const void *stub)
{
    cudaError_t error = rt_enter();

    if (!error)
        error = rt_kernel(stub, ret_kernel);
    if (error && rt_is_stub(stub))
        *ret_kernel = (CUkernel)stub;
    return error;
}

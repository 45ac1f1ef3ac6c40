/* SPDX-License-Identifier: MIT
 *
 * drv_proc.c - looking up driver functions by name and version, and the private tables we do not
 * have.
 *
 * The newest symbol that is not newer than the asked version is the answer, the per-thread default
 * stream flavour of it if asked for and there is one.
 */
#include "tools/softgpu/driver/symbols.h"

#include <cuda.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tools/softgpu/driver/driver.h"

static const struct symbol *find(const char *name, int version, bool per_thread, bool *ret_known)
{
    const struct symbol *best = NULL;

    *ret_known = false;
    for (const struct symbol *s = symbols; s->base; s++) {
        if (strcmp(s->base, name))
            continue;
        *ret_known = true;
        if (s->since > version || s->since > CUDA_VERSION || (s->per_thread && !per_thread))
            continue;
        if (!best || s->per_thread > best->per_thread ||
            (s->per_thread == best->per_thread && s->since >= best->since))
            best = s;
    }
    return best;
}

/* status: 0 found, 1 no such symbol, 2 only in a newer version. What is not there is no error: the
 * answer is a null pointer. */
static CUresult look_up(const char *name, void **ret, int version, cuuint64_t flags,
                        int *ret_status)
{
    const struct symbol *symbol;
    bool known;

    if (!name || !ret || (flags & ~(cuuint64_t)3) || version > CUDA_VERSION)
        return CUDA_ERROR_INVALID_VALUE;
    /* The one function whose newest form has a name of its own. */
    if (version >= 12000 && !strcmp(name, "cuGraphInstantiate"))
        name = "cuGraphInstantiateWithFlags";
    symbol = find(name, version, flags & CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM, &known);
    *ret = symbol ? symbol->address : NULL;
    *ret_status = symbol ? 0 : known ? 2 : 1;
    return CUDA_SUCCESS;
}

#if CUDA_VERSION >= 12000
EXPORT CUresult CUDAAPI cuGetProcAddress(const char *name, void **ret, int version,
                                         cuuint64_t flags, CUdriverProcAddressQueryResult *status)
{
    int found = 1;
    CUresult r = look_up(name, ret, version, flags, &found);

    if (status && r != CUDA_ERROR_INVALID_VALUE)
        *status = (CUdriverProcAddressQueryResult)found;
    return r;
}
#undef cuGetProcAddress
#endif

EXPORT CUresult CUDAAPI cuGetProcAddress(const char *name, void **ret, int version,
                                         cuuint64_t flags);
CUresult CUDAAPI cuGetProcAddress(const char *name, void **ret, int version, cuuint64_t flags)
{
    int found;

    return look_up(name, ret, version, flags, &found);
}

static void say_what_to_do(void)
{
    if (!device_options()->quiet)
        fprintf(stderr, "sliver softgpu: this program brings NVIDIA's own runtime, which needs "
                        "NVIDIA's driver; build it with \"nvcc -cudart shared\" to run it on the "
                        "software device\n");
}

/* NVIDIA's runtime asks here for interfaces that only NVIDIA's driver has. */
EXPORT CUresult CUDAAPI cuGetExportTable(const void **table, const CUuuid *id)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    if (!table || !id)
        return CUDA_ERROR_INVALID_VALUE;
    *table = NULL;
    pthread_once(&once, say_what_to_do);
    return CUDA_ERROR_NOT_SUPPORTED;
}

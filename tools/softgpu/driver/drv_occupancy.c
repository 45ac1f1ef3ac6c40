/* SPDX-License-Identifier: MIT
 *
 * drv_occupancy.c - how many blocks of a kernel are resident at once.
 */
#include "tools/softgpu/driver/driver.h"

/* 0 where a launch would be refused. */
static unsigned blocks_per_sm(const struct CUfunc_st *f, unsigned threads, size_t shared_bytes)
{
    struct sm_need need = sm_need_of(device_limits(), f->kernel, threads, shared_bytes);

    return shared_bytes > function_max_dynamic(f) ? 0 : sm_fits(device_limits(), &need);
}

EXPORT CUresult CUDAAPI cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
    int *n, CUfunction handle, int threads, size_t shared_bytes, unsigned int flags)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r && (!n || threads < 1 || (flags & ~1u)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *n = threads > (int)sm_max_threads(f->kernel)
             ? 0
             : (int)blocks_per_sm(f, (unsigned)threads, shared_bytes);
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuOccupancyMaxActiveBlocksPerMultiprocessor(int *n, CUfunction function,
                                                                    int threads,
                                                                    size_t shared_bytes)
{
    return cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(n, function, threads, shared_bytes,
                                                                0);
}

/* The largest block among those that keep the most threads resident. */
EXPORT CUresult CUDAAPI cuOccupancyMaxPotentialBlockSizeWithFlags(int *min_grid, int *block,
                                                                  CUfunction handle,
                                                                  CUoccupancyB2DSize shared_of,
                                                                  size_t shared_bytes, int limit,
                                                                  unsigned int flags)
{
    unsigned best = 0, best_blocks = 0, max;
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r && (!min_grid || !block || limit < 0 || (flags & ~1u)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    max = sm_max_threads(f->kernel);
    if (limit && (unsigned)limit < max)
        max = (unsigned)limit;
    for (unsigned threads = (max + 31) / 32 * 32; threads; threads -= 32) {
        unsigned real = threads < max ? threads : max;
        unsigned n = blocks_per_sm(f, real, shared_of ? shared_of((int)real) : shared_bytes);

        if (n * real > best_blocks * best) {
            best = real;
            best_blocks = n;
        }
    }
    *block = (int)best;
    *min_grid = (int)(best_blocks * device_options()->sms);
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuOccupancyMaxPotentialBlockSize(int *min_grid, int *block,
                                                         CUfunction function,
                                                         CUoccupancyB2DSize shared_of,
                                                         size_t shared_bytes, int limit)
{
    return cuOccupancyMaxPotentialBlockSizeWithFlags(min_grid, block, function, shared_of,
                                                     shared_bytes, limit, 0);
}

EXPORT CUresult CUDAAPI cuOccupancyAvailableDynamicSMemPerBlock(size_t *bytes, CUfunction handle,
                                                                int blocks, int threads)
{
    const struct sm_limits *limits = device_limits();
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);
    size_t each, taken, most;

    if (!r && (!bytes || blocks < 1 || threads < 1))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    if (blocks_per_sm(f, (unsigned)threads, 0) < (unsigned)blocks)
        return CUDA_ERROR_INVALID_VALUE;
    each = limits->shared_bytes / (size_t)blocks / 128 * 128;
    taken = f->kernel->static_shared_bytes + limits->shared_reserved_bytes;
    most = function_max_dynamic(f);
    *bytes = each > taken ? each - taken : 0;
    if (*bytes > most)
        *bytes = most;
    return CUDA_SUCCESS;
}

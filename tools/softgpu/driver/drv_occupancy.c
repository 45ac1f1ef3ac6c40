/* SPDX-License-Identifier: MIT
 *
 * drv_occupancy.c - how many blocks of a kernel are resident at once.
 */
#include "tools/softgpu/driver/launch.h"

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

#if CUDA_VERSION >= 11080
static CUresult blocks_on_device(CUfunction handle, const CUlaunchConfig *config,
                                 struct CUfunc_st **ret_function, uint64_t *ret_blocks)
{
    CUresult r = function_lookup(handle, ret_function);
    uint64_t threads;

    if (!r && (!config || (config->numAttrs && !config->attrs)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    threads = (uint64_t)config->blockDimX * config->blockDimY * config->blockDimZ;
    if (!threads || threads > sm_max_threads((*ret_function)->kernel))
        return CUDA_ERROR_INVALID_VALUE;
    *ret_blocks = blocks_per_sm(*ret_function, (unsigned)threads, config->sharedMemBytes) *
                  device_options()->sms;
    return CUDA_SUCCESS;
}

/* Clusters need not be near each other here: any free multiprocessors do. */
EXPORT CUresult CUDAAPI cuOccupancyMaxPotentialClusterSize(int *size, CUfunction handle,
                                                           const CUlaunchConfig *config)
{
    struct CUfunc_st *f;
    uint64_t blocks;
    CUresult r = size ? blocks_on_device(handle, config, &f, &blocks) : CUDA_ERROR_INVALID_VALUE;

    if (r)
        return r;
    for (*size = 1; *size * 2u <= blocks && *size * 2u <= launch_max_cluster(f);)
        *size *= 2;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuOccupancyMaxActiveClusters(int *n, CUfunction handle,
                                                     const CUlaunchConfig *config)
{
    struct CUfunc_st *f;
    uint64_t blocks, cluster = 1;
    CUresult r = n ? blocks_on_device(handle, config, &f, &blocks) : CUDA_ERROR_INVALID_VALUE;

    if (r)
        return r;
    for (int i = 0; i < 3; i++)
        cluster *= f->kernel->reqcluster[i] ? f->kernel->reqcluster[i] : 1;
    for (unsigned i = 0; i < config->numAttrs; i++) {
        const CUlaunchAttributeValue *value = &config->attrs[i].value;
        if (config->attrs[i].id == CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION)
            cluster = (uint64_t)value->clusterDim.x * value->clusterDim.y * value->clusterDim.z;
    }
    if (!cluster || cluster > launch_max_cluster(f))
        return CUDA_ERROR_INVALID_CLUSTER_SIZE;
    *n = (int)(blocks / cluster);
    return CUDA_SUCCESS;
}
#endif

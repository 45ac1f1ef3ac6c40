/* SPDX-License-Identifier: MIT
 *
 * drv_value_default.c - streams that wait for a word of memory or write one. Compiled twice.
 */
#include "tools/softgpu/driver/driver.h"

#include <limits.h>

static CUresult put_value(struct CUstream_st *stream, enum work_kind kind, CUdeviceptr address,
                          uint64_t value, bool wide, unsigned compare)
{
    struct work work = {.kind = kind,
                        .value = {.address = address,
                                  .value = value,
                                  .wide = wide,
                                  .compare = (enum work_compare)compare}};
    size_t bytes = wide ? 8 : 4;

    if (address % bytes || !memory_holds(address, bytes, ~0u))
        return CUDA_ERROR_INVALID_VALUE;
    return stream_put(stream, &work, INT_MAX);
}

static CUresult wait_value(CUstream handle, CUdeviceptr address, uint64_t value, bool wide,
                           unsigned flags)
{
    static const enum work_compare compare[] = {[CU_STREAM_WAIT_VALUE_GEQ] = WORK_GEQ,
                                                [CU_STREAM_WAIT_VALUE_EQ] = WORK_EQ,
                                                [CU_STREAM_WAIT_VALUE_AND] = WORK_AND,
                                                [CU_STREAM_WAIT_VALUE_NOR] = WORK_NOR};
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    flags &= ~(unsigned)CU_STREAM_WAIT_VALUE_FLUSH;
    if (!r && flags > CU_STREAM_WAIT_VALUE_NOR)
        r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : put_value(stream, WORK_WAIT_VALUE, address, value, wide, compare[flags]);
}

static CUresult write_value(CUstream handle, CUdeviceptr address, uint64_t value, bool wide,
                            unsigned flags)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && (flags & ~(unsigned)CU_STREAM_WRITE_VALUE_NO_MEMORY_BARRIER))
        r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : put_value(stream, WORK_WRITE_VALUE, address, value, wide, WORK_GEQ);
}

EXPORT CUresult CUDAAPI cuStreamWaitValue32(CUstream stream, CUdeviceptr address, cuuint32_t value,
                                            unsigned int flags)
{
    return wait_value(stream, address, value, false, flags);
}

EXPORT CUresult CUDAAPI cuStreamWaitValue64(CUstream stream, CUdeviceptr address, cuuint64_t value,
                                            unsigned int flags)
{
    return wait_value(stream, address, value, true, flags);
}

EXPORT CUresult CUDAAPI cuStreamWriteValue32(CUstream stream, CUdeviceptr address, cuuint32_t value,
                                             unsigned int flags)
{
    return write_value(stream, address, value, false, flags);
}

EXPORT CUresult CUDAAPI cuStreamWriteValue64(CUstream stream, CUdeviceptr address, cuuint64_t value,
                                             unsigned int flags)
{
    return write_value(stream, address, value, true, flags);
}

static CUresult one_op(CUstream stream, const CUstreamBatchMemOpParams *op)
{
    switch ((int)op->operation) {
    case CU_STREAM_MEM_OP_WAIT_VALUE_32:
        return wait_value(stream, op->waitValue.address, op->waitValue.value, false,
                          op->waitValue.flags);
    case CU_STREAM_MEM_OP_WAIT_VALUE_64:
        return wait_value(stream, op->waitValue.address, op->waitValue.value64, true,
                          op->waitValue.flags);
    case CU_STREAM_MEM_OP_WRITE_VALUE_32:
        return write_value(stream, op->writeValue.address, op->writeValue.value, false,
                           op->writeValue.flags);
    case CU_STREAM_MEM_OP_WRITE_VALUE_64:
        return write_value(stream, op->writeValue.address, op->writeValue.value64, true,
                           op->writeValue.flags);
    case CU_STREAM_MEM_OP_FLUSH_REMOTE_WRITES:
    case 6: /* a barrier: operations of a stream are in order anyway */
        return CUDA_SUCCESS;
    default:
        return CUDA_ERROR_INVALID_VALUE;
    }
}

EXPORT CUresult CUDAAPI cuStreamBatchMemOp(CUstream stream, unsigned int count,
                                           CUstreamBatchMemOpParams *ops, unsigned int flags)
{
    CUresult r = CUDA_SUCCESS;

    if (flags || count > 256 || (count && !ops))
        return CUDA_ERROR_INVALID_VALUE;
    for (unsigned i = 0; !r && i < count; i++)
        r = one_op(stream, &ops[i]);
    return r;
}

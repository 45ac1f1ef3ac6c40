/* SPDX-License-Identifier: MIT
 *
 * capture.c - placeholder until graphs land in this branch.
 */
#include "tools/softgpu/driver/capture.h"

CUresult capture_check(struct CUstream_st *stream)
{
    (void)stream;
    return CUDA_SUCCESS;
}
CUresult capture_add(struct CUstream_st *stream, struct work *work, int priority)
{
    (void)stream;
    (void)work;
    (void)priority;
    return CUDA_ERROR_NOT_SUPPORTED;
}
CUresult capture_break(struct CUstream_st *stream, CUresult error)
{
    (void)stream;
    return error;
}
void capture_drop_stream(struct CUstream_st *stream)
{
    (void)stream;
}
CUresult capture_record(struct CUstream_st *stream, struct CUevent_st *event, bool *ret_done)
{
    (void)stream;
    (void)event;
    *ret_done = false;
    return CUDA_SUCCESS;
}
CUresult capture_wait(struct CUstream_st *stream, struct CUevent_st *event, bool *ret_done)
{
    (void)stream;
    (void)event;
    *ret_done = false;
    return CUDA_SUCCESS;
}
void capture_forget_event(struct CUevent_st *event)
{
    (void)event;
}
CUresult capture_allows_waiting(struct CUctx_st *ctx)
{
    (void)ctx;
    return CUDA_SUCCESS;
}

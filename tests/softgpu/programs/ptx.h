/* SPDX-License-Identifier: MIT
 *
 * ptx.h - small kernels in PTX by hand, and the first steps of a driver API program.
 */
#ifndef TESTS_SOFTGPU_PTX_H
#define TESTS_SOFTGPU_PTX_H

#include "expect.h"

#define PTX_HEAD ".version 7.0\n.target sm_70\n.address_size 64\n"

/* i: the thread's number in the grid, in %r4, %rd4 = 4 i. */
#define PTX_INDEX                                                                                  \
    "    .reg .b32 %r<16>;\n    .reg .b64 %rd<16>;\n    .reg .pred %p<4>;\n"                       \
    "    mov.u32 %r1, %ctaid.x;\n    mov.u32 %r2, %ntid.x;\n    mov.u32 %r3, %tid.x;\n"            \
    "    mad.lo.s32 %r4, %r1, %r2, %r3;\n    mul.wide.u32 %rd4, %r4, 4;\n"

/* v[i] = v[i] * 3 + x */
static const char ptx_step[] =
    PTX_HEAD ".visible .entry step(.param .u64 v, .param .u32 x)\n{\n" PTX_INDEX
             "    ld.param.u64 %rd1, [v];\n    ld.param.u32 %r5, [x];\n"
             "    add.s64 %rd2, %rd1, %rd4;\n    ld.global.u32 %r6, [%rd2];\n"
             "    mad.lo.s32 %r6, %r6, 3, %r5;\n    st.global.u32 [%rd2], %r6;\n    ret;\n}\n";

/* while (*flag != value); */
static const char ptx_wait[] =
    PTX_HEAD ".visible .entry wait(.param .u64 flag, .param .u32 value)\n{\n" PTX_INDEX
             "    ld.param.u64 %rd1, [flag];\n    ld.param.u32 %r5, [value];\n"
             "again:\n    ld.volatile.global.u32 %r6, [%rd1];\n    setp.ne.u32 %p1, %r6, %r5;\n"
             "    @%p1 bra again;\n    ret;\n}\n";

/* A kernel that takes n turns of a loop: some time. */
static const char ptx_work[] =
    PTX_HEAD ".visible .entry work(.param .u32 n)\n{\n" PTX_INDEX
             "    ld.param.u32 %r5, [n];\nagain:\n    sub.s32 %r5, %r5, 1;\n"
             "    setp.gt.s32 %p1, %r5, 0;\n    @%p1 bra again;\n    ret;\n}\n";

static inline CUcontext make_context(void)
{
    CUcontext ctx;

    CHECK(cuInit(0));
    CHECK(cuDevicePrimaryCtxRetain(&ctx, 0));
    CHECK(cuCtxSetCurrent(ctx));
    return ctx;
}

static inline CUfunction load(const char *ptx, const char *name)
{
    CUfunction function;
    CUmodule module;

    CHECK(cuModuleLoadData(&module, ptx));
    CHECK(cuModuleGetFunction(&function, module, name));
    return function;
}

static inline void launch_step(CUfunction step, CUdeviceptr v, unsigned n, unsigned x,
                               CUstream stream)
{
    void *params[] = {&v, &x};

    CHECK(cuLaunchKernel(step, n / 32, 1, 1, 32, 1, 1, 0, stream, params, NULL));
}

#endif

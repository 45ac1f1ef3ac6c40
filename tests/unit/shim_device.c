/* SPDX-License-Identifier: MIT
 *
 * shim_device.c - see shim_device.h.
 */
#include "tests/unit/shim_device.h"

#include <dlfcn.h>
#include <ftw.h>
#include <stdio.h>

#include "shim/doors.h"
#include "shim/order.h"
#include "shim/state.h"

const char device_step[] =
    ".version 7.0\n.target sm_70\n.address_size 64\n"
    ".visible .global .u32 counter;\n"
    ".visible .entry step(.param .u64 v, .param .u32 x)\n{\n"
    "    .reg .b32 %r<4>;\n    .reg .b64 %rd<4>;\n"
    "    ld.param.u64 %rd1, [v];\n    ld.param.u32 %r1, [x];\n    mov.u32 %r2, %ctaid.x;\n"
    "    mul.wide.u32 %rd2, %r2, 4;\n    add.s64 %rd2, %rd1, %rd2;\n"
    "    ld.global.u32 %r3, [%rd2];\n    add.u32 %r3, %r3, %r1;\n"
    "    st.global.u32 [%rd2], %r3;\n    ret;\n}\n"
    ".visible .entry other(.param .u64 v)\n{\n    ret;\n}\n";

static CUcontext context;
static char cache_folder[] = "/tmp/sliver-test-XXXXXX";

/* What doors_dlsym.c has for a process that has doors. */
void *doors_real_dlsym(void *handle, const char *name)
{
    return dlsym(handle, name);
}

void *device_symbol(const char *name)
{
    void *symbol = dlsym(driver.library, name);
    assert_non_null(symbol);
    return symbol;
}

int device_setup(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(cache_folder));
    setenv("SLIVER_CACHE", cache_folder, 1);
    setenv("SLIVER_SLICE", "step*=1", 1);
    setenv("SLIVER_STALL", "60s", 1); /* what is held here is held on purpose */
    assert_int_equal(driver_open(true), DRIVER_ON);
    assert_true(shim_ready());
    OK(CU(cuInit)(0));
    OK(hook_cuDevicePrimaryCtxRetain(&context, 0));
    OK(CU(cuCtxSetCurrent)(context));
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

int device_teardown(void **state)
{
    (void)state;
    OK(hook_cuCtxSynchronize());
    OK(hook_cuDevicePrimaryCtxRelease_v2(0));
    nftw(cache_folder, remove_one, 4, FTW_DEPTH | FTW_PHYS);
    return 0;
}

CUcontext device_context(void)
{
    return context;
}

struct device_kernel device_load(const char *ptx, const char *name)
{
    struct device_kernel kernel;
    OK(hook_cuModuleLoadData(&kernel.module, ptx));
    OK(hook_cuModuleGetFunction(&kernel.function, kernel.module, name));
    return kernel;
}

CUresult device_launch(CUfunction function, unsigned blocks, CUdeviceptr v, unsigned x,
                       CUstream stream, enum driver_flavour flavour)
{
    void *params[] = {&v, &x};
    return hook_cuLaunchKernel(flavour, function, blocks, 1, 1, 1, 1, 1, 0, stream, params, NULL);
}

void *device_pinned(size_t bytes)
{
    void *host;
    OK(CU(cuMemHostAlloc)(&host, bytes, 0));
    memset(host, 0, bytes);
    return host;
}

/* A kernel's first slice is waited for, so its first launch goes to an empty stream. */
void device_prepare(struct device_hold *hold, CUstream stream)
{
    *hold = (struct device_hold){.stream = stream};
    hold->word = device_pinned(sizeof(*hold->word));
    hold->host_v = device_pinned(HOLD_BLOCKS * sizeof(*hold->host_v));
    hold->v = (CUdeviceptr)hold->host_v;
    hold->step = device_load(device_step, "step");
    OK(device_launch(hold->step.function, 2, hold->v, 0, stream, FLAVOUR_LEGACY));
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, stream));
}

void device_block(struct device_hold *hold)
{
    CUstream stream = hold->stream;
    OK(driver.cuStreamWaitValue32_v2(stream, (CUdeviceptr)hold->word, 1, CU_STREAM_WAIT_VALUE_EQ));
    OK(device_launch(hold->step.function, HOLD_BLOCKS, hold->v, 1, stream, FLAVOUR_LEGACY));
    assert_true(shim_held());
}

void device_hold(struct device_hold *hold, CUstream stream)
{
    device_prepare(hold, stream);
    device_block(hold);
}

void device_go(struct device_hold *hold)
{
    __atomic_store_n(hold->word, 1, __ATOMIC_RELEASE);
}

void device_done(struct device_hold *hold)
{
    device_go(hold);
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, hold->stream));
    for (unsigned i = 0; i < HOLD_BLOCKS; i++)
        assert_int_equal(hold->host_v[i], 1);
    OK(hook_cuModuleUnload(hold->step.module));
    OK(CU(cuMemFreeHost)(hold->word));
    OK(CU(cuMemFreeHost)(hold->host_v));
}

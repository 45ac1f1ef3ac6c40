/* SPDX-License-Identifier: MIT
 *
 * test_shim_launch.c - the way of a launch: what goes straight, what in slices, what the driver
 * gets of it, and what it refuses at once.
 */
#include "shim/launch.h"
#include "tests/unit/shim_device.h"

#define MOST 64

/* What the driver was asked to launch. */
static struct {
    CUfunction function;
    unsigned blocks;
    CUstream stream;
    unsigned n_attributes;
} seen[MOST];
static unsigned n_seen;
static CUfunction knock; /* not the program's: what a busy machine makes the scheduler ask with */
static __typeof__(&cuLaunchKernel) launch_kernel;
static __typeof__(&cuLaunchKernelEx) launch_kernel_ex;

static void note(CUfunction function, unsigned blocks, CUstream stream, unsigned n_attributes)
{
    if (function == knock)
        return;
    assert_true(n_seen < MOST);
    seen[n_seen].function = function;
    seen[n_seen].blocks = blocks;
    seen[n_seen].stream = stream;
    seen[n_seen++].n_attributes = n_attributes;
}

static CUresult note_launch(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx,
                            unsigned by, unsigned bz, unsigned shared, CUstream stream,
                            void **params, void **extra)
{
    note(f, gx * gy * gz, stream, 0);
    return launch_kernel(f, gx, gy, gz, bx, by, bz, shared, stream, params, extra);
}

static CUresult note_launch_ex(const CUlaunchConfig *config, CUfunction f, void **params,
                               void **extra)
{
    note(f, config->gridDimX * config->gridDimY * config->gridDimZ, config->hStream,
         config->numAttrs);
    return launch_kernel_ex(config, f, params, extra);
}

static int setup(void **state)
{
    device_setup(state);
    launch_kernel = driver.cuLaunchKernel;
    launch_kernel_ex = driver.cuLaunchKernelEx;
    driver.cuLaunchKernel = note_launch;
    driver.cuLaunchKernelEx = note_launch_ex;
    return 0;
}

static struct device_kernel step;
static uint32_t *v;
static CUstream stream;

static void begin(void)
{
    step = device_load(device_step, "step");
    v = device_pinned(MOST * sizeof(*v));
    OK(CU(cuStreamCreate)(&stream, CU_STREAM_NON_BLOCKING));
    /* what is launched once a context or kernel */
    OK(device_launch(step.function, 2, (CUdeviceptr)v, 0, stream, FLAVOUR_LEGACY));
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, stream));
    knock = context_current()->knock;
    n_seen = 0;
}

static void end(void)
{
    OK(hook_cuStreamDestroy_v2(stream));
    OK(hook_cuModuleUnload(step.module));
    OK(CU(cuMemFreeHost)(v));
}

/* Sums that every block has added x once. */
static void assert_added(unsigned blocks, uint32_t x)
{
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, stream));
    for (unsigned i = 0; i < blocks; i++)
        assert_int_equal(v[i], x);
    assert_int_equal(v[blocks], 0);
}

/* "step" in slices of one block: the twin, whose blocks add up to the grid. */
static void test_slices(void **state)
{
    unsigned blocks = 0;
    (void)state;
    begin();
    OK(device_launch(step.function, 8, (CUdeviceptr)v, 3, stream, FLAVOUR_LEGACY));
    assert_added(8, 3);
    for (unsigned i = 0; i < n_seen; i++) {
        assert_ptr_not_equal(seen[i].function, step.function);
        blocks += seen[i].blocks;
    }
    assert_int_equal(blocks, 8);
    assert_int_equal(n_seen, 8);
    end();
}

/* No larger than a slice, or excluded by the rules: the original, as the program asked. */
static void test_whole(void **state)
{
    struct device_kernel other;
    (void)state;
    begin();
    OK(device_launch(step.function, 1, (CUdeviceptr)v, 5, stream, FLAVOUR_LEGACY));
    assert_added(1, 5);
    assert_int_equal(n_seen, 1);
    assert_ptr_equal(seen[0].function, step.function);
    assert_ptr_equal(seen[0].stream, stream);
    n_seen = 0;
    OK(hook_cuModuleGetFunction(&other.function, step.module, "other"));
    void *params[] = {&v};
    OK(hook_cuLaunchKernel(FLAVOUR_LEGACY, other.function, 8, 1, 1, 1, 1, 1, 0, stream, params,
                           NULL));
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, stream));
    assert_int_equal(n_seen, 1);
    assert_ptr_equal(seen[0].function, other.function);
    assert_int_equal(seen[0].blocks, 8);
    end();
}

/* Parameters in one buffer are the same as by pointers. */
static void test_packed(void **state)
{
    struct {
        CUdeviceptr v;
        uint32_t x;
    } packed;
    size_t bytes = sizeof(CUdeviceptr) + sizeof(uint32_t);
    void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, &packed, CU_LAUNCH_PARAM_BUFFER_SIZE, &bytes,
                     CU_LAUNCH_PARAM_END};
    (void)state;
    begin();
    packed.v = (CUdeviceptr)v;
    packed.x = 7;
    OK(hook_cuLaunchKernel(FLAVOUR_LEGACY, step.function, 6, 1, 1, 1, 1, 1, 0, stream, NULL,
                           extra));
    assert_added(6, 7);
    assert_int_equal(n_seen, 6);
    end();
}

/* Attributes go with every slice, but what ties it to its predecessor only with the first. */
static void test_attributes(void **state)
{
    uint32_t x = 2;
    CUdeviceptr at;
    void *params[] = {&at, &x};
    CUlaunchAttribute attributes[2] = {
        {.id = CU_LAUNCH_ATTRIBUTE_PRIORITY},
        {.id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION},
    };
    attributes[1].value.programmaticStreamSerializationAllowed = 1;
    (void)state;
    begin();
    at = (CUdeviceptr)v;
    CUlaunchConfig config = {.gridDimX = 4,
                             .gridDimY = 1,
                             .gridDimZ = 1,
                             .blockDimX = 1,
                             .blockDimY = 1,
                             .blockDimZ = 1,
                             .hStream = stream,
                             .attrs = attributes,
                             .numAttrs = 2};
    OK(hook_cuLaunchKernelEx(FLAVOUR_LEGACY, &config, step.function, params, NULL));
    assert_added(4, 2);
    assert_int_equal(n_seen, 4);
    for (unsigned i = 0; i < n_seen; i++)
        assert_int_equal(seen[i].n_attributes, i ? 1 : 2);
    end();
}

/* At once, with the driver's own code, also while something is held on the stream. */
static void test_refused(void **state)
{
    struct device_hold hold;
    (void)state;
    begin();
    assert_int_equal(device_launch(NULL, 1, 0, 0, stream, FLAVOUR_LEGACY),
                     CUDA_ERROR_INVALID_HANDLE);
    assert_int_equal(device_launch(step.function, 0, (CUdeviceptr)v, 1, stream, FLAVOUR_LEGACY),
                     CUDA_ERROR_INVALID_VALUE);
    device_hold(&hold, stream);
    device_go(&hold);
    assert_int_equal(device_launch(step.function, 0, (CUdeviceptr)v, 1, stream, FLAVOUR_LEGACY),
                     CUDA_ERROR_INVALID_VALUE);
    device_done(&hold);
    assert_int_equal(v[0], 0);
    end();
}

/* What is captured is a node of the graph: the original with all its blocks, and nothing runs. */
static void test_captured(void **state)
{
    CUgraph graph;
    CUgraphNode nodes[4];
    CUDA_KERNEL_NODE_PARAMS params;
    size_t n = 4;
    (void)state;
    begin();
    OK(hook_cuStreamBeginCapture_v2(FLAVOUR_LEGACY, stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    OK(device_launch(step.function, 8, (CUdeviceptr)v, 1, stream, FLAVOUR_LEGACY));
    OK(hook_cuStreamEndCapture(FLAVOUR_LEGACY, stream, &graph));
    OK(CU(cuGraphGetNodes)(graph, nodes, &n));
    assert_int_equal(n, 1);
    OK(CU(cuGraphKernelNodeGetParams_v2)(nodes[0], &params));
    assert_ptr_equal(params.func, step.function);
    assert_int_equal(params.gridDimX, 8);
    assert_int_equal(v[0], 0);
    OK(CU(cuGraphDestroy)(graph));
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices),  cmocka_unit_test(test_whole),
        cmocka_unit_test(test_packed),  cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_captured),
    };
    return cmocka_run_group_tests_name("shim_launch", tests, setup, device_teardown);
}

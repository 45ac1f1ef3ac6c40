/* SPDX-License-Identifier: MIT
 *
 * run_cuda.c - forms through the CUDA driver, which is opened at run time: the program builds
 * without CUDA's headers, and runs on whatever libcuda.so.1 is found.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/softgpu/diff/run.h"

/* Of the driver API's stable ABI: handles are pointers, results ints. */
#define JIT_ERROR_LOG_BUFFER       5
#define JIT_ERROR_LOG_BUFFER_BYTES 6

static struct {
    int (*init)(unsigned);
    int (*device_get)(int *, int);
    int (*retain)(void **, int);
    int (*set_current)(void *);
    int (*alloc)(uint64_t *, size_t);
    int (*to_device)(uint64_t, const void *, size_t);
    int (*to_host)(void *, uint64_t, size_t);
    int (*fill)(uint64_t, unsigned char, size_t);
    int (*load)(void **, const void *, unsigned, int *, void **);
    int (*unload)(void *);
    int (*function)(void **, void *, const char *);
    int (*launch)(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                  void *, void **, void **);
    int (*synchronize)(void);
} cu;

struct state {
    uint64_t out, scratch, sources[3];
};

static bool find_all(void *library)
{
    const struct {
        void *at;
        const char *name;
    } names[] = {
        {&cu.init, "cuInit"},
        {&cu.device_get, "cuDeviceGet"},
        {&cu.retain, "cuDevicePrimaryCtxRetain"},
        {&cu.set_current, "cuCtxSetCurrent"},
        {&cu.alloc, "cuMemAlloc_v2"},
        {&cu.to_device, "cuMemcpyHtoD_v2"},
        {&cu.to_host, "cuMemcpyDtoH_v2"},
        {&cu.fill, "cuMemsetD8_v2"},
        {&cu.load, "cuModuleLoadDataEx"},
        {&cu.unload, "cuModuleUnload"},
        {&cu.function, "cuModuleGetFunction"},
        {&cu.launch, "cuLaunchKernel"},
        {&cu.synchronize, "cuCtxSynchronize"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        void *symbol = dlsym(library, names[i].name);
        if (!symbol) {
            fprintf(stderr, "no %s\n", names[i].name);
            return false;
        }
        memcpy(names[i].at, &symbol, sizeof(symbol));
    }
    return true;
}

static void *open_state(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW), *context;
    struct state *state = calloc(1, sizeof(*state));
    int device, r = 0;

    if (!state || !library || !find_all(library)) {
        fprintf(stderr, "no CUDA driver\n");
        return NULL;
    }
    r = cu.init(0);
    r = r ? r : cu.device_get(&device, 0);
    r = r ? r : cu.retain(&context, device);
    r = r ? r : cu.set_current(context);
    r = r ? r : cu.alloc(&state->out, DIFF_N * 8);
    r = r ? r : cu.alloc(&state->scratch, DIFF_N * DIFF_SCRATCH);
    for (unsigned i = 0; i < 3; i++)
        r = r ? r : cu.alloc(&state->sources[i], DIFF_N * 8);
    if (r)
        fprintf(stderr, "CUDA error %d\n", r);
    return r ? NULL : state;
}

static int load(const char *text, void **ret_module, char *ret_message, size_t size)
{
    int options[] = {JIT_ERROR_LOG_BUFFER, JIT_ERROR_LOG_BUFFER_BYTES};
    void *values[] = {ret_message, (void *)size};

    ret_message[0] = 0;
    return cu.load(ret_module, text, 2, options, values);
}

static bool run(void *arg, const struct form *form, const char *text, uint64_t results[DIFF_N],
                char *ret_message, size_t size)
{
    struct state *state = arg;
    void *params[] = {&state->out, &state->scratch, &state->sources[0], &state->sources[1],
                      &state->sources[2]};
    static uint64_t values[DIFF_N];
    void *module, *function;
    int r = load(text, &module, ret_message, size);

    if (r)
        return false;
    for (unsigned i = 0; i < form->n_sources && !r; i++) {
        form_operands(form, i, values);
        r = cu.to_device(state->sources[i], values, sizeof(values));
    }
    r = r ? r : cu.fill(state->out, 0, DIFF_N * 8);
    r = r ? r : cu.fill(state->scratch, 0, DIFF_N * DIFF_SCRATCH);
    r = r ? r : cu.function(&function, module, "k");
    r = r ? r : cu.launch(function, DIFF_BLOCKS, 1, 1, DIFF_THREADS, 1, 1, 0, NULL, params, NULL);
    r = r ? r : cu.synchronize();
    r = r ? r : cu.to_host(results, state->out, DIFF_N * 8);
    cu.unload(module);
    if (r)
        snprintf(ret_message, size, "CUDA error %d", r);
    return r == 0;
}

const struct diff_device diff_cuda = {open_state, free, run};

/* SPDX-License-Identifier: MIT
 *
 * test_pick.c - does the driver take from a fatbin what image_pick and image_pick_machine_code say?
 * Each code in a fatbin writes a number of its own; the fatbin is loaded and run. Machine code is made
 * by the driver's linker, so that no toolkit is needed. Exits with 77 where there is no GPU.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cuda.h>

#include "ptx-rewriter/image.h"
#include "tests/unit/image_build.h"

enum { MAX_CODES = 8 };

/* The driver is looked up by hand: this is built where there may be none. */
#define DRIVER_CALLS(CALL)                                                                         \
    CALL(cuInit, (unsigned))                                                                       \
    CALL(cuDeviceGet, (CUdevice *, int))                                                           \
    CALL(cuDeviceGetAttribute, (int *, CUdevice_attribute, CUdevice))                              \
    CALL(cuDevicePrimaryCtxRetain, (CUcontext *, CUdevice))                                        \
    CALL(cuCtxSetCurrent, (CUcontext))                                                             \
    CALL(cuModuleLoadData, (CUmodule *, const void *))                                             \
    CALL(cuModuleUnload, (CUmodule))                                                               \
    CALL(cuModuleGetFunction, (CUfunction *, CUmodule, const char *))                              \
    CALL(cuMemAlloc_v2, (CUdeviceptr *, size_t))                                                   \
    CALL(cuMemsetD32_v2, (CUdeviceptr, unsigned, size_t))                                          \
    CALL(cuMemcpyDtoH_v2, (void *, CUdeviceptr, size_t))                                           \
    CALL(cuLaunchKernel, (CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,  \
                          unsigned, CUstream, void **, void **))                                   \
    CALL(cuLinkCreate_v2, (unsigned, CUjit_option *, void **, CUlinkState *))                      \
    CALL(cuLinkAddData_v2, (CUlinkState, CUjitInputType, void *, size_t, const char *, unsigned,   \
                            CUjit_option *, void **))                                              \
    CALL(cuLinkComplete, (CUlinkState, void **, size_t *))                                         \
    CALL(cuLinkDestroy, (CUlinkState))

#define DECLARE(name, parameters) static CUresult(*call_##name) parameters;
DRIVER_CALLS(DECLARE)

static bool find_driver(void)
{
    void *driver = dlopen("libcuda.so.1", RTLD_NOW);

    if (!driver)
        return false;
#define FIND(name, parameters)                                                                     \
    if (!(call_##name = (CUresult(*) parameters)dlsym(driver, #name)))                             \
        return false;
    DRIVER_CALLS(FIND)
    return true;
}

#define CHECK(call)                                                                                \
    do {                                                                                           \
        CUresult result_ = (call);                                                                 \
        if (result_ != CUDA_SUCCESS) {                                                             \
            fprintf(stderr, "%s:%d: %s: error %d\n", __FILE__, __LINE__, #call, result_);          \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static unsigned cc;
static CUdeviceptr number;
static unsigned n_wrong;

static void make_ptx(char *text, size_t size, unsigned arch, char variant, unsigned value)
{
    snprintf(text, size,
             ".version %s\n.target sm_%u%.1s\n.address_size 64\n"
             ".visible .entry k(.param .u64 p)\n{\n.reg .b64 %%rd<2>;\n.reg .b32 %%r<2>;\n"
             "ld.param.u64 %%rd1, [p];\nmov.u32 %%r1, %u;\nst.global.u32 [%%rd1], %%r1;\nret;\n}\n",
             arch >= 100  ? "8.8"
             : arch >= 90 ? "8.0"
                          : "7.0",
             arch, &variant, value);
}

/* Machine code for the device at hand; free() it. */
static void *compile(const char *ptx, size_t *ret_size)
{
    CUlinkState link;
    void *cubin, *copy;

    CHECK(call_cuLinkCreate_v2(0, NULL, NULL, &link));
    CHECK(call_cuLinkAddData_v2(link, CU_JIT_INPUT_PTX, (void *)ptx, strlen(ptx) + 1, "k", 0, NULL,
                                NULL));
    CHECK(call_cuLinkComplete(link, &cubin, ret_size));
    copy = malloc(*ret_size);
    if (!copy)
        exit(1);
    memcpy(copy, cubin, *ret_size);
    CHECK(call_cuLinkDestroy(link));
    return copy;
}

/* The number that the kernel writes. */
static unsigned run_function(CUfunction function)
{
    unsigned value = 0;
    void *parameters[] = {&number};

    CHECK(call_cuMemsetD32_v2(number, 0, 1));
    CHECK(call_cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, NULL, parameters, NULL));
    CHECK(call_cuMemcpyDtoH_v2(&value, number, sizeof(value)));
    return value;
}

/* 0 if the image does not load. */
static unsigned run_image(const void *data)
{
    CUmodule module;
    CUfunction function;

    if (call_cuModuleLoadData(&module, data) != CUDA_SUCCESS)
        return 0;
    CHECK(call_cuModuleGetFunction(&function, module, "k"));
    unsigned value = run_function(function);
    CHECK(call_cuModuleUnload(module));
    return value;
}

/* Words: D and L stand for the device's and an older architecture, N for a newer one; "D" is PTX,
 * "sD/L" machine code for D compiled from PTX for L, "a" behind a letter the variant. */
static unsigned read_arch(const char **words)
{
    char letter = *(*words)++;

    return letter == 'D' ? cc : letter == 'L' ? 75 : cc + 20;
}

static void add_code(struct image_build *build, const char **words, unsigned value)
{
    struct image_build_entry entry = {.kind = **words == 's' ? 2 : 1, .options = ""};
    char text[1024];

    *words += entry.kind == 2;
    entry.arch = read_arch(words);
    if (**words == 'a')
        entry.variant = *(*words)++;
    if (entry.kind == 2) {
        ++*words; /* the slash */
        unsigned from = read_arch(words);
        make_ptx(text, sizeof(text), from, entry.variant, value);
        entry.payload = compile(text, &entry.payload_bytes);
    } else {
        make_ptx(text, sizeof(text), entry.arch, entry.variant, value);
        entry.payload = strdup(text);
        entry.payload_bytes = strlen(text) + 1;
    }
    image_build_add(build, &entry);
    free((void *)entry.payload);
}

/* The number of the code that we think the driver takes; 0: none. */
static unsigned predict(const struct image *image, bool *ret_left_alone)
{
    const struct image_entry *taken = image_pick_machine_code(image, 0, cc), *ptx;
    const char *reason;

    image_pick(image, 0, cc, &ptx, &reason);
    *ret_left_alone = !ptx;
    if (!taken)
        taken = ptx;
    return taken ? (unsigned)(taken - image->entries) + 1 : 0;
}

static void check(const char *words)
{
    struct image_build build;
    struct image image;
    bool left_alone;
    unsigned n = 0;

    image_build_begin(&build);
    for (const char *at = words; *at; at += *at == ' ')
        add_code(&build, &at, ++n);
    if (image_open(build.bytes, build.size_bytes, &image) != 0)
        exit(1);
    unsigned wanted = predict(&image, &left_alone), got = run_image(build.bytes);
    bool wrong = got != wanted && !left_alone;
    printf("%s %-16s driver takes %u, predicted %u%s\n", wrong ? "WRONG" : "ok   ", words, got,
           wanted, left_alone ? ", left alone" : "");
    n_wrong += wrong;
    image_finish(&image);
    image_build_free(&build);
}

/* Since CUDA 12.0; headers before that lack the types. */
static bool load_library(const void *data, CUfunction *ret_function)
{
    void *driver = dlopen("libcuda.so.1", RTLD_NOW), *library, *kernel;
    CUresult (*load)(void **, const void *, void *, void *, unsigned, void *, void *, unsigned) =
        dlsym(driver, "cuLibraryLoadData");
    CUresult (*get_kernel)(void **, void *, const char *) = dlsym(driver, "cuLibraryGetKernel");
    CUresult (*get_function)(CUfunction *, void *) = dlsym(driver, "cuKernelGetFunction");

    if (!load || !get_kernel || !get_function)
        return false;
    CHECK(load(&library, data, NULL, NULL, 0, NULL, NULL, 0));
    CHECK(get_kernel(&kernel, library, "k"));
    CHECK(get_function(ret_function, kernel));
    return true;
}

static const char caller[] =
    ".version 7.0\n.target sm_75\n.address_size 64\n.extern .func (.param .b32 r) seven();\n"
    ".visible .entry k(.param .u64 p)\n{\n.reg .b64 %rd<2>;\n.reg .b32 %r<2>;\n"
    "ld.param.u64 %rd1, [p];\n{\n.param .b32 v;\ncall.uni (v), seven, ();\n"
    "ld.param.b32 %r1, [v];\n}\nst.global.u32 [%rd1], %r1;\nret;\n}\n";
static const char callee[] = ".version 7.0\n.target sm_75\n.address_size 64\n"
                             ".visible .func (.param .b32 r) seven()\n"
                             "{\nst.param.b32 [r], 7;\nret;\n}\n";

static void build_unit(struct image_build *build, const char *ptx)
{
    image_build_begin(build);
    image_build_add(build, &(struct image_build_entry){.kind = 1,
                                                       .arch = 75,
                                                       .payload = ptx,
                                                       .payload_bytes = strlen(ptx) + 1,
                                                       .options = "--compile-only "});
}

/* A version-2 wrapper whose linked fatbin has nothing for the device: the driver links the units. It
 * does so for cuLibraryLoadData only, which is what the runtime calls. */
static void check_units(void)
{
    struct image_build linked, units[2];
    CUfunction function;

    image_build_begin(&linked);
    build_unit(&units[0], caller);
    build_unit(&units[1], callee);
    const void *prelinked[] = {units[0].bytes, units[1].bytes, NULL};
    struct {
        uint32_t magic, version;
        const void *fatbin, *prelinked;
    } wrapper = {0x466243B1, 2, linked.bytes, prelinked};
    if (load_library(&wrapper, &function)) {
        unsigned got = run_function(function);
        printf("%s units linked by the driver: %u\n", got == 7 ? "ok   " : "WRONG", got);
        n_wrong += got != 7;
    }
    image_build_free(&linked);
    image_build_free(&units[0]);
    image_build_free(&units[1]);
}

static bool find_device(void)
{
    CUdevice device;
    CUcontext context;
    int major, minor;

    if (!find_driver() || call_cuInit(0) != CUDA_SUCCESS ||
        call_cuDeviceGet(&device, 0) != CUDA_SUCCESS)
        return false;
    CHECK(call_cuDeviceGetAttribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device));
    CHECK(call_cuDeviceGetAttribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device));
    CHECK(call_cuDevicePrimaryCtxRetain(&context, device));
    CHECK(call_cuCtxSetCurrent(context));
    CHECK(call_cuMemAlloc_v2(&number, sizeof(unsigned)));
    cc = (unsigned)(10 * major + minor);
    return true;
}

int main(void)
{
    static const char *const cases[] = {
        "L",      "D",         "L D",       "D L",           "N",      "N L",
        "D D",    "sD/D",      "sD/D D",    "D sD/D",        "sD/L L", "sD/L L D",
        "sD/L D", "sD/D sD/L", "sD/D sD/D", "sD/L sD/D D L",
    };
    static const char *const variant_cases[] = {
        "Da", "D Da", "Da D", "Na L", "sD/D Da", "sDa/D D", "sD/D sDa/D Da D", "sDa/D sD/D Da D",
    };

    setvbuf(stdout, NULL, _IOLBF, 0); /* what a crash would lose */
    if (!find_device())
        return 77;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check(cases[i]);
    for (size_t i = 0; cc >= 90 && i < sizeof(variant_cases) / sizeof(variant_cases[0]); i++)
        check(variant_cases[i]);
    check_units();
    return n_wrong > 0;
}

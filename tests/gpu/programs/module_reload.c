/* SPDX-License-Identifier: MIT
 *
 * Modules loaded, used and unloaded again and again, two at a time in turn, from data whose
 * memory is reused for another text each time; a handle may come back with another kernel behind
 * it.
 */
// build: $CC $IN -o $BIN -lcuda
// expect-sliced: work*
#include "driver.h"

enum { ROUNDS = 24, BLOCKS = 60, BLOCK = 32, N = BLOCKS * BLOCK };

static const char pattern[] =
    ".version 8.0\n.target sm_90\n.address_size 64\n"
    ".global .u32 salt = %u;\n"
    ".visible .entry work%u(.param .u64 v)\n{\n"
    "  .reg .u32 %%r<8>; .reg .u64 %%rd<4>;\n"
    "  ld.param.u64 %%rd1, [v]; cvta.to.global.u64 %%rd1, %%rd1;\n"
    "  mov.u32 %%r1, %%ctaid.x; mov.u32 %%r2, %%tid.x; mad.lo.u32 %%r3, %%r1, 32, %%r2;\n"
    "  mul.wide.u32 %%rd2, %%r3, 4; add.s64 %%rd3, %%rd1, %%rd2;\n"
    "  ld.global.u32 %%r4, [%%rd3]; ld.global.u32 %%r5, [salt];\n"
    "  mad.lo.u32 %%r6, %%r4, %u, %%r5; xor.b32 %%r6, %%r6, %%r1;\n"
    "  st.global.u32 [%%rd3], %%r6; ret;\n}\n";

static CUmodule load(char *buffer, size_t size, unsigned round, CUfunction *ret_function)
{
    char name[32];
    CUmodule module;

    snprintf(buffer, size, pattern, round * 7 + 1, round % 3, round * 2 + 3);
    snprintf(name, sizeof(name), "work%u", round % 3);
    CHECK(cuModuleLoadData(&module, buffer));
    memset(buffer, ' ', size - 1);
    CHECK(cuModuleGetFunction(ret_function, module, name));
    return module;
}

int main(int argc, char **argv)
{
    char buffer[4096];
    CUmodule before = NULL;
    CUdeviceptr v;

    (void)argc;
    (void)argv;
    driver_start();
    v = driver_words(N, 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        void *args[] = {&v};
        CUfunction function;
        CUmodule module = load(buffer, sizeof(buffer), round, &function);
        for (int k = 0; k < 3; k++)
            CHECK(cuLaunchKernel(function, BLOCKS, 1, 1, BLOCK, 1, 1, 0, NULL, args, NULL));
        CHECK(cuCtxSynchronize());
        if (before)
            CHECK(cuModuleUnload(before));
        before = module;
    }
    driver_show("v", v, N * 4);
    return 0;
}

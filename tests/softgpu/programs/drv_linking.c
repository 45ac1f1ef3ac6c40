// SPDX-License-Identifier: MIT
//
// Two texts linked at run time: one calls the other's function; the result loads again and again.
#include "ptx.h"

static const char caller[] = PTX_HEAD
    ".extern .func (.param .b32 r) twice(.param .b32 x);\n.extern .global .u32 shift;\n"
    ".visible .entry run(.param .u64 to)\n{\n    .reg .b32 %r<4>;\n    .reg .b64 %rd<2>;\n"
    "    ld.param.u64 %rd1, [to];\n    mov.u32 %r1, 21;\n    {\n    .param .b32 a;\n    .param "
    ".b32 b;\n"
    "    st.param.b32 [a], %r1;\n    call (b), twice, (a);\n    ld.param.b32 %r2, [b];\n    }\n"
    "    ld.global.u32 %r3, [shift];\n    add.s32 %r2, %r2, %r3;\n    st.global.u32 [%rd1], %r2;\n"
    "    ret;\n}\n";
static const char callee[] =
    PTX_HEAD ".visible .global .u32 shift = 100;\n"
             ".visible .func (.param .b32 r) twice(.param .b32 x)\n{\n    .reg .b32 %r<2>;\n"
             "    ld.param.b32 %r1, [x];\n    shl.b32 %r1, %r1, 1;\n    st.param.b32 [r], %r1;\n   "
             " ret;\n}\n";

int main(void)
{
    CUlinkState state;
    CUfunction function;
    CUdeviceptr to;
    CUmodule module;
    void *image, *copy, *params[] = {&to};
    unsigned got;
    size_t bytes;

    make_context();
    CHECK(cuMemAlloc(&to, 4));
    CHECK(cuLinkCreate(0, NULL, NULL, &state));
    EXPECT(cuLinkAddData(state, CU_JIT_INPUT_PTX, PTX_HEAD ".entry k() { nonsense }",
                         sizeof(PTX_HEAD ".entry k() { nonsense }"), "broken", 0, NULL,
                         NULL) == CUDA_ERROR_INVALID_PTX);
    CHECK(cuLinkDestroy(state));
    CHECK(cuLinkCreate(0, NULL, NULL, &state));
    CHECK(cuLinkAddData(state, CU_JIT_INPUT_PTX, (void *)caller, sizeof(caller), "caller", 0, NULL,
                        NULL));
    EXPECT(cuLinkComplete(state, &image, &bytes) != CUDA_SUCCESS);
    CHECK(cuLinkDestroy(state));
    CHECK(cuLinkCreate(0, NULL, NULL, &state));
    CHECK(cuLinkAddData(state, CU_JIT_INPUT_PTX, (void *)caller, sizeof(caller), "caller", 0, NULL,
                        NULL));
    CHECK(cuLinkAddData(state, CU_JIT_INPUT_PTX, (void *)callee, sizeof(callee), "callee", 0, NULL,
                        NULL));
    CHECK(cuLinkComplete(state, &image, &bytes));
    copy = malloc(bytes);
    memcpy(copy, image, bytes);
    CHECK(cuLinkDestroy(state));
    for (int round = 0; round < 3; round++) {
        CHECK(cuModuleLoadData(&module, copy));
        CHECK(cuModuleGetFunction(&function, module, "run"));
        CHECK(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, NULL, params, NULL));
        CHECK(cuMemcpyDtoH(&got, to, 4));
        EXPECT(got == 142);
        CHECK(cuModuleUnload(module));
    }
    CHECK(cuLinkCreate(0, NULL, NULL, &state));
    CHECK(cuLinkAddData(state, CU_JIT_INPUT_CUBIN, copy, bytes, "again", 0, NULL, NULL));
    CHECK(cuLinkComplete(state, &image, &bytes));
    CHECK(cuModuleLoadData(&module, image));
    CHECK(cuLinkDestroy(state));
    free(copy);
    return finish();
}

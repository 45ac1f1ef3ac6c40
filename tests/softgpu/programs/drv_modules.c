// SPDX-License-Identifier: MIT
//
// Modules: functions and globals by name, what is not there, files, unloading; a JIT log with
// line.
#include "ptx.h"

static const char with_globals[] = PTX_HEAD
    ".visible .global .align 4 .u32 word = 77;\n.visible .const .align 8 .u64 wide[2] = {5, 6};\n"
    ".visible .entry get(.param .u64 to)\n{\n    .reg .b32 %r<3>;\n    .reg .b64 %rd<3>;\n"
    "    ld.param.u64 %rd1, [to];\n    ld.global.u32 %r1, [word];\n"
    "    ld.const.u32 %r2, [wide+8];\n    add.s32 %r1, %r1, %r2;\n    st.global.u32 [%rd1], %r1;\n"
    "    ret;\n}\n";

static void check_log(const char *ptx, CUresult wanted)
{
    char log[512] = "";
    CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
    void *values[] = {log, (void *)sizeof(log)};
    CUmodule module;

    EXPECT(cuModuleLoadDataEx(&module, ptx, 2, options, values) == wanted);
    EXPECT(strstr(log, "line 5") && (size_t)values[1] == strlen(log));
}

int main(void)
{
    CUdeviceptr word, wide, to;
    unsigned value = 1000, got;
    CUfunction function;
    CUmodule module, second;
    void *params[] = {&to};
    size_t bytes;
    FILE *file;

    make_context();
    CHECK(cuModuleLoadData(&module, with_globals));
    CHECK(cuModuleGetFunction(&function, module, "get"));
    EXPECT(cuModuleGetFunction(&function, module, "gets") == CUDA_ERROR_NOT_FOUND);
    CHECK(cuModuleGetGlobal(&word, &bytes, module, "word"));
    EXPECT(bytes == 4);
    CHECK(cuModuleGetGlobal(&wide, &bytes, module, "wide"));
    EXPECT(bytes == 16);
    EXPECT(cuModuleGetGlobal(&wide, NULL, module, "none") == CUDA_ERROR_NOT_FOUND);
    CHECK(cuMemAlloc(&to, 4));
    CHECK(cuModuleGetFunction(&function, module, "get"));
    CHECK(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, NULL, params, NULL));
    CHECK(cuMemcpyDtoH(&got, to, 4));
    EXPECT(got == 83);
    CHECK(cuMemcpyHtoD(word, &value, 4));
    CHECK(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, NULL, params, NULL));
    CHECK(cuMemcpyDtoH(&got, to, 4));
    EXPECT(got == 1006);
    file = fopen("drv_modules.ptx", "w");
    fputs(with_globals, file);
    fclose(file);
    CHECK(cuModuleLoad(&second, "drv_modules.ptx"));
    CHECK(cuModuleGetFunction(&function, second, "get"));
    CHECK(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, NULL, params, NULL));
    CHECK(cuMemcpyDtoH(&got, to, 4));
    EXPECT(got == 83); /* its own variables */
    EXPECT(cuModuleLoad(&second, "no such file") == CUDA_ERROR_FILE_NOT_FOUND);
    CHECK(cuModuleUnload(module));
    EXPECT(cuModuleUnload(module) == CUDA_ERROR_INVALID_HANDLE);
    EXPECT(cuMemcpyDtoH(&got, word, 4) == CUDA_ERROR_INVALID_VALUE);
    EXPECT(cuModuleLoadData(&module, "nothing that is code") == CUDA_ERROR_INVALID_IMAGE);
    check_log(PTX_HEAD ".visible .entry k()\n{ mov.u32 %r1; ret; }\n", CUDA_ERROR_INVALID_PTX);
    check_log(PTX_HEAD ".visible .entry k()\n{ wgmma.fence.sync.aligned; ret; }\n",
              CUDA_ERROR_INVALID_PTX);
    EXPECT(cuModuleLoadData(&module, ".version 99.0\n.target sm_70\n.address_size 64\n") ==
           CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
    EXPECT(cuModuleLoadData(&module, ".version 8.6\n.target sm_120\n.address_size 64\n") ==
           CUDA_ERROR_INVALID_PTX);
    return finish();
}

/* SPDX-License-Identifier: MIT
 *
 * PTX written by hand and handed over as text: tabs, several labels and registers on a line,
 * comments with braces, no parameters, names that look like registers; and texts that must be
 * refused alike.
 */
// build: $CC $IN -o $BIN -lcuda
// expect-sliced: scatter
// expect-sliced: bare
#include "driver.h"

enum { BLOCKS = 170, BLOCK = 64, N = BLOCKS * BLOCK };

static const char text[] =
    "// %ctaid in a comment { .entry no()\n"
    "\t.version\t8.0\n\t.target\tsm_90\n\t.address_size\t64\n"
    ".global .align 4 .u32 sums[256];\n"
    ".visible .entry bare()\n{\t.reg .pred %p; .reg .u32 %r<6>; .reg .u64 %rd<4>;\n"
    "\tmov.u32\t%r1, %ctaid.x; mov.u32 %r2,%tid.x;\n"
    "\tsetp.ne.u32 %p, %r2, 0;\n@ %p\n\tbra done; /* } */\n"
    "\tand.b32 %r3, %r1, 255; mul.wide.u32 %rd1, %r3, 4;\n"
    "\tmov.u64 %rd2, sums; add.s64 %rd3, %rd2, %rd1;\n"
    "\tmov.u32 %r4, %nctaid.x; add.u32 %r5, %r1, %r4;\n"
    "\tred.global.add.u32 [%rd3], %r5;\n"
    "done: again: ret;\n}\n"
    ".func (.reg .u32 %out) place(.reg .u32 %in)\n"
    "{ .reg .u32 %c; mov.u32 %c, %ctaid.x; mad.lo.u32 %out, %c, 1000, %in; ret; }\n"
    ".visible .entry scatter(.param .u64 v, .param .u8 add)\r\n{\r\n"
    "\t.reg .u32 ctaid, %r<8>; .reg .u64 %rd<5>; .reg .u16 %h;\r\n"
    "\tld.param.u64 %rd1, [v]; ld.param.u8 %h, [add]; cvt.u32.u16 %r6, %h;\r\n"
    "\tcvta.to.global.u64 %rd2, %rd1;\n"
    "\tmov.u32 ctaid, %ctaid .x;\n"
    "\tmov.u32 %r1, %ntid.x; mov.u32 %r2, %tid.x; mad.lo.u32 %r3, ctaid, %r1, %r2;\n"
    "\t{ .reg .u32 ctaid; mov.u32 ctaid, 3; mul.lo.u32 %r6, %r6, ctaid; }\n"
    "\tcall (%r4), place, (%r2);\n"
    "\tmul.wide.u32 %rd3, %r3, 4; add.s64 %rd4, %rd2, %rd3;\n"
    "\tld.global.u32 %r5, [%rd4]; add.u32 %r5, %r5, %r4; add.u32 %r5, %r5, %r6;\n"
    "\tst.global.u32 [%rd4], %r5; ret;\n}\n";

static void show_refusal(const char *what, const char *ptx)
{
    char log[2048] = "";
    CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
    void *values[] = {log, (void *)sizeof(log)};
    CUmodule module;
    CUresult error = cuModuleLoadDataEx(&module, ptx, 2, options, values);

    printf("%s: %d, log %d\n", what, error, log[0] != 0);
}

int main(int argc, char **argv)
{
    char info[4096] = "";
    CUjit_option options[] = {CU_JIT_INFO_LOG_BUFFER, CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES,
                              CU_JIT_TARGET_FROM_CUCONTEXT, CU_JIT_LOG_VERBOSE};
    void *values[] = {info, (void *)sizeof(info), NULL, (void *)1};
    CUfunction bare, scatter;
    CUdeviceptr v, sums;
    CUmodule module;
    size_t size;

    (void)argc;
    (void)argv;
    driver_start();
    CHECK(cuModuleLoadDataEx(&module, text, 4, options, values));
    CHECK(cuModuleGetFunction(&bare, module, "bare"));
    CHECK(cuModuleGetFunction(&scatter, module, "scatter"));
    v = driver_words(N, 1);
    for (unsigned k = 0; k < 5; k++) {
        unsigned char add = (unsigned char)(250 + k);
        void *args[] = {&v, &add};
        CHECK(cuLaunchKernel(bare, 300, 1, 1, 32, 1, 1, 0, NULL, NULL, NULL));
        CHECK(cuLaunchKernel(scatter, BLOCKS, 1, 1, BLOCK, 1, 1, 0, NULL, args, NULL));
    }
    driver_show("v", v, N * 4);
    CHECK(cuModuleGetGlobal(&sums, &size, module, "sums"));
    driver_show("sums", sums, size);
    show_refusal("empty", "");
    show_refusal("no ptx", "this is no ptx at all");
    show_refusal("syntax", ".version 8.0\n.target sm_90\n.address_size 64\n.entry x() { mov; }\n");
    show_refusal("new target", ".version 8.0\n.target sm_999\n.address_size 64\n");
    show_refusal("new version", ".version 99.9\n.target sm_90\n.address_size 64\n");
    return 0;
}

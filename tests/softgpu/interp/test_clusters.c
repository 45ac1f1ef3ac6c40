/* SPDX-License-Identifier: MIT
 *
 * test_clusters.c - blocks of a cluster: their barrier, each other's shared memory, and what is
 * wrong.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/softgpu/interp/harness.h"

#define HEAD(name, more)                                                                           \
    ".version 8.0\n.target sm_90\n.address_size 64\n"                                              \
    ".visible .entry " name "(.param .u64 out)\n{\n"                                               \
    ".reg .pred %p<4>; .reg .b32 %r<16>; .reg .b64 %rd<8>; .shared .align 16 .b8 mine[256];\n"     \
    "ld.param.u64 %rd1, [out]; mov.u32 %r1, %cluster_ctarank; mov.u32 %r2, %tid.x;\n"              \
    "mov.u32 %r3, mine; shl.b32 %r4, %r2, 2; add.u32 %r3, %r3, %r4;\n" more "ret;\n}\n"
#define SYNC "barrier.cluster.arrive.aligned; barrier.cluster.wait.aligned;\n"

/* Runs one cluster of so many blocks of 32 threads. */
static enum exec_fault_kind run(const char *text, uint32_t blocks, uint32_t *ret_words, size_t n)
{
    struct harness *device = harness_text(text);
    struct harness_options options = {.cluster = {blocks, 1, 1}};
    uint32_t *out = harness_alloc(device, n * sizeof(*out));
    const uint32_t grid[3] = {blocks, 1, 1}, block[3] = {32, 1, 1};
    enum exec_fault_kind kind;

    kind = harness_try(device, "k", grid, block, ARGS(ARG(out)), &options);
    memcpy(ret_words, out, n * sizeof(*out));
    harness_destroy(device);
    return kind;
}

/* Each block reads what the next one wrote, and adds to what the first one holds. */
static void test_shared_of_others(void **state)
{
    static const char text[] = HEAD(
        "k", "mul.lo.u32 %r5, %r1, 1000; add.u32 %r5, %r5, %r2; st.shared.u32 [%r3], %r5;\n" SYNC
             "mov.u32 %r6, %cluster_nctarank; add.u32 %r7, %r1, 1; rem.u32 %r7, %r7, %r6;\n"
             "mapa.shared::cluster.u32 %r8, %r3, %r7; ld.shared::cluster.u32 %r9, [%r8];\n"
             "getctarank.shared::cluster.u32 %r10, %r8;\n"
             "shl.b32 %r11, %r1, 5; add.u32 %r11, %r11, %r2; shl.b32 %r11, %r11, 3;\n"
             "cvt.u64.u32 %rd2, %r11; add.u64 %rd2, %rd1, %rd2;\n"
             "st.global.u32 [%rd2], %r9; st.global.u32 [%rd2+4], %r10;\n" SYNC
             "cvta.shared.u64 %rd3, 0; mapa.u64 %rd3, %rd3, 0; cvt.u64.u32 %rd4, %r3;\n"
             "add.u64 %rd3, %rd3, %rd4; atom.add.u32 %r12, [%rd3], 1;\n" SYNC
             "setp.ne.u32 %p1, %r1, 0; @%p1 bra done; ld.shared.u32 %r13, [%r3];\n"
             "shl.b32 %r14, %r2, 2; cvt.u64.u32 %rd5, %r14; add.u64 %rd5, %rd1, %rd5;\n"
             "st.global.u32 [%rd5+2048], %r13;\ndone:\n");
    uint32_t out[1024];

    (void)state;
    assert_int_equal(run(text, 8, out, 1024), EXEC_FAULT_NONE);
    for (uint32_t block = 0; block < 8; block++) {
        for (uint32_t thread = 0; thread < 32; thread++) {
            assert_int_equal(out[(block * 32 + thread) * 2], (block + 1) % 8 * 1000 + thread);
            assert_int_equal(out[(block * 32 + thread) * 2 + 1], (block + 1) % 8);
        }
    }
    for (uint32_t thread = 0; thread < 32; thread++)
        assert_int_equal(out[512 + thread], thread + 8);
}

/* Which of its own and the next block's addresses are of its own block, and of the cluster. */
static void test_isspacep(void **state)
{
    static const char text[] =
        HEAD("k", "cvta.shared.u64 %rd2, 0; xor.b32 %r5, %r1, 1; mapa.u64 %rd3, %rd2, %r5;\n"
                  "isspacep.shared::cta %p1, %rd2; selp.u32 %r6, 1, 0, %p1;\n"
                  "isspacep.shared::cta %p1, %rd3; selp.u32 %r7, 2, 0, %p1; or.b32 %r6, %r6, %r7;\n"
                  "isspacep.shared::cluster %p1, %rd2; selp.u32 %r7, 4, 0, %p1;\n"
                  "or.b32 %r6, %r6, %r7; isspacep.shared::cluster %p1, %rd3;\n"
                  "selp.u32 %r7, 8, 0, %p1; or.b32 %r6, %r6, %r7; isspacep.global %p1, %rd3;\n"
                  "selp.u32 %r7, 16, 0, %p1; or.b32 %r6, %r6, %r7;\n"
                  "mov.pred %p2, %is_explicit_cluster; selp.u32 %r7, 32, 0, %p2;\n"
                  "or.b32 %r6, %r6, %r7; st.global.u32 [%rd1], %r6;\n");
    uint32_t out[1];

    (void)state;
    assert_int_equal(run(text, 2, out, 1), EXEC_FAULT_NONE);
    assert_int_equal(out[0], 1 | 4 | 8 | 32);
}

/* Threads that have exited count; one that never comes is waited for, and that is found. */
static void test_barrier(void **state)
{
    static const char exits[] =
        HEAD("k", "setp.eq.u32 %p1, %r1, 1; @%p1 exit;\n" SYNC "st.global.u32 [%rd1], 5;\n");
    static const char stuck[] = HEAD("k", "setp.eq.u32 %p1, %r1, 1; @%p1 bra other;\n" SYNC
                                          "ret;\nother: barrier.sync 1, 64;\n");
    static const char not_arrived[] = HEAD("k", "barrier.cluster.wait;\n");
    static const char twice[] = HEAD("k", "barrier.cluster.arrive; barrier.cluster.arrive;\n");
    uint32_t out[1];

    (void)state;
    assert_int_equal(run(exits, 4, out, 1), EXEC_FAULT_NONE);
    assert_int_equal(out[0], 5);
    assert_int_equal(run(stuck, 2, out, 1), EXEC_FAULT_BARRIER);
    assert_int_equal(run(not_arrived, 2, out, 1), EXEC_FAULT_BARRIER);
    assert_int_equal(run(twice, 2, out, 1), EXEC_FAULT_BARRIER);
}

static void test_bad_addresses(void **state)
{
    static const char no_such[] = HEAD(
        "k", "mapa.shared::cluster.u32 %r5, %r3, 2; ld.shared::cluster.u32 %r6, [%r5];\n" SYNC);
    static const char beyond[] =
        HEAD("k", "xor.b32 %r7, %r1, 1; mapa.shared::cluster.u32 %r5, %r3, %r7;\n"
                  "ld.shared::cluster.u32 %r6, [%r5+256];\n" SYNC);
    static const char ended[] =
        HEAD("k", "setp.eq.u32 %p1, %r1, 0; @%p1 exit; mov.u32 %r7, 0;\n"
                  "mapa.shared::cluster.u32 %r5, %r3, %r7; ld.shared::cluster.u32 %r6, [%r5];\n");
    uint32_t out[1];

    (void)state;
    assert_int_equal(run(no_such, 2, out, 1), EXEC_FAULT_ADDRESS);
    assert_int_equal(run(beyond, 2, out, 1), EXEC_FAULT_ADDRESS);
    assert_int_equal(run(ended, 2, out, 1), EXEC_FAULT_TRAP);
}

/* Bytes that one block puts into the other's memory, which waits for them at its mbarrier. */
#define WAIT "again: mbarrier.try_wait.parity.shared::cta.b64 %p3, [bar], 0; @!%p3 bra again;\n"
#define MBARRIER(more)                                                                             \
    HEAD("k", ".shared .align 8 .b64 bar; setp.ne.u32 %p1, %r2, 0;\n"                              \
              "@!%p1 mbarrier.init.shared::cta.b64 [bar], 1;\n"                                    \
              "fence.mbarrier_init.release.cluster;\n" SYNC "@%p1 bra done;\n"                     \
              "mov.u32 %r5, bar; xor.b32 %r6, %r1, 1;\n"                                           \
              "mapa.shared::cluster.u32 %r7, %r5, %r6; mapa.shared::cluster.u32 %r8, %r3, %r6;\n"  \
              "add.u32 %r9, %r1, 70;\n" more "done:\n" SYNC)

static void test_store_async(void **state)
{
    static const char text[] =
        MBARRIER("mbarrier.arrive.expect_tx.shared::cta.b64 _, [bar], 12;\n"
                 "st.async.shared::cluster.mbarrier::complete_tx::bytes.v2.b32 [%r8], {%r9, 3}, "
                 "[%r7];\n"
                 "add.u32 %r10, %r8, 4;\n"
                 "red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes.add.u32 "
                 "[%r10], 4, [%r7];\n" WAIT
                 "ld.shared.v2.u32 {%r11, %r12}, [%r3]; mul.wide.u32 %rd2, %r1, 8;\n"
                 "add.u64 %rd2, %rd1, %rd2; st.global.v2.u32 [%rd2], {%r11, %r12};\n");
    uint32_t out[4];

    (void)state;
    assert_int_equal(run(text, 2, out, 4), EXEC_FAULT_NONE);
    assert_int_equal(out[0], 71);
    assert_int_equal(out[1], 7);
    assert_int_equal(out[2], 70);
    assert_int_equal(out[3], 7);
}

/* From global memory to shared, on to the other block, and back. */
static void test_bulk_copies(void **state)
{
    static const char text[] =
        MBARRIER("mul.wide.u32 %rd2, %r1, 64; add.u64 %rd2, %rd1, %rd2;\n"
                 "st.global.u32 [%rd2+4], %r9; cp.async.bulk.prefetch.L2.global [%rd2], 32;\n"
                 "mbarrier.arrive.expect_tx.shared::cta.b64 _, [bar], 64;\n"
                 "mov.u32 %r5, bar;\n"
                 "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%r3], [%rd2], "
                 "32, [%r5];\n"
                 "add.u32 %r10, %r8, 128;\n"
                 "cp.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes [%r10], "
                 "[%r3], 32, [%r7];\n" WAIT
                 "fence.proxy.async.shared::cta; add.u32 %r10, %r3, 128; add.u64 %rd2, %rd2, 32;\n"
                 "cp.async.bulk.global.shared::cta.bulk_group [%rd2], [%r10], 32;\n"
                 "cp.async.bulk.commit_group; cp.async.bulk.wait_group.read 0;\n");
    static const char misaligned[] =
        MBARRIER("cp.async.bulk.global.shared::cta.bulk_group [%rd1], [%r3], 8;\n");
    uint32_t out[32];

    (void)state;
    assert_int_equal(run(text, 2, out, 32), EXEC_FAULT_NONE);
    assert_int_equal(out[1], 70);
    assert_int_equal(out[9], 71);
    assert_int_equal(out[17], 71);
    assert_int_equal(out[25], 70);
    assert_int_equal(run(misaligned, 2, out, 32), EXEC_FAULT_MISALIGNED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared_of_others), cmocka_unit_test(test_isspacep),
        cmocka_unit_test(test_barrier),          cmocka_unit_test(test_bad_addresses),
        cmocka_unit_test(test_store_async),      cmocka_unit_test(test_bulk_copies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

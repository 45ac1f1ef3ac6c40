/* SPDX-License-Identifier: MIT
 *
 * test_options.c - the words of SLIVER_SOFTGPU.
 */
#include "unit.h"

#include "tools/softgpu/device/options.h"

static void parse(const char *spec, struct options *options, const char *complaint)
{
    char said[256];

    options_parse(spec, options, said);
    assert_string_equal(said, complaint);
}

static void test_defaults(void **state)
{
    struct options options;

    (void)state;
    parse(NULL, &options, "");
    assert_int_equal(options.sms, 4);
    assert_int_equal(options.cc, 90);
    assert_true(options.threads >= 1);
    assert_false(options.virtual_clock || options.check || options.quiet);
    assert_int_equal(options.fail_alloc | options.kill | options.delay_ns, 0);
    parse("", &options, "");
    parse(",,", &options, "");
}

static void test_all_kinds(void **state)
{
    struct options options;

    (void)state;
    parse("sms=132,clock=virtual,check,delay=3:20,fail_load=7,memory_mib=64", &options, "");
    assert_int_equal(options.sms, 132);
    assert_true(options.virtual_clock && options.check);
    assert_int_equal(options.delay_stream, 3);
    assert_int_equal(options.delay_ns, 20000000);
    assert_int_equal(options.fail_load, 7);
    assert_int_equal(options.memory_mib, 64);
    parse("clock=virtual,clock=wall", &options, "");
    assert_false(options.virtual_clock);
}

/* The bad one keeps its default, the others count, the first is named. */
static void test_complaints(void **state)
{
    struct options options;

    (void)state;
    parse("sms=0,threads=2,what", &options,
          "SLIVER_SOFTGPU: sms takes a number from 1 to 256, not \"0\"");
    assert_int_equal(options.sms, 4);
    assert_int_equal(options.threads, 2);
    parse("what=1", &options, "SLIVER_SOFTGPU: unknown option \"what\"");
    parse("sms", &options, "SLIVER_SOFTGPU: sms takes a number from 1 to 256, not \"\"");
    parse("sms=4x", &options, "SLIVER_SOFTGPU: sms takes a number from 1 to 256, not \"4x\"");
    parse("sms=-1", &options, "SLIVER_SOFTGPU: sms takes a number from 1 to 256, not \"-1\"");
    parse("sms=99999999999999999999", &options,
          "SLIVER_SOFTGPU: sms takes a number from 1 to 256, not \"99999999999999999999\"");
    parse("check=1", &options, "SLIVER_SOFTGPU: check takes no value, not \"1\"");
    parse("clock=sun", &options, "SLIVER_SOFTGPU: clock takes wall or virtual, not \"sun\"");
    parse("delay=1", &options, "SLIVER_SOFTGPU: delay takes STREAM:MILLISECONDS, not \"1\"");
    parse("delay=1:2:3", &options,
          "SLIVER_SOFTGPU: delay takes STREAM:MILLISECONDS, not \"1:2:3\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_all_kinds),
        cmocka_unit_test(test_complaints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

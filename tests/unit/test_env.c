/* SPDX-License-Identifier: MIT
 *
 * test_env.c - defaults, every type's grammar, and what is warned of.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/env.h"

static struct {
    int n;
    char name[64], value[64], accepted[64];
} warned;

static void note_warning(const char *name, const char *value, const char *accepted)
{
    warned.n++;
    strncpy(warned.name, name, sizeof(warned.name) - 1);
    strncpy(warned.value, value ? value : "(none)", sizeof(warned.value) - 1);
    strncpy(warned.accepted, accepted, sizeof(warned.accepted) - 1);
}

static int clear_environment(void **state)
{
    (void)state;
    memset(&warned, 0, sizeof(warned));
    return clearenv();
}

static void an_empty_environment_gives_the_defaults(void **state)
{
    struct env env;

    (void)state;
    assert_int_equal(env_load(&env, note_warning), 0);
    assert_int_equal(warned.n, 0);
    assert_string_equal(env.slice, "auto");
    assert_string_equal(env.policy, "rr");
    assert_string_equal(env.client, "thread");
    assert_int_equal(env.quantum_ns, 200000);
    assert_int_equal(env.window_ns, 300000);
    assert_int_equal(env.stall_ns, 50000000);
    assert_string_equal(env.lanes, "2");
    assert_string_equal(env.log, "off");
    assert_string_equal(env.stats, "0");
    assert_string_equal(env.trace, "");
    assert_int_equal(env.cache_size_bytes, 256 << 20);
    assert_false(env.disable);
    env_finish(&env);
}

static void a_bool_can_be_read_alone(void **state)
{
    static const char *const texts[] = {"", "0", "off", "nonsense", "1", "on", "Yes"};

    (void)state;
    assert_false(env_read_bool("SLIVER_DISABLE"));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct env env;

        setenv("SLIVER_DISABLE", texts[i], 1);
        assert_int_equal(env_load(&env, NULL), 0);
        assert_int_equal(env_read_bool("SLIVER_DISABLE"), env.disable);
        assert_int_equal(env.disable, i >= 4);
        env_finish(&env);
    }
}

static void every_default_is_a_value_of_its_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < env_n_rows; i++) {
        assert_int_equal(env_check(&env_rows[i], env_rows[i].fallback), 0);
        assert_int_equal(strncmp(env_rows[i].name, ENV_PREFIX, strlen(ENV_PREFIX)), 0);
        assert_ptr_equal(env_find(env_rows[i].name), &env_rows[i]);
    }
}

static void values_are_taken_and_copied(void **state)
{
    struct env env;

    (void)state;
    setenv("SLIVER_SLICE", "*gemm*=8x33", 1);
    setenv("SLIVER_POLICY", "fcfs", 1);
    setenv("SLIVER_QUANTUM", "2ms", 1);
    setenv("SLIVER_CACHE_SIZE", "3K", 1);
    setenv("SLIVER_DISABLE", "1", 1);
    assert_int_equal(env_load(&env, note_warning), 0);
    clearenv();
    assert_int_equal(warned.n, 0);
    assert_string_equal(env.slice, "*gemm*=8x33");
    assert_string_equal(env.policy, "fcfs");
    assert_int_equal(env.quantum_ns, 2000000);
    assert_int_equal(env.cache_size_bytes, 3072);
    assert_true(env.disable);
    env_finish(&env);
}

static void an_empty_value_is_the_default(void **state)
{
    struct env env;

    (void)state;
    setenv("SLIVER_POLICY", "", 1);
    setenv("SLIVER_QUANTUM", "", 1);
    assert_int_equal(env_load(&env, note_warning), 0);
    assert_int_equal(warned.n, 0);
    assert_string_equal(env.policy, "rr");
    assert_int_equal(env.quantum_ns, 200000);
    env_finish(&env);
}

static void a_bad_value_is_named_once_and_the_default_used(void **state)
{
    struct env env;

    (void)state;
    setenv("SLIVER_POLICY", "lottery", 1);
    assert_int_equal(env_load(&env, note_warning), 0);
    assert_int_equal(warned.n, 1);
    assert_string_equal(warned.name, "SLIVER_POLICY");
    assert_string_equal(warned.value, "lottery");
    assert_string_equal(warned.accepted, "rr|fcfs");
    assert_string_equal(env.policy, "rr");
    env_finish(&env);
    assert_int_equal(env_load(&env, NULL), 0);
    env_finish(&env);
}

static void an_unknown_name_is_answered_with_the_nearest(void **state)
{
    struct env env;

    (void)state;
    setenv("SLIVER_QUANTM", "1ms", 1);
    setenv("SLIVERY", "not ours", 1);
    assert_int_equal(env_load(&env, note_warning), 0);
    assert_int_equal(warned.n, 1);
    assert_string_equal(warned.name, "SLIVER_QUANTM");
    assert_string_equal(warned.value, "(none)");
    assert_string_equal(warned.accepted, "SLIVER_QUANTUM");
    env_finish(&env);
}

static void an_overlong_unknown_name_is_harmless(void **state)
{
    static const char name[] = "SLIVER_A_VERY_LONG_NAME_THAT_GOES_ON_AND_ON_AND_ON_AND_ON_AND_ON_X";
    struct env env;

    (void)state;
    setenv(name, "1", 1);
    assert_int_equal(env_load(&env, note_warning), 0);
    assert_int_equal(warned.n, 1);
    assert_memory_equal(warned.name, name, 40);
    env_finish(&env);
}

static void check_all(const char *name, const char *const *good, const char *const *bad)
{
    const struct env_row *row = env_find(name);

    assert_non_null(row);
    for (; *good; good++)
        assert_int_equal(env_check(row, *good), 0);
    for (; *bad; bad++)
        assert_int_equal(env_check(row, *bad), -EINVAL);
}

static void the_grammar_of_each_type(void **state)
{
    static const char *const good_times[] = {"1ns", "20us", "3ms", "18446744073s", NULL};
    static const char *const bad_times[] = {
        "",     "1",     "us",   "-1us", "+1us",         " 1us",
        "1 us", "1.5us", "1usx", "1US",  "18446744074s", "99999999999999999999ns",
        NULL};
    static const char *const good_sizes[] = {"0",  "1",    "12B",  "1K", "1KiB",
                                             "5M", "5MiB", "1GiB", NULL};
    static const char *const bad_sizes[] = {"", "K", "-1", "1T", "17179869184G", NULL};
    static const char *const good_truths[] = {"0", "1", "yes", "NO", "on", "Off", "true", NULL};
    static const char *const bad_truths[] = {"", "2", "maybe", NULL};
    static const char *const good_choices[] = {"rr", "fcfs", NULL};
    static const char *const good_levels[] = {"off", "debug", "warn:/tmp/file", "info:a:b", NULL};
    static const char *const bad_levels[] = {"", "loud", "loud:/tmp/file", ":/tmp/file", NULL};
    static const char *const bad_choices[] = {"", "r", "rrr", "rr|fcfs", "RR", NULL};

    (void)state;
    check_all("SLIVER_QUANTUM", good_times, bad_times);
    check_all("SLIVER_CACHE_SIZE", good_sizes, bad_sizes);
    check_all("SLIVER_DISABLE", good_truths, bad_truths);
    check_all("SLIVER_POLICY", good_choices, bad_choices);
    check_all("SLIVER_LOG", good_levels, bad_levels);
}

static char *cache_folder(const char *cache, const char *xdg, const char *home)
{
    struct env env;
    char *folder = NULL;

    clearenv();
    if (cache)
        setenv("SLIVER_CACHE", cache, 1);
    if (xdg)
        setenv("XDG_CACHE_HOME", xdg, 1);
    if (home)
        setenv("HOME", home, 1);
    assert_int_equal(env_load(&env, NULL), 0);
    assert_int_equal(env_cache_folder(&env, &folder), 0);
    env_finish(&env);
    return folder;
}

static void the_cache_folder(void **state)
{
    static const struct {
        const char *cache, *xdg, *home, *expected;
    } cases[] = {
        {NULL, "/x", "/h", "/x/sliver"},
        {NULL, NULL, "/h", "/h/.cache/sliver"},
        {NULL, "relative", "/h", "/h/.cache/sliver"},
        {NULL, NULL, NULL, NULL},
        {"off", "/x", "/h", NULL},
        {"/mine", "/x", "/h", "/mine"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        _cleanup_free_ char *folder = cache_folder(cases[i].cache, cases[i].xdg, cases[i].home);

        if (cases[i].expected)
            assert_string_equal(folder, cases[i].expected);
        else
            assert_null(folder);
    }
}

int main(void)
{
#define ENV_TEST(name) cmocka_unit_test_setup(name, clear_environment)
    const struct CMUnitTest tests[] = {
        ENV_TEST(an_empty_environment_gives_the_defaults),
        ENV_TEST(a_bool_can_be_read_alone),
        ENV_TEST(every_default_is_a_value_of_its_row),
        ENV_TEST(values_are_taken_and_copied),
        ENV_TEST(an_empty_value_is_the_default),
        ENV_TEST(a_bad_value_is_named_once_and_the_default_used),
        ENV_TEST(an_unknown_name_is_answered_with_the_nearest),
        ENV_TEST(an_overlong_unknown_name_is_harmless),
        ENV_TEST(the_grammar_of_each_type),
        ENV_TEST(the_cache_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

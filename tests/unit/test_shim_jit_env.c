/* SPDX-License-Identifier: MIT
 *
 * test_shim_jit_env.c - the driver's variables on compiling PTX.
 */
#include "shim/jit_env.h"
#include "tests/unit/shim_device.h"

static const char *const variables[] = {
    "CUDA_FORCE_PTX_JIT", "CUDA_FORCE_JIT",  "CUDA_DISABLE_PTX_JIT", "CUDA_DISABLE_JIT",
    "CUDA_CACHE_DISABLE", "CUDA_CACHE_PATH", "CUDA_CACHE_MAXSIZE",
};

static struct jit_env load_with(const char *name, const char *value)
{
    struct jit_env env;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);
    setenv("HOME", "/tmp", 1);
    setenv(name, value, 1);
    jit_env_load(&env);
    return env;
}

static void test_modes(void **state)
{
    (void)state;
    assert_true(load_with("CUDA_FORCE_PTX_JIT", "1").forced);
    assert_true(load_with("CUDA_FORCE_JIT", "1").forced);
    assert_false(load_with("CUDA_FORCE_PTX_JIT", "0").forced);
    assert_false(load_with("CUDA_FORCE_PTX_JIT", "").forced);
    assert_true(load_with("CUDA_DISABLE_PTX_JIT", "1").off);
    assert_true(load_with("CUDA_DISABLE_JIT", "1").off);
    assert_false(load_with("CUDA_DISABLE_PTX_JIT", "yes").off);
    assert_false(load_with("CUDA_FORCE_JIT", "1").off);
}

static void test_cache(void **state)
{
    (void)state;
    assert_true(load_with("HOME", "/tmp").cache_bytes == UINT64_MAX);
    assert_true(load_with("CUDA_CACHE_DISABLE", "1").cache_bytes == 0);
    assert_true(load_with("CUDA_CACHE_DISABLE", "0").cache_bytes == UINT64_MAX);
    assert_true(load_with("CUDA_CACHE_MAXSIZE", "4096").cache_bytes == 4096);
    assert_true(load_with("CUDA_CACHE_MAXSIZE", "much").cache_bytes == UINT64_MAX);
    assert_true(load_with("CUDA_CACHE_PATH", "/tmp/sliver-none/not/yet").cache_bytes == UINT64_MAX);
    assert_true(load_with("CUDA_CACHE_PATH", "/dev/null/in/it").cache_bytes == 0);
    assert_true(load_with("HOME", "").cache_bytes == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_cache),
    };
    return cmocka_run_group_tests_name("shim_jit_env", tests, NULL, NULL);
}

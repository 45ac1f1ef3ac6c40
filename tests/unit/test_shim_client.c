/* SPDX-License-Identifier: MIT
 *
 * test_shim_client.c - whose launch it is: the thread's, or with SLIVER_CLIENT=stream the stream's.
 */
#include <pthread.h>

#include "shim/client.h"
#include "tests/unit/shim_device.h"

static void *client_here(void *stream)
{
    OK(CU(cuCtxSetCurrent)(device_context()));
    return client_get(shim_device_current(), stream, FLAVOUR_LEGACY);
}

static void *client_of_other(void *stream)
{
    pthread_t thread;
    void *client;
    assert_int_equal(pthread_create(&thread, NULL, client_here, stream), 0);
    pthread_join(thread, &client);
    return client;
}

/* One for each thread, whatever its streams. */
static void test_threads(void **state)
{
    CUstream stream;
    (void)state;
    OK(CU(cuStreamCreate)(&stream, CU_STREAM_NON_BLOCKING));
    struct sched_client *client = client_here(NULL);
    assert_non_null(client);
    assert_ptr_equal(client_here(stream), client);
    assert_ptr_not_equal(client_of_other(stream), client);
    OK(hook_cuStreamDestroy_v2(stream));
}

/* One for each stream, whatever the thread; a thread's own default stream is one, too. */
static void test_streams(void **state)
{
    CUstream stream;
    (void)state;
    shim_settings.by_stream = true;
    OK(CU(cuStreamCreate)(&stream, CU_STREAM_NON_BLOCKING));
    struct sched_client *client = client_here(stream), *legacy = client_here(NULL);
    assert_non_null(client);
    assert_ptr_not_equal(client, legacy);
    assert_ptr_equal(client_of_other(stream), client);
    assert_ptr_equal(client_of_other(NULL), legacy);
    assert_ptr_not_equal(client_here(CU_STREAM_PER_THREAD), legacy);
    assert_ptr_not_equal(client_of_other(CU_STREAM_PER_THREAD), client_here(CU_STREAM_PER_THREAD));
    assert_null(client_here((CUstream)(uintptr_t)0x1234560)); /* no stream */
    OK(hook_cuStreamDestroy_v2(stream));
    shim_settings.by_stream = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_streams),
    };
    return cmocka_run_group_tests_name("shim_client", tests, device_setup, device_teardown);
}

/* SPDX-License-Identifier: MIT
 *
 * client.c - see client.h. A thread has one client per device, in a thread-local list that its end
 * retires; a stream's hangs at the stream.
 */
#include "shim/client.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <utlist.h>

struct thread_client {
    struct shim_device *device;
    struct sched_client *client;
    struct thread_client *next;
};

static __thread struct thread_client *clients_here;
static pthread_key_t retire_key;

static void retire_all(void *head)
{
    struct thread_client *client = head;
    clients_here = NULL;
    while (client) {
        struct thread_client *next = client->next;
        sched_client_retire(client->client);
        free(client);
        client = next;
    }
}

int client_start(void)
{
    return -pthread_key_create(&retire_key, retire_all);
}

static __attribute__((noinline)) struct sched_client *add_thread(struct shim_device *device)
{
    char thread[16] = "?", name[48];
    pthread_getname_np(pthread_self(), thread, sizeof(thread));
    snprintf(name, sizeof(name), "%s/%ld", thread, (long)syscall(SYS_gettid));
    struct thread_client *added = calloc(1, sizeof(*added));
    if (!added)
        return NULL;
    added->device = device;
    added->client = sched_client_create(device->sched, name);
    if (!added->client) {
        free(added);
        return NULL;
    }
    LL_PREPEND(clients_here, added);
    pthread_setspecific(retire_key, clients_here);
    return added->client;
}

static struct sched_client *of_thread(struct shim_device *device)
{
    struct thread_client *client;
    LL_FOREACH(clients_here, client)
    if (client->device == device)
        return client->client;
    return add_thread(device);
}

static struct sched_client *add_stream(struct shim_device *device, struct shim_stream *stream)
{
    char name[48];
    if (stream->substitute)
        snprintf(name, sizeof(name), "per-thread stream of %ld", (long)syscall(SYS_gettid));
    else if (stream->kind == QUEUE_LEGACY)
        snprintf(name, sizeof(name), "default stream");
    else
        snprintf(name, sizeof(name), "stream %p", (void *)stream->name);
    struct sched_client *made = sched_client_create(device->sched, name), *first = NULL;
    if (made && !atomic_compare_exchange_strong_explicit(
                    &stream->client, &first, made, memory_order_acq_rel, memory_order_acquire)) {
        sched_client_retire(made); /* another thread was first */
        return first;
    }
    return made;
}

static struct sched_client *of_stream(struct shim_device *device, CUstream handle,
                                      enum driver_flavour flavour)
{
    struct shim_stream *stream = stream_get(handle, flavour);
    if (!stream)
        return NULL;
    struct sched_client *client = atomic_load_explicit(&stream->client, memory_order_acquire);
    return client ? client : add_stream(device, stream);
}

struct sched_client *client_get(struct shim_device *device, CUstream stream,
                                enum driver_flavour flavour)
{
    return shim_settings.by_stream ? of_stream(device, stream, flavour) : of_thread(device);
}

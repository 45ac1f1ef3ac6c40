/* SPDX-License-Identifier: MIT
 *
 * handle.c - the kinds of all live handles in one map.
 */
#include "tools/softgpu/driver/handle.h"

#include <pthread.h>

#include "tools/softgpu/pointer_map.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct pointer_map kinds;

int handle_add(const void *handle, enum handle_kind kind)
{
    int r;

    pthread_rwlock_wrlock(&lock);
    r = pointer_map_put(&kinds, handle, kind);
    pthread_rwlock_unlock(&lock);
    return r;
}

void handle_remove(const void *handle)
{
    pthread_rwlock_wrlock(&lock);
    pointer_map_remove(&kinds, handle);
    pthread_rwlock_unlock(&lock);
}

bool handle_is(const void *handle, enum handle_kind kind)
{
    bool is;

    pthread_rwlock_rdlock(&lock);
    is = pointer_map_get(&kinds, handle) == (uintptr_t)kind;
    pthread_rwlock_unlock(&lock);
    return is;
}

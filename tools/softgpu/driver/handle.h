/* SPDX-License-Identifier: MIT
 *
 * handle.h - which handles are alive, so that a wrong one is an error and not a crash.
 *
 * Any thread; a reader-writer lock of its own, with nothing taken inside.
 */
#ifndef SOFTGPU_DRIVER_HANDLE_H
#define SOFTGPU_DRIVER_HANDLE_H

#include <stdbool.h>

enum handle_kind {
    HANDLE_CONTEXT = 1,
    HANDLE_STREAM,
    HANDLE_EVENT,
    HANDLE_MODULE,
    HANDLE_FUNCTION,
    HANDLE_LIBRARY,
    HANDLE_KERNEL,
    HANDLE_LINK,
    HANDLE_GRAPH,
    HANDLE_NODE,
    HANDLE_GRAPH_EXEC,
    HANDLE_POOL,
    HANDLE_USER_OBJECT,
};

/* 0 or -ENOMEM. */
int handle_add(const void *handle, enum handle_kind kind);
void handle_remove(const void *handle);
bool handle_is(const void *handle, enum handle_kind kind);

#endif

/* SPDX-License-Identifier: MIT
 *
 * connection.h - the few ways on which work reaches the device.
 *
 * A GPU takes work through a small number of hardware queues, which its streams share: 8, or as
 * many as CUDA_DEVICE_MAX_CONNECTIONS says, up to 32 (CUDA C++ Programming Guide, environment
 * variables). What stands in one goes to the device in the order of submission, whichever stream it
 * is on: a kernel leaves when it is handed to the multiprocessors, a wait when it is over. So a
 * stream that waits holds up the others on its connection, as seen on an H100: with 8 streams
 * waiting none of 16 others ran. Copies and host functions have engines of their own, and events
 * wait for nobody. With virtual time no stream needs one: which thread comes first would have to be
 * settled before time itself says so. Guarded by the device's lock.
 */
#ifndef SOFTGPU_DEVICE_CONNECTION_H
#define SOFTGPU_DEVICE_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

enum { CONNECTIONS_MAX = 32, CONNECTIONS_DEFAULT = 8 };

struct task;

struct connection {
    struct task *first, *last;
};

/* What CUDA_DEVICE_MAX_CONNECTIONS says; the default for NULL and for what is no such number. */
unsigned connections_of(const char *text);
/* At its submission, before it may start. */
void connection_enter(struct connection *connection, struct task *task);
/* May the task start? If not, it is put into the ready queue once it may. */
bool connection_may_start(struct task *task);
/* It no longer holds up those behind it. Nothing if it stands in none. */
void connection_leave(struct task *task);

#endif

/* SPDX-License-Identifier: MIT
 *
 * turns.h - the program's threads, of which one runs at a time. See host_time.h.
 *
 * One lock, a leaf, over all of it. A thread that blocks sleeps on a word of its own.
 */
#ifndef SOFTGPU_TIME_TURNS_H
#define SOFTGPU_TIME_TURNS_H

#include <pthread.h>

#include "tools/softgpu/time/host_time.h"

#define NEVER UINT64_MAX

struct turn_thread;

/* The calling thread has the turn from now on. */
void turns_start(const struct host_time_device *device);
bool turns_started(void);

/* A thread about to be made: ready, behind the others. NULL: no memory. */
struct turn_thread *turns_add(void);
void turns_add_failed(struct turn_thread *thread);
/* On the new thread, first: waits for its turn. */
void turns_begin(struct turn_thread *thread);
/* On it, last. */
void turns_end(void);
/* Which is known by this id, or NULL; for turns_join. */
void turns_name(struct turn_thread *thread, pthread_t id);
/* Blocks until the thread has ended, if it is known. */
void turns_join(pthread_t id);

/* As in struct host_time. A thread that is not known yet becomes so. */
void turns_prepare(const void *key, uint64_t deadline_ns);
bool turns_commit(void);
void turns_cancel(void);      /* instead of turns_commit */
void turns_spend(unsigned n); /* see host_time.h */
void turns_wake(const void *key);
void turns_wake_one(const void *key); /* who has blocked longest */
void turns_enter(void);
void turns_leave(void);
bool turns_run(uint64_t patience_us);
uint64_t turns_next_deadline_ns(void);
void turns_expire(uint64_t now_ns);

#endif

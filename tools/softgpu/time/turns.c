/* SPDX-License-Identifier: MIT
 *
 * turns.c - see turns.h. Its own lock and sleep are bare futexes, so that they are not caught by
 * the functions of interpose.c.
 */
#include "tools/softgpu/time/turns.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#define LOOK_NS    2000000 /* does the turn lie with a thread that sleeps elsewhere? */
#define SPEND_MOST 200     /* of turns_spend in one turn */
#define SPENT_NS   1000    /* what that costs */

enum turn_state { TURN_READY, TURN_RUNS, TURN_BLOCKED, TURN_ENDED };

struct turn_thread {
    struct turn_thread *prev, *next; /* of ready or blocked */
    struct turn_thread *next_known;
    enum turn_state state;
    const void *key;
    uint64_t deadline_ns;
    bool expired;
    bool has_id;
    unsigned spent;
    pthread_t id;
    _Atomic uint32_t granted; /* 1: it may run on */
};

static struct {
    _Atomic uint32_t lock; /* 0 free, 1 taken, 2 taken and waited for */
    const struct host_time_device *device;
    struct turn_thread *known; /* by next_known, newest first; never freed: ids may be asked
                                  about as long as the process lives */
    struct turn_thread *ready, *blocked; /* oldest first */
    struct turn_thread *current;         /* has the turn; NULL: the program rests */
    _Atomic uint32_t rests;              /* changes when it comes to rest */
    _Atomic bool started;
} turns;

static __thread struct turn_thread *self;

static void sleep_while(_Atomic uint32_t *word, uint32_t value, uint64_t ns)
{
    struct timespec time = {.tv_sec = (time_t)(ns / 1000000000u),
                            .tv_nsec = (long)(ns % 1000000000u)};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, ns == NEVER ? NULL : &time, NULL, 0);
}

static void wake_up(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void lock(void)
{
    uint32_t free = 0;
    if (atomic_compare_exchange_strong(&turns.lock, &free, 1))
        return;
    while (atomic_exchange(&turns.lock, 2))
        sleep_while(&turns.lock, 2, NEVER);
}

static void unlock(void)
{
    if (atomic_exchange(&turns.lock, 0) == 2)
        wake_up(&turns.lock);
}

static void grant(struct turn_thread *thread)
{
    thread->state = TURN_RUNS;
    turns.current = thread;
    atomic_store(&thread->granted, 1);
    wake_up(&thread->granted);
}

/* The turn is free. */
static void pass_on(void)
{
    struct turn_thread *next = turns.ready;
    if (next) {
        DL_DELETE(turns.ready, next);
        grant(next);
        return;
    }
    turns.current = NULL;
    atomic_fetch_add(&turns.rests, 1);
    wake_up(&turns.rests);
}

static void wait_for_turn(struct turn_thread *thread)
{
    while (!atomic_load(&thread->granted))
        sleep_while(&thread->granted, 0, NEVER);
}

static void set_ready(struct turn_thread *thread)
{
    thread->state = TURN_READY;
    DL_APPEND(turns.ready, thread);
}

static void unblock(struct turn_thread *thread)
{
    DL_DELETE(turns.blocked, thread);
    set_ready(thread);
}

static struct turn_thread *add(enum turn_state state)
{
    struct turn_thread *thread = calloc(1, sizeof(*thread));
    if (!thread)
        return NULL;
    thread->state = state;
    thread->next_known = turns.known;
    turns.known = thread;
    return thread;
}

/* A thread from before the start, or one that the library did not see made, runs beside the others
 * until it blocks. */
static struct turn_thread *know_self(void)
{
    if (self)
        return self;
    lock();
    self = add(TURN_RUNS);
    unlock();
    if (!self)
        abort(); /* as good as any other end: no memory for a few words */
    return self;
}

void turns_start(const struct host_time_device *device)
{
    know_self();
    turns.device = device;
    turns.current = self;
    atomic_store(&turns.started, true);
}

bool turns_started(void)
{
    return atomic_load_explicit(&turns.started, memory_order_acquire);
}

struct turn_thread *turns_add(void)
{
    lock();
    struct turn_thread *thread = add(TURN_READY);
    if (thread)
        set_ready(thread);
    unlock();
    return thread;
}

void turns_add_failed(struct turn_thread *thread)
{
    lock();
    if (thread->state == TURN_READY)
        DL_DELETE(turns.ready, thread);
    thread->state = TURN_ENDED;
    unlock();
}

void turns_begin(struct turn_thread *thread)
{
    self = thread;
    wait_for_turn(thread);
}

void turns_end(void)
{
    struct turn_thread *thread = self;
    if (!thread)
        return;
    turns_wake(thread);
    lock();
    thread->state = TURN_ENDED;
    if (turns.current == thread)
        pass_on();
    self = NULL;
    unlock();
}

void turns_name(struct turn_thread *thread, pthread_t id)
{
    lock();
    thread->id = id;
    thread->has_id = true;
    unlock();
}

/* An id comes again after its thread was joined or ended detached: the newest is meant. */
static struct turn_thread *find(pthread_t id)
{
    struct turn_thread *thread = turns.known;
    while (thread && !(thread->has_id && pthread_equal(thread->id, id)))
        thread = thread->next_known;
    return thread;
}

static bool has_ended(pthread_t id, const struct turn_thread **ret_thread)
{
    lock();
    *ret_thread = find(id);
    bool ended = !*ret_thread || (*ret_thread)->state == TURN_ENDED;
    unlock();
    return ended;
}

void turns_join(pthread_t id)
{
    const struct turn_thread *thread;
    while (!has_ended(id, &thread)) {
        turns_prepare(thread, NEVER);
        if (has_ended(id, &thread)) {
            turns_cancel();
            return;
        }
        turns_commit();
    }
}

void turns_prepare(const void *key, uint64_t deadline_ns)
{
    struct turn_thread *thread = know_self();
    lock();
    thread->key = key;
    thread->deadline_ns = deadline_ns;
    thread->expired = false;
    thread->state = TURN_BLOCKED;
    atomic_store(&thread->granted, 0);
    DL_APPEND(turns.blocked, thread);
    unlock();
}

void turns_cancel(void)
{
    lock();
    if (self->state == TURN_BLOCKED)
        DL_DELETE(turns.blocked, self);
    else if (self->state == TURN_READY)
        DL_DELETE(turns.ready, self);
    self->state = TURN_RUNS;
    unlock();
}

bool turns_commit(void)
{
    lock();
    if (turns.current == self)
        pass_on();
    unlock();
    wait_for_turn(self);
    self->spent = 0;
    return !self->expired;
}

void turns_spend(unsigned n)
{
    if (!self || (self->spent += n) < SPEND_MOST)
        return;
    turns_prepare(NULL, turns.device->now_ns() + SPENT_NS);
    turns_commit();
}

/* Who rests must be told by the device; while it looks, it sees for itself. */
static bool wake(const void *key, unsigned most)
{
    struct turn_thread *thread, *next;
    DL_FOREACH_SAFE(turns.blocked, thread, next)
    {
        if (!most)
            break;
        if (thread->key != key)
            continue;
        unblock(thread);
        most--;
    }
    return !turns.current && turns.ready;
}

static void wake_and_kick(const void *key, unsigned most)
{
    lock();
    bool kick = wake(key, most);
    unlock();
    if (kick)
        turns.device->kick();
}

void turns_wake(const void *key)
{
    wake_and_kick(key, UINT32_MAX);
}

void turns_wake_one(const void *key)
{
    wake_and_kick(key, 1);
}

void turns_enter(void)
{
    struct turn_thread *thread = know_self();
    lock();
    atomic_store(&thread->granted, 0);
    set_ready(thread);
    bool kick = !turns.current;
    unlock();
    if (kick)
        turns.device->kick();
    wait_for_turn(thread);
}

void turns_leave(void)
{
    lock();
    if (turns.current == self)
        pass_on();
    unlock();
}

/* It sleeps in a call we don't know, or computes, or polls memory: it goes on beside the others. */
static void drop_current(const struct turn_thread *of)
{
    lock();
    if (turns.current == of)
        pass_on();
    unlock();
}

static struct turn_thread *start_next(void)
{
    lock();
    if (!turns.current && turns.ready)
        pass_on();
    struct turn_thread *current = turns.current;
    unlock();
    return current;
}

bool turns_run(uint64_t patience_us)
{
    bool ran = false;
    for (;;) {
        uint32_t rests = atomic_load(&turns.rests);
        const struct turn_thread *current = start_next();
        if (!current)
            return ran;
        ran = true;
        sleep_while(&turns.rests, rests, LOOK_NS);
        if (atomic_load(&turns.rests) != rests)
            continue;
        turns.device->quiet(patience_us);
        drop_current(current);
    }
}

uint64_t turns_next_deadline_ns(void)
{
    const struct turn_thread *thread;
    uint64_t next_ns = NEVER;
    lock();
    DL_FOREACH(turns.blocked, thread)
    if (thread->deadline_ns < next_ns)
        next_ns = thread->deadline_ns;
    unlock();
    return next_ns;
}

/* The earliest first. */
static struct turn_thread *next_expired(uint64_t now_ns)
{
    struct turn_thread *thread, *first = NULL;
    DL_FOREACH(turns.blocked, thread)
    if (thread->deadline_ns <= now_ns && (!first || thread->deadline_ns < first->deadline_ns))
        first = thread;
    return first;
}

void turns_expire(uint64_t now_ns)
{
    struct turn_thread *thread;
    lock();
    while ((thread = next_expired(now_ns))) {
        thread->expired = true;
        unblock(thread);
    }
    unlock();
}

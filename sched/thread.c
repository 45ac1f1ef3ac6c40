/* SPDX-License-Identifier: MIT
 *
 * thread.c - the scheduler's own thread: started when first needed, asleep until the next look.
 *
 * It takes no signals, so the program's handlers run where they did. Its timers are exact to a
 * microsecond, as a look that comes late leaves the device without work.
 */
#include "sched/state.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

#define STACK_BYTES    (256 * 1024)
#define TIMER_SLACK_NS 1000
#define MAX_LAG_NS     60000

static struct timespec monotonic_in(uint64_t ns)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ns / 1000000000u);
    at.tv_nsec += (long)(ns % 1000000000u);
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static void note_lag(struct sched *s, uint64_t lag_ns)
{
    if (lag_ns > MAX_LAG_NS)
        lag_ns = MAX_LAG_NS;
    s->lag_ns = (7 * s->lag_ns + lag_ns) / 8;
}

/* Until thread_looks_ns, or woken. */
static void sleep_until_look(struct sched *s)
{
    uint64_t now = sched_now(s);
    if (s->thread_looks_ns == NEVER) {
        pthread_cond_wait(&s->wake, &s->mutex);
    } else if (s->thread_looks_ns > now) {
        uint64_t look_ns = s->thread_looks_ns;
        struct timespec at = monotonic_in(look_ns - now);
        if (pthread_cond_timedwait(&s->wake, &s->mutex, &at) == ETIMEDOUT)
            note_lag(s, sched_now(s) - look_ns);
    }
}

static void *thread_main(void *arg)
{
    struct sched *s = arg;
    prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
    pthread_setname_np(pthread_self(), "sliver-sched");
    pthread_mutex_lock(&s->mutex);
    while (s->thread_state == THREAD_RUNNING) {
        if (s->pumping) {
            s->thread_looks_ns = NEVER; /* who pumps now wakes it */
        } else {
            s->thread_looks_ns = 0;
            pump(s, PUMP_BY_THREAD);
            uint64_t now = sched_now(s);
            clients_check_activity(s, now);
            s->thread_looks_ns = sched_next_look(s, now);
        }
        sleep_until_look(s);
    }
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

static int start(struct sched *s)
{
    pthread_attr_t attr;
    sigset_t all, before;
    size_t stack_bytes = STACK_BYTES > PTHREAD_STACK_MIN ? STACK_BYTES : PTHREAD_STACK_MIN;
    int error = pthread_attr_init(&attr);
    if (error)
        return error;
    pthread_attr_setstacksize(&attr, stack_bytes);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    error = pthread_create(&s->thread, &attr, thread_main, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return error;
}

bool thread_ensure(struct sched *s)
{
    if (s->thread_state == THREAD_RUNNING)
        return true;
    if (s->thread_state != THREAD_NONE || s->config.threadless)
        return false;
    s->thread_state = THREAD_RUNNING;
    if (!start(s))
        return true;
    s->thread_state = THREAD_FAILED;
    atomic_store_explicit(&s->direct_only, true, memory_order_relaxed);
    return false;
}

void thread_wake_by(struct sched *s, uint64_t when)
{
    if (s->thread_state != THREAD_RUNNING || when >= s->thread_looks_ns)
        return;
    s->thread_looks_ns = when;
    pthread_cond_signal(&s->wake);
}

void thread_stop(struct sched *s)
{
    if (s->thread_state != THREAD_RUNNING)
        return;
    s->thread_state = THREAD_STOPPING;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->mutex);
    pthread_join(s->thread, NULL);
    pthread_mutex_lock(&s->mutex);
}

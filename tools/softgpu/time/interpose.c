/* SPDX-License-Identifier: MIT
 *
 * interpose.c - the functions of libc that libsoftgpu_time.so stands in for: clocks, sleep,
 * threads, mutexes, conditions, semaphores. Without a software device in virtual time, and for the
 * code of that device itself, each does what libc's does.
 *
 * Not among them: read-write locks, timed locks, input and output. A thread that blocks there loses
 * its turn after the device's patience.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "tools/softgpu/time/turns.h"

#define EXPORT      __attribute__((visibility("default")))
#define YIELD_NS    1000 /* what a yield costs, so that those who poll come to an end */
#define SECOND_NS   1000000000u
#define FIRST_EPOCH 1000000000 /* seconds: 2001. No machine has been up for so long */

/* libc's own. The conditions have an older version, which dlsym may give. */
static struct {
    int (*clock_gettime)(clockid_t, struct timespec *);
    int (*clock_nanosleep)(clockid_t, int, const struct timespec *, struct timespec *);
    int (*nanosleep)(const struct timespec *, struct timespec *);
    int (*sched_yield)(void);
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    int (*join)(pthread_t, void **);
    int (*mutex_lock)(pthread_mutex_t *);
    int (*mutex_unlock)(pthread_mutex_t *);
    int (*cond_wait)(pthread_cond_t *, pthread_mutex_t *);
    int (*cond_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    int (*cond_clockwait)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
    int (*cond_signal)(pthread_cond_t *);
    int (*cond_broadcast)(pthread_cond_t *);
    int (*barrier_init)(pthread_barrier_t *, const pthread_barrierattr_t *, unsigned);
    int (*barrier_destroy)(pthread_barrier_t *);
    int (*barrier_wait)(pthread_barrier_t *);
    int (*sem_wait)(sem_t *);
    int (*sem_post)(sem_t *);
} libc;

static const struct host_time_device *device;
static uintptr_t device_code[2];                     /* from, to */
static uint64_t realtime_base_ns, monotonic_base_ns; /* where the device's clock began */
static pthread_key_t end_key;

static void *find(const char *name)
{
#ifdef __x86_64__
    void *versioned = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
    if (versioned)
        return versioned;
#endif
    return dlsym(RTLD_NEXT, name);
}

static __attribute__((constructor(101))) void find_all(void)
{
    const struct {
        const char *name;
        void *where;
    } wanted[] = {
        {"clock_gettime", &libc.clock_gettime},
        {"clock_nanosleep", &libc.clock_nanosleep},
        {"nanosleep", &libc.nanosleep},
        {"sched_yield", &libc.sched_yield},
        {"pthread_create", &libc.create},
        {"pthread_join", &libc.join},
        {"pthread_mutex_lock", &libc.mutex_lock},
        {"pthread_mutex_unlock", &libc.mutex_unlock},
        {"pthread_cond_wait", &libc.cond_wait},
        {"pthread_cond_timedwait", &libc.cond_timedwait},
        {"pthread_cond_clockwait", &libc.cond_clockwait},
        {"pthread_cond_signal", &libc.cond_signal},
        {"pthread_cond_broadcast", &libc.cond_broadcast},
        {"pthread_barrier_init", &libc.barrier_init},
        {"pthread_barrier_destroy", &libc.barrier_destroy},
        {"pthread_barrier_wait", &libc.barrier_wait},
        {"sem_wait", &libc.sem_wait},
        {"sem_post", &libc.sem_post},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
        void *function = find(wanted[i].name);
        memcpy(wanted[i].where, &function, sizeof(function));
    }
}

/* Constructors of others may come before ours. */
#define LIBC(function) (libc.function ? libc.function : (find_all(), libc.function))

static bool by_device(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;
    return !turns_started() || (at >= device_code[0] && at < device_code[1]);
}
#define BY_DEVICE() by_device(__builtin_return_address(0))

static int find_code(struct dl_phdr_info *info, size_t size, void *arg)
{
    uintptr_t at = (uintptr_t)arg, from = UINTPTR_MAX, to = 0;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
            continue;
        from = start < from ? start : from;
        to = start + segment->p_memsz > to ? start + segment->p_memsz : to;
    }
    if (at < from || at >= to)
        return 0;
    device_code[0] = from;
    device_code[1] = to;
    return 1;
}

static uint64_t ns_of(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * SECOND_NS + (uint64_t)time->tv_nsec;
}

static struct timespec time_of(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / SECOND_NS), .tv_nsec = (long)(ns % SECOND_NS)};
}

static bool is_realtime(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

/* Only those that go on while nothing runs. */
static bool is_ours(clockid_t clock)
{
    return is_realtime(clock) || clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
           clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
}

/* An absolute time of that clock in the device's. */
static uint64_t device_ns(clockid_t clock, const struct timespec *time)
{
    uint64_t base_ns = is_realtime(clock) ? realtime_base_ns : monotonic_base_ns, ns = ns_of(time);
    return ns > base_ns ? ns - base_ns : 0;
}

/* Ends as late as a destructor can: others' may still take locks. */
static void end_thread(void *rounds)
{
    uintptr_t left = (uintptr_t)rounds - 1;
    if (left)
        pthread_setspecific(end_key, (void *)left);
    else
        turns_end();
}

static const struct host_time ours = {
    .prepare = turns_prepare,
    .commit = turns_commit,
    .spend = turns_spend,
    .wake = turns_wake,
    .enter = turns_enter,
    .leave = turns_leave,
    .run = turns_run,
    .next_deadline_ns = turns_next_deadline_ns,
    .expire = turns_expire,
};

host_time_attach_fn softgpu_time_attach;

EXPORT const struct host_time *softgpu_time_attach(const struct host_time_device *of)
{
    struct timespec now;
    if (device || pthread_key_create(&end_key, end_thread))
        return NULL;
    device = of;
    dl_iterate_phdr(find_code, (void *)(uintptr_t)of->now_ns);
    LIBC(clock_gettime)(CLOCK_REALTIME, &now);
    realtime_base_ns = ns_of(&now) - of->now_ns();
    LIBC(clock_gettime)(CLOCK_MONOTONIC, &now);
    monotonic_base_ns = ns_of(&now) - of->now_ns();
    turns_start(of);
    return &ours;
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    if (BY_DEVICE() || !is_ours(clock))
        return LIBC(clock_gettime)(clock, ret_time);
    turns_spend(1);
    uint64_t base_ns = is_realtime(clock) ? realtime_base_ns : monotonic_base_ns;
    *ret_time = time_of(base_ns + device->now_ns());
    return 0;
}

static void realtime(bool real, struct timespec *ret_now)
{
    if (real) {
        LIBC(clock_gettime)(CLOCK_REALTIME, ret_now);
        return;
    }
    turns_spend(1);
    *ret_now = time_of(realtime_base_ns + device->now_ns());
}

EXPORT int gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
    struct timespec now;
    (void)zone; /* obsolete; nobody asks */
    realtime(BY_DEVICE(), &now);
    *ret_time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

EXPORT time_t time(time_t *ret_time)
{
    struct timespec now;
    realtime(BY_DEVICE(), &now);
    if (ret_time)
        *ret_time = now.tv_sec;
    return now.tv_sec;
}

static void sleep_until(uint64_t until_ns)
{
    turns_prepare(NULL, until_ns);
    turns_commit();
}

EXPORT int nanosleep(const struct timespec *time, struct timespec *ret_left)
{
    if (BY_DEVICE() || time->tv_sec < 0 || (uint64_t)time->tv_nsec >= SECOND_NS)
        return LIBC(nanosleep)(time, ret_left);
    sleep_until(device->now_ns() + ns_of(time));
    return 0;
}

EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                           struct timespec *ret_left)
{
    if (BY_DEVICE() || !is_ours(clock) || time->tv_sec < 0 || (uint64_t)time->tv_nsec >= SECOND_NS)
        return LIBC(clock_nanosleep)(clock, flags, time, ret_left);
    sleep_until(flags & TIMER_ABSTIME ? device_ns(clock, time) : device->now_ns() + ns_of(time));
    return 0;
}

EXPORT int usleep(useconds_t us)
{
    struct timespec time = time_of((uint64_t)us * 1000);
    if (BY_DEVICE())
        return LIBC(nanosleep)(&time, NULL);
    sleep_until(device->now_ns() + ns_of(&time));
    return 0;
}

EXPORT unsigned sleep(unsigned seconds)
{
    struct timespec time = {.tv_sec = seconds}, left = {0};
    if (!BY_DEVICE())
        sleep_until(device->now_ns() + ns_of(&time));
    else if (LIBC(nanosleep)(&time, &left))
        return (unsigned)left.tv_sec;
    return 0;
}

EXPORT int sched_yield(void)
{
    if (BY_DEVICE())
        return LIBC(sched_yield)();
    sleep_until(device->now_ns() + YIELD_NS);
    return 0;
}

struct start {
    void *(*run)(void *);
    void *arg;
    struct turn_thread *thread;
};

static void *start_thread(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    turns_begin(start.thread);
    pthread_setspecific(end_key, (void *)(uintptr_t)PTHREAD_DESTRUCTOR_ITERATIONS);
    return start.run(start.arg);
}

EXPORT int pthread_create(pthread_t *restrict ret_thread, const pthread_attr_t *restrict attr,
                          void *(*run)(void *), void *restrict arg)
{
    if (BY_DEVICE())
        return LIBC(create)(ret_thread, attr, run, arg);
    struct start *start = malloc(sizeof(*start));
    struct turn_thread *thread = start ? turns_add() : NULL;
    if (!thread) {
        free(start);
        return EAGAIN;
    }
    *start = (struct start){.run = run, .arg = arg, .thread = thread};
    int error = LIBC(create)(ret_thread, attr, start_thread, start);
    if (error) {
        turns_add_failed(thread);
        free(start);
    } else {
        turns_name(thread, *ret_thread);
    }
    return error;
}

EXPORT int pthread_join(pthread_t thread, void **ret_value)
{
    if (!BY_DEVICE())
        turns_join(thread);
    return LIBC(join)(thread, ret_value);
}

static int lock_mutex(pthread_mutex_t *mutex)
{
    int error;
    while ((error = pthread_mutex_trylock(mutex)) == EBUSY) {
        turns_prepare(mutex, NEVER);
        error = pthread_mutex_trylock(mutex);
        if (error != EBUSY) {
            turns_cancel();
            return error;
        }
        turns_commit();
    }
    return error;
}

static int unlock_mutex(pthread_mutex_t *mutex)
{
    int error = LIBC(mutex_unlock)(mutex);
    if (!error)
        turns_wake_one(mutex);
    return error;
}

/* Who asks again and again takes locks again and again. */
static int unlock_and_spend(pthread_mutex_t *mutex)
{
    int error = unlock_mutex(mutex);
    turns_spend(1);
    return error;
}

EXPORT int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return BY_DEVICE() ? LIBC(mutex_lock)(mutex) : lock_mutex(mutex);
}

EXPORT int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    return BY_DEVICE() ? LIBC(mutex_unlock)(mutex) : unlock_and_spend(mutex);
}

/* Nothing comes between its beginning to wait and its letting go of the mutex: it has the turn. */
static int wait_for(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t until_ns)
{
    turns_prepare(cond, until_ns);
    int error = unlock_mutex(mutex);
    if (error) {
        turns_cancel();
        return error;
    }
    bool woken = turns_commit();
    error = lock_mutex(mutex);
    return error ? error : woken ? 0 : ETIMEDOUT;
}

EXPORT int pthread_cond_wait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex)
{
    if (BY_DEVICE())
        return LIBC(cond_wait)(cond, mutex);
    return wait_for(cond, mutex, NEVER);
}

/* Which clock a condition goes by can't be asked; the time says it. */
EXPORT int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                                  const struct timespec *restrict until)
{
    if (BY_DEVICE())
        return LIBC(cond_timedwait)(cond, mutex, until);
    clockid_t clock = until->tv_sec >= FIRST_EPOCH ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    return wait_for(cond, mutex, device_ns(clock, until));
}

EXPORT int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                                  clockid_t clock, const struct timespec *restrict until)
{
    if (BY_DEVICE())
        return LIBC(cond_clockwait)(cond, mutex, clock, until);
    return wait_for(cond, mutex, device_ns(clock, until));
}

/* Threads from before the start may wait as libc has it. */
EXPORT int pthread_cond_signal(pthread_cond_t *cond)
{
    if (!BY_DEVICE())
        turns_wake_one(cond);
    return LIBC(cond_signal)(cond);
}

EXPORT int pthread_cond_broadcast(pthread_cond_t *cond)
{
    if (!BY_DEVICE())
        turns_wake(cond);
    return LIBC(cond_broadcast)(cond);
}

EXPORT int sem_wait(sem_t *semaphore)
{
    if (BY_DEVICE())
        return LIBC(sem_wait)(semaphore);
    while (sem_trywait(semaphore)) {
        if (errno != EAGAIN)
            return -1;
        turns_prepare(semaphore, NEVER);
        turns_commit();
    }
    return 0;
}

EXPORT int sem_post(sem_t *semaphore)
{
    int error = LIBC(sem_post)(semaphore);
    if (!BY_DEVICE() && !error)
        turns_wake_one(semaphore);
    return error;
}

/* How many it is for can't be asked of a barrier. */
struct barrier {
    pthread_barrier_t *of;
    unsigned most, n;
    uint64_t round;
    struct barrier *next;
};

static struct barrier *barriers;
static pthread_mutex_t barriers_lock = PTHREAD_MUTEX_INITIALIZER;

static struct barrier *find_barrier(const pthread_barrier_t *of)
{
    struct barrier *barrier;
    LIBC(mutex_lock)(&barriers_lock);
    LL_SEARCH_SCALAR(barriers, barrier, of, of);
    LIBC(mutex_unlock)(&barriers_lock);
    return barrier;
}

EXPORT int pthread_barrier_init(pthread_barrier_t *restrict of,
                                const pthread_barrierattr_t *restrict attr, unsigned most)
{
    int error = LIBC(barrier_init)(of, attr, most);
    struct barrier *barrier = error || BY_DEVICE() ? NULL : calloc(1, sizeof(*barrier));
    if (!barrier)
        return error;
    barrier->of = of;
    barrier->most = most;
    LIBC(mutex_lock)(&barriers_lock);
    LL_PREPEND(barriers, barrier);
    LIBC(mutex_unlock)(&barriers_lock);
    return 0;
}

EXPORT int pthread_barrier_destroy(pthread_barrier_t *of)
{
    struct barrier *barrier = find_barrier(of);
    if (barrier) {
        LIBC(mutex_lock)(&barriers_lock);
        LL_DELETE(barriers, barrier);
        LIBC(mutex_unlock)(&barriers_lock);
        free(barrier);
    }
    return LIBC(barrier_destroy)(of);
}

/* Only who has the turn is here. */
EXPORT int pthread_barrier_wait(pthread_barrier_t *of)
{
    struct barrier *barrier = BY_DEVICE() ? NULL : find_barrier(of);
    if (!barrier)
        return LIBC(barrier_wait)(of);
    uint64_t round = barrier->round;
    if (++barrier->n == barrier->most) {
        barrier->n = 0;
        barrier->round++;
        turns_wake(barrier);
        return PTHREAD_BARRIER_SERIAL_THREAD;
    }
    while (barrier->round == round) {
        turns_prepare(barrier, NEVER);
        turns_commit();
    }
    return 0;
}

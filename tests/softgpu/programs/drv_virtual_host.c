// SPDX-License-Identifier: MIT
//
// The host's side of virtual time (libsoftgpu_time.so): sleeps take what they say, to the
// nanosecond, and no more, however many threads sleep; waits end by their deadlines, wake-ups come
// in their order.
//
// env: SLIVER_SOFTGPU=clock=virtual,sms=2
// time: virtual
// preload: no the library is not asked for anything
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "ptx.h"

enum { THREADS = 3 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t semaphore;
static int order[64], n_order, may_go;

static long now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

static struct timespec in_us(clockid_t clock, long us)
{
    long at = now_ns(clock) + us * 1000;
    return (struct timespec){.tv_sec = at / 1000000000L, .tv_nsec = at % 1000000000L};
}

static void sleeps(void)
{
    long begin = now_ns(CLOCK_MONOTONIC), wall = now_ns(CLOCK_REALTIME);
    struct timeval day;

    usleep(1500);
    EXPECT(now_ns(CLOCK_MONOTONIC) - begin == 1500000);
    EXPECT(now_ns(CLOCK_REALTIME) - wall == 1500000);
    EXPECT(!nanosleep(&(struct timespec){.tv_nsec = 42}, NULL));
    EXPECT(now_ns(CLOCK_MONOTONIC) - begin == 1500042);
    EXPECT(sleep(3600) == 0); /* an hour */
    EXPECT(now_ns(CLOCK_MONOTONIC) - begin == 3600001500042L);
    struct timespec until = in_us(CLOCK_MONOTONIC, 10);
    begin = now_ns(CLOCK_MONOTONIC);
    EXPECT(!clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL));
    EXPECT(now_ns(CLOCK_MONOTONIC) - begin == 10000);
    EXPECT(nanosleep(&(struct timespec){.tv_nsec = 1000000000}, NULL) == -1 && errno == EINVAL);
    gettimeofday(&day, NULL);
    EXPECT(day.tv_sec == time(NULL) && day.tv_sec == now_ns(CLOCK_REALTIME) / 1000000000L);
}

static void deadlines(void)
{
    long begin = now_ns(CLOCK_MONOTONIC);
    struct timespec until = in_us(CLOCK_REALTIME, 700);

    pthread_mutex_lock(&lock);
    EXPECT(pthread_cond_timedwait(&cond, &lock, &until) == ETIMEDOUT);
    EXPECT(now_ns(CLOCK_MONOTONIC) - begin == 700000);
    EXPECT(pthread_mutex_trylock(&lock) == EBUSY); /* taken again */
    pthread_mutex_unlock(&lock);
}

static void *sleeper(void *arg)
{
    long id = (long)arg;
    usleep(1000 * (THREADS - id)); /* the last made wakes first */
    order[n_order++] = (int)id;
    pthread_barrier_wait(&barrier);
    pthread_mutex_lock(&lock); /* held by main until it waits itself */
    while (!may_go)
        pthread_cond_wait(&cond, &lock);
    order[n_order++] = (int)id;
    pthread_mutex_unlock(&lock);
    sem_wait(&semaphore);
    order[n_order++] = (int)id;
    return (void *)(id + 100);
}

static void threads(void)
{
    static const int wanted[] = {2, 1, 0, 0, 1, 2, 0, 1, 2};
    long begin = now_ns(CLOCK_MONOTONIC);
    pthread_t made[THREADS];
    void *value;

    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    sem_init(&semaphore, 0, 0);
    for (long i = 0; i < THREADS; i++)
        EXPECT(!pthread_create(&made[i], NULL, sleeper, (void *)i));
    pthread_mutex_lock(&lock);
    pthread_barrier_wait(&barrier);
    EXPECT(now_ns(CLOCK_MONOTONIC) - begin == THREADS * 1000000L);
    usleep(10); /* all of them wait for the mutex now */
    pthread_mutex_unlock(&lock);
    usleep(10);
    pthread_mutex_lock(&lock);
    may_go = 1;
    pthread_cond_broadcast(&cond);
    pthread_mutex_unlock(&lock);
    usleep(10);
    for (int i = 0; i < THREADS; i++)
        sem_post(&semaphore);
    for (long i = 0; i < THREADS; i++)
        EXPECT(!pthread_join(made[i], &value) && (long)value == i + 100);
    EXPECT(now_ns(CLOCK_MONOTONIC) - begin == THREADS * 1000000L + 30000);
    EXPECT(n_order == 3 * THREADS);
    /* first by their sleeps, then as they came to the mutex and the condition */
    EXPECT(order[0] == wanted[0] && order[1] == wanted[1] && order[2] == wanted[2]);
    for (int i = THREADS; i < 2 * THREADS; i++)
        EXPECT(order[i] == order[i + THREADS]);
    pthread_barrier_destroy(&barrier);
}

int main(void)
{
    time_t began = time(NULL);

    EXPECT(time(NULL) - began <= 1);
    make_context();
    sleeps();
    deadlines();
    threads();
    return finish();
}

/* SPDX-License-Identifier: MIT
 *
 * cleanup.h - release what a scope holds when it is left, by whatever way.
 *
 *     _cleanup_free_ char *text = NULL;
 *     _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&queue->lock);
 *
 * Every attribute takes an initialised variable; the empty value (NULL, -1) is released as nothing.
 * Hand the resource on with STEAL_PTR or steal_fd. errno is kept.
 */
#ifndef COMMON_CLEANUP_H
#define COMMON_CLEANUP_H

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _cleanup_free_      _cleanup_(cleanup_free)
#define _cleanup_close_     _cleanup_(cleanup_close)
#define _cleanup_fclose_    _cleanup_(cleanup_fclose)
#define _cleanup_unlock_    _cleanup_(cleanup_unlock) __attribute__((unused))

static inline void cleanup_free(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}

static inline void cleanup_close(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        close(*fd);
    errno = saved;
}

static inline void cleanup_fclose(FILE **file)
{
    int saved = errno;

    if (*file)
        fclose(*file);
    errno = saved;
}

static inline void cleanup_unlock(pthread_mutex_t **mutex)
{
    if (*mutex)
        pthread_mutex_unlock(*mutex);
}

static inline pthread_mutex_t *lock_mutex(pthread_mutex_t *mutex)
{
    pthread_mutex_lock(mutex);
    return mutex;
}

/* The pointer's value; the variable is NULL afterwards. */
#define STEAL_PTR(pointer)                                                                         \
    ({                                                                                             \
        __typeof__(pointer) stolen_ = (pointer);                                                   \
        (pointer) = NULL;                                                                          \
        stolen_;                                                                                   \
    })

static inline int steal_fd(int *fd)
{
    int stolen = *fd;

    *fd = -1;
    return stolen;
}

#endif

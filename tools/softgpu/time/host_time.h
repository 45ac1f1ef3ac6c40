/* SPDX-License-Identifier: MIT
 *
 * host_time.h - the program's side of virtual time: libsoftgpu_time.so, which is preloaded, gives
 * the device this table, so that the program lives by the device's clock and its threads run one at
 * a time.
 *
 * One thread of the program has the turn. It runs until it blocks in a call that the library knows
 * (a mutex, a condition, a semaphore, join, sleep, or the device itself); then the next that is
 * ready has it, in the order in which they became ready. When none is ready the program rests, and
 * the device may move on in time. What blocks in a call that the library does not know loses its
 * turn when the device has been patient.
 */
#ifndef SOFTGPU_TIME_HOST_TIME_H
#define SOFTGPU_TIME_HOST_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* What the device gives. Any thread. */
struct host_time_device {
    uint64_t (*now_ns)(void);
    void (*kick)(void); /* a thread became ready though the program rested */
    void (*quiet)(uint64_t patience_us);
};

/* Times are the device's, in ns; UINT64_MAX: never. */
struct host_time {
    /* This thread of the program blocks until wake(key) or the deadline: between the two calls it
     * lets go of what the waker needs. false: it was the deadline. */
    void (*prepare)(const void *key, uint64_t deadline_ns);
    bool (*commit)(void);
    /* This thread does something that those do who poll: after so much of it in one turn a little
     * time passes, in which others have theirs. */
    void (*spend)(unsigned n);
    /* All that block on it are ready. Any thread. */
    void (*wake)(const void *key);
    /* A thread of the device is about to run code of the program, or did. */
    void (*enter)(void);
    void (*leave)(void);
    /* The device's thread: lets the program run until it rests. false: it did not run. */
    bool (*run)(uint64_t patience_us);
    uint64_t (*next_deadline_ns)(void);
    void (*expire)(uint64_t now_ns); /* those whose deadline has come are ready */
};

/* The only symbol the device looks up. The calling thread has the turn. The code of the object that
 * `device->now_ns` is in goes by real time. Once in a process. */
typedef const struct host_time *host_time_attach_fn(const struct host_time_device *device);
#define HOST_TIME_ATTACH "softgpu_time_attach"

#endif

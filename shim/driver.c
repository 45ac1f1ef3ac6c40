/* SPDX-License-Identifier: MIT
 *
 * driver.c - finds libcuda.so.1 and its functions.
 *
 * Any thread that needs the driver before it is open looks everything up for itself, on its own
 * stack; whoever is done first copies the result in. A lock would be held across dlopen, and so
 * across constructors of other libraries, which may call us while they hold the dynamic linker's
 * own lock. A constructor that our own dlopen runs finds the driver mapped, and goes the same way.
 */
#include "shim/driver.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "common/env.h"
#include "shim/doors.h"

struct driver_real driver;
_Atomic enum driver_state driver_state = DRIVER_CLOSED;

static void find_all(struct driver_real *found, void *library)
{
    found->newer[DRIVER_NEWER_COUNT] = NULL;
    found->library = library;
#define FIND(symbol) *(void **)&found->symbol = doors_real_dlsym(library, #symbol);
#define DRIVER_NEWER(symbol, ...)                                                                  \
    found->newer[DRIVER_INDEX_##symbol] = doors_real_dlsym(library, #symbol);
#define DRIVER_USED(symbol, ...)  FIND(symbol)
#define DRIVER_ORDER(symbol, ...) FIND(symbol)
#define DRIVER_SYNC(symbol, ...)  FIND(symbol)
#define DRIVER_HOOK(symbol, ...)  FIND(symbol)
#define DRIVER_WARN(symbol, ...)  FIND(symbol)
#include "shim/driver_table.inc"
#undef FIND
}

static void publish(const struct driver_real *found)
{
    enum driver_state expected = DRIVER_CLOSED;
    if (atomic_compare_exchange_strong_explicit(&driver_state, &expected, DRIVER_FILLING,
                                                memory_order_acquire, memory_order_acquire)) {
        driver = *found;
        bool is_off = env_read_bool("SLIVER_DISABLE");
        atomic_store_explicit(&driver_state, is_off ? DRIVER_OFF : DRIVER_ON, memory_order_release);
    }
}

/* The thread that was copying is not in the child: it starts again. */
static void after_fork(void)
{
    enum driver_state expected = DRIVER_FILLING;
    atomic_compare_exchange_strong(&driver_state, &expected, DRIVER_CLOSED);
}

__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, after_fork);
}

/* Our reference stays: the pointers must outlive a dlclose by the program.
 *
 * A program may be linked with a driver of another name, an emulation say; without us it would have
 * been bound to what is behind us. It is known from a tracer by a call that none wraps. */
static void *find_library(bool load)
{
    void *library = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_NOLOAD);
    if (library || !load)
        return library;
    if (doors_real_dlsym(RTLD_NEXT, "cuGetErrorString"))
        return RTLD_NEXT;
    return dlopen("libcuda.so.1", RTLD_LAZY);
}

static void look(bool load)
{
    void *library = find_library(load);
    if (!library)
        return;
    struct driver_real found;
    find_all(&found, library);
    publish(&found);
}

enum driver_state driver_open(bool load)
{
    enum driver_state state = atomic_load_explicit(&driver_state, memory_order_acquire);
    if (state == DRIVER_CLOSED) {
        int saved = errno;
        look(load);
        errno = saved;
    }
    while ((state = atomic_load_explicit(&driver_state, memory_order_acquire)) == DRIVER_FILLING)
        sched_yield();
    return state;
}

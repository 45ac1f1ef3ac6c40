/* SPDX-License-Identifier: MIT
 *
 * doors.c - the exported functions, one per symbol that we replace, and the table of them.
 *
 * A program that was linked with -lcuda is bound to these by the dynamic linker; the other doors
 * give out their addresses. Each makes sure that the real driver is there, lets go first what is
 * held and must come before the call, and makes it. They take no lock.
 */
#include "shim/doors.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "shim/hooks.h"
#include "shim/order.h"

#define DOOR __attribute__((visibility("default"))) CUresult CUDAAPI

/* No driver: what a program would be told on a machine without a GPU. A driver without this call:
 * the program was linked against a newer one, and could not have started without us. */
static CUresult refuse(enum driver_state state)
{
    return state == DRIVER_CLOSED ? CUDA_ERROR_NO_DEVICE : CUDA_ERROR_NOT_SUPPORTED;
}

/* Without a user where the headers are older than all the calls that are warned about. */
__attribute__((unused)) static void warn_once(_Atomic bool *warned, const char *symbol,
                                              const char *why)
{
    if (!atomic_exchange_explicit(warned, true, memory_order_relaxed))
        log_warn("%s: %s", symbol, why);
}

/* Leaves the function unless hooks are on and the driver has the call. */
#define ENTER(symbol, args)                                                                        \
    enum driver_state door_state = driver_enter();                                                 \
    if (__builtin_expect(door_state != DRIVER_ON || !driver.symbol, 0)) {                          \
        if (door_state == DRIVER_CLOSED || !driver.symbol)                                         \
            return refuse(door_state);                                                             \
        return driver.symbol args;                                                                 \
    }

#define DRIVER_ORDER(symbol, base, since, flavour, params, args, wait)                             \
    DOOR symbol params;                                                                            \
    DOOR symbol params                                                                             \
    {                                                                                              \
        ENTER(symbol, args);                                                                       \
        if (shim_held())                                                                           \
            wait;                                                                                  \
        return driver.symbol args;                                                                 \
    }
#define DRIVER_SYNC DRIVER_ORDER
#define DRIVER_HOOK(symbol, base, since, flavour, params, args, hook)                              \
    DOOR symbol params;                                                                            \
    DOOR symbol params                                                                             \
    {                                                                                              \
        ENTER(symbol, args);                                                                       \
        return hook;                                                                               \
    }
#define DRIVER_WARN(symbol, base, since, flavour, params, args, why)                               \
    DOOR symbol params;                                                                            \
    DOOR symbol params                                                                             \
    {                                                                                              \
        static _Atomic bool door_warned;                                                           \
        ENTER(symbol, args);                                                                       \
        warn_once(&door_warned, #symbol, why);                                                     \
        return driver.symbol args;                                                                 \
    }
#define DRIVER_NEWER(symbol, ...) extern const char symbol[]; /* in doors_untyped.S */
#include "shim/driver_table.inc"

static const struct door doors[] = {
#define OURS(symbol, base, since, flavour)                                                         \
    {#symbol, #base, since, flavour, (void *)symbol, (void *const *)&driver.symbol},
#define REAL(symbol, base, since, flavour)             {#symbol, #base, since, flavour, NULL, NULL},
#define DRIVER_PASS(symbol, base, since, flavour)      REAL(symbol, base, since, flavour)
#define DRIVER_USED(symbol, base, since, flavour, ...) REAL(symbol, base, since, flavour)
#define DRIVER_NEWER(symbol, base, since, flavour, ...)                                            \
    {#symbol, #base, since, flavour, (void *)symbol, &driver.newer[DRIVER_INDEX_##symbol]},
#define DRIVER_ORDER(symbol, base, since, flavour, ...) OURS(symbol, base, since, flavour)
#define DRIVER_SYNC(symbol, base, since, flavour, ...)  OURS(symbol, base, since, flavour)
#define DRIVER_HOOK(symbol, base, since, flavour, ...)  OURS(symbol, base, since, flavour)
#define DRIVER_WARN(symbol, base, since, flavour, ...)  OURS(symbol, base, since, flavour)
#include "shim/driver_table.inc"
};

static int compare_base(const void *key, const void *element)
{
    return strcmp(key, ((const struct door *)element)->base);
}

/* The rows of one base name; they stand together. */
static const struct door *first_of(const char *base, const struct door **ret_end)
{
    const struct door *end = doors + sizeof doors / sizeof *doors;
    const struct door *first =
        bsearch(base, doors, sizeof doors / sizeof *doors, sizeof *doors, compare_base);
    if (!first)
        return NULL;
    *ret_end = first;
    while (*ret_end < end && !strcmp((*ret_end)->base, base))
        ++*ret_end;
    while (first > doors && !strcmp(first[-1].base, base))
        --first;
    return first;
}

/* "cuMemAlloc_v2" and "cuMemcpyHtoD_v2_ptds" without what follows the base name. */
static bool base_of(const char *symbol, char *base, size_t size)
{
    size_t length = strnlen(symbol, size);
    if (length == size)
        return false;
    if (length > 5 &&
        (!strcmp(symbol + length - 5, "_ptsz") || !strcmp(symbol + length - 5, "_ptds")))
        length -= 5;
    if (length > 3 && !strncmp(symbol + length - 3, "_v", 2) &&
        isdigit((unsigned char)symbol[length - 1]))
        length -= 3;
    memcpy(base, symbol, length);
    base[length] = '\0';
    return true;
}

const struct door *doors_find(const char *symbol)
{
    char base[64];
    const struct door *end, *door;
    if (symbol[0] != 'c' || symbol[1] != 'u' || !base_of(symbol, base, sizeof base))
        return NULL;
    for (door = first_of(base, &end); door && door < end; door++)
        if (!strcmp(door->symbol, symbol))
            return door;
    return NULL;
}

bool doors_may_matter(const char *symbol)
{
    char base[64];
    const struct door *end, *door;
    if (symbol[0] != 'c' || symbol[1] != 'u' || !isupper((unsigned char)symbol[2]))
        return false;
    door = base_of(symbol, base, sizeof base) ? first_of(base, &end) : NULL;
    bool matters = !door;
    for (; door && door < end; door++)
        matters = matters || door->ours;
    return matters;
}

/* Whether a is a better answer than b to a look-up in that flavour. */
static bool is_better(const struct door *a, const struct door *b, enum driver_flavour flavour)
{
    if (!b || a->flavour != b->flavour)
        return !b || a->flavour == flavour;
    return a->since > b->since;
}

const struct door *doors_find_proc(const char *name, int version, enum driver_flavour flavour,
                                   const void *found)
{
    const struct door *end, *best = NULL, *same = NULL;
    const struct door *door = first_of(name, &end);
    for (; door && door < end; door++) {
        if (door->ours && *door->real == found && !same)
            same = door;
        if ((int)door->since > version)
            continue;
        if (door->flavour == FLAVOUR_LEGACY || flavour == FLAVOUR_PER_THREAD)
            best = is_better(door, best, flavour) ? door : best;
    }
    if (best && best->ours && *best->real == found)
        return best;
    return same ? same : version <= DRIVER_TABLE_NEWEST ? best : NULL;
}

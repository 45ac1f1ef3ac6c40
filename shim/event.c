/* SPDX-License-Identifier: MIT
 *
 * event.c - events whose record, or a wait for them, is deferred behind held slices.
 *
 * An event means the latest record before the call that names it. So while a record is deferred a
 * query answers NOT_READY and a wait on another stream is put behind it; and while a wait is
 * deferred the event is not recorded anew before that wait is with the driver. Nothing here is
 * looked at while nothing is held.
 *
 * Lock: events_lock guards the table; not held over any call that waits.
 */
#include <pthread.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "common/hash.h"
#include "shim/defer.h"
#include "shim/hooks.h"

#define MOST_WAITS 8

struct tracked {
    CUevent event;
    struct sched_ticket record;            /* of its latest record, if deferred */
    struct sched_ticket waits[MOST_WAITS]; /* of deferred waits for it */
    unsigned n_waits;
    UT_hash_handle hh;
};

static pthread_mutex_t events_lock = PTHREAD_MUTEX_INITIALIZER;
static struct tracked *events;

static struct tracked *find(CUevent event)
{
    struct tracked *tracked;
    HASH_FIND_PTR(events, &event, tracked);
    return tracked;
}

static bool all_passed(const struct tracked *tracked)
{
    if (!sched_ticket_passed(tracked->record))
        return false;
    for (unsigned i = 0; i < tracked->n_waits; i++)
        if (!sched_ticket_passed(tracked->waits[i]))
            return false;
    return true;
}

/* Under events_lock: forgets what is over; keeps the table as small as what is deferred. */
static void sweep(void)
{
    struct tracked *tracked, *next;
    HASH_ITER(hh, events, tracked, next)
    {
        if (all_passed(tracked)) {
            HASH_DEL(events, tracked);
            free(tracked);
        }
    }
}

static struct tracked *find_or_add(CUevent event)
{
    struct tracked *tracked = find(event);
    if (tracked)
        return tracked;
    if (HASH_COUNT(events) >= 64)
        sweep();
    tracked = calloc(1, sizeof(*tracked));
    if (!tracked)
        return NULL;
    tracked->event = event;
    HASH_ADD_PTR(events, event, tracked);
    if (HASH_WAS_ADDED(tracked))
        return tracked;
    free(tracked);
    return NULL;
}

static struct sched_ticket record_of(CUevent event)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&events_lock);
    struct tracked *tracked = find(event);
    return tracked ? tracked->record : (struct sched_ticket){NULL, 0};
}

/* Until the event's deferred record and waits are with the driver: it may be recorded anew then. */
static void settle(CUevent event)
{
    struct tracked copy = {0};
    pthread_mutex_lock(&events_lock);
    struct tracked *tracked = find(event);
    if (tracked)
        copy = *tracked;
    pthread_mutex_unlock(&events_lock);
    sched_ticket_wait(copy.record, SCHED_WAIT_ORDER);
    for (unsigned i = 0; i < copy.n_waits; i++)
        sched_ticket_wait(copy.waits[i], SCHED_WAIT_ORDER);
}

static void note_record(CUevent event, struct sched_ticket ticket)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&events_lock);
    struct tracked *tracked = find_or_add(event);
    if (tracked) {
        tracked->record = ticket;
        tracked->n_waits = 0; /* settled before */
    }
}

static void drop_passed_waits(struct tracked *tracked)
{
    unsigned n = 0;
    for (unsigned i = 0; i < tracked->n_waits; i++)
        if (!sched_ticket_passed(tracked->waits[i]))
            tracked->waits[n++] = tracked->waits[i];
    tracked->n_waits = n;
}

/* Room for one more wait. Under no lock between this and note_wait: threads that wait for one event
 * at once may find the room gone, and then wait themselves. */
static bool can_note_wait(CUevent event)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&events_lock);
    struct tracked *tracked = find_or_add(event);
    if (!tracked)
        return false;
    drop_passed_waits(tracked);
    return tracked->n_waits < MOST_WAITS;
}

static bool note_wait(CUevent event, struct sched_ticket ticket)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&events_lock);
    struct tracked *tracked = find_or_add(event);
    if (!tracked || tracked->n_waits == MOST_WAITS)
        return false;
    tracked->waits[tracked->n_waits++] = ticket;
    return true;
}

static CUresult run_record(CUstream stream, const union defer_args *args)
{
    return args->event.flags
               ? driver.cuEventRecordWithFlags(args->event.event, stream, args->event.flags)
               : driver.cuEventRecord(args->event.event, stream);
}

/* A record that can't be noted as deferred must be waited for: nobody could tell it from an old
 * one. */
static bool record_deferred(CUevent event, CUstream stream, enum driver_flavour flavour,
                            unsigned flags, CUresult *ret_result)
{
    settle(event);
    struct shim_stream *of = defer_stream(stream, flavour);
    if (!of || flags > CU_EVENT_RECORD_EXTERNAL || !sched_queue_busy(of->queue))
        return false;
    union defer_args args = {.event = {.event = event, .flags = flags}};
    struct sched_ticket ticket = {NULL, 0};
    if (!defer_call(of, run_record, &args, ticket, &ticket, ret_result))
        return false;
    note_record(event, ticket);
    if (record_of(event).seq != ticket.seq || record_of(event).queue != ticket.queue)
        sched_ticket_wait(ticket, SCHED_WAIT_ORDER);
    return true;
}

CUresult hook_cuEventRecord(enum driver_flavour flavour, CUevent hEvent, CUstream hStream)
{
    CUresult result;
    if (shim_held()) {
        if (record_deferred(hEvent, hStream, flavour, 0, &result))
            return result;
        shim_order_stream(hStream, flavour);
    }
    return DRIVER_IN(flavour, cuEventRecord)(hEvent, hStream);
}

CUresult hook_cuEventRecordWithFlags(enum driver_flavour flavour, CUevent hEvent, CUstream hStream,
                                     unsigned int flags)
{
    CUresult result;
    if (shim_held()) {
        if (record_deferred(hEvent, hStream, flavour, flags, &result))
            return result;
        shim_order_stream(hStream, flavour);
    }
    return DRIVER_IN(flavour, cuEventRecordWithFlags)(hEvent, hStream, flags);
}

static CUresult run_wait(CUstream stream, const union defer_args *args)
{
    return driver.cuStreamWaitEvent(stream, args->event.event, args->event.flags);
}

static bool wait_deferred(CUstream stream, enum driver_flavour flavour, CUevent event,
                          unsigned flags, CUresult *ret_result)
{
    struct sched_ticket record = record_of(event), ticket = {NULL, 0};
    struct shim_stream *of = defer_stream(stream, flavour);
    bool behind_record = !sched_ticket_passed(record);
    if (!of || (!behind_record && !sched_queue_busy(of->queue)) || !can_note_wait(event)) {
        sched_ticket_wait(record, SCHED_WAIT_ORDER);
        return false;
    }
    union defer_args args = {.event = {.event = event, .flags = flags}};
    if (!defer_call(of, run_wait, &args, record, &ticket, ret_result)) {
        sched_ticket_wait(record, SCHED_WAIT_ORDER);
        return false;
    }
    if (ticket.queue && !note_wait(event, ticket))
        sched_ticket_wait(ticket, SCHED_WAIT_ORDER);
    return true;
}

CUresult hook_cuStreamWaitEvent(enum driver_flavour flavour, CUstream hStream, CUevent hEvent,
                                unsigned int Flags)
{
    CUresult result;
    if (shim_held()) {
        if (wait_deferred(hStream, flavour, hEvent, Flags, &result))
            return result;
        shim_order_stream(hStream, flavour);
    }
    return DRIVER_IN(flavour, cuStreamWaitEvent)(hStream, hEvent, Flags);
}

CUresult hook_cuEventQuery(CUevent hEvent)
{
    if (shim_held() && !sched_ticket_passed(record_of(hEvent)))
        return CUDA_ERROR_NOT_READY;
    CUresult result = driver.cuEventQuery(hEvent);
    return result ? result : defer_take_error();
}

CUresult hook_cuEventSynchronize(CUevent hEvent)
{
    if (shim_held())
        sched_ticket_wait(record_of(hEvent), SCHED_WAIT_SYNC);
    CUresult result = driver.cuEventSynchronize(hEvent);
    return result ? result : defer_take_error();
}

static bool elapsed_ready(CUevent start, CUevent end)
{
    return !shim_held() ||
           (sched_ticket_passed(record_of(start)) && sched_ticket_passed(record_of(end)));
}

CUresult hook_cuEventElapsedTime(float *pMilliseconds, CUevent hStart, CUevent hEnd)
{
    if (!elapsed_ready(hStart, hEnd))
        return CUDA_ERROR_NOT_READY;
    return driver.cuEventElapsedTime(pMilliseconds, hStart, hEnd);
}

CUresult hook_cuEventElapsedTime_v2(float *pMilliseconds, CUevent hStart, CUevent hEnd)
{
    if (!elapsed_ready(hStart, hEnd))
        return CUDA_ERROR_NOT_READY;
    return driver.cuEventElapsedTime_v2(pMilliseconds, hStart, hEnd);
}

static void forget(CUevent event)
{
    settle(event);
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&events_lock);
    struct tracked *tracked = find(event);
    if (tracked) {
        HASH_DEL(events, tracked);
        free(tracked);
    }
}

CUresult hook_cuEventDestroy(CUevent hEvent)
{
    if (shim_held())
        forget(hEvent);
    return driver.cuEventDestroy(hEvent);
}

CUresult hook_cuEventDestroy_v2(CUevent hEvent)
{
    if (shim_held())
        forget(hEvent);
    return driver.cuEventDestroy_v2(hEvent);
}

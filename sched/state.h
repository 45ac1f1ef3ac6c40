/* SPDX-License-Identifier: MIT
 *
 * state.h - the scheduler's own structures and what its files ask of each other. Not for the shim.
 *
 * Who may write what: everything under sched->mutex, but
 *   - what is in flight (flights, launches first in their queue, sched->open) belongs to the thread
 *     that pumps (the token, sched->pumping): it alone may read it without the mutex, and it writes
 * it with the mutex held;
 *   - atomics, as their comments say.
 * Functions below are called with the mutex held. Those that "need the token" may drop the mutex
 * around gpu_ops and take it again; none of the others does.
 */
#ifndef SCHED_STATE_H
#define SCHED_STATE_H

#include <pthread.h>
#include <stdalign.h>

#include "sched/policy.h"
#include "sched/stats.h"
#include "sched/trace.h"

#define NEVER UINT64_MAX
#define MAX_FLIGHTS                                                                                \
    512 /* marks in flight; below the driver's 1024 launches, where it would block */
#define MAX_IN_WINDOW 128 /* of them counted in the window */
#define MAX_HELD                                                                                   \
    1024 /* launches held in one queue before its thread waits, as the driver's would */
#define MAX_BATCH      64     /* whole launches under one mark */
#define LATENCY_NS     6000   /* from the submission to an idle device until its mark is seen */
#define DIRECT_LOOK_NS 200000 /* nobody waits for direct launches: looks are so far apart */
#define ACTIVE_NS      50000000u
#define SAMPLE_EVERY                                                                               \
    1024u /* launches of a client that go straight through between two measured ones */

/* Where a queue stands, by its head. */
enum queue_place {
    QUEUE_NOWHERE,  /* empty, or its launch waits for a lane or for late slices */
    QUEUE_BLOCKED,  /* its head must come behind something in another queue: in sched->blocked */
    QUEUE_CALLS,    /* its head is a call that may run: in sched->calls */
    QUEUE_RELEASED, /* its head is a launch that goes whatever the window: in sched->released */
    QUEUE_POLICY,   /* its head is a launch that the policy may pick */
};

struct sched_queue {
    struct sched *sched;             /* never changes */
    struct sched_domain *domain;     /* NULL: destroyed, on sched->free_queues */
    struct sched_queue *prev, *next; /* of the list of its place */
    struct sched_queue *next_in_domain;
    enum sched_queue_kind kind;
    enum queue_place place;
    void *stream;
    int priority;
    struct sched_op *ops;      /* oldest first; the first one is the head */
    _Atomic uint64_t head_seq; /* NEVER if empty. Release on writing: tickets read it anywhere */
    unsigned n_ops;
    struct waiter *waiters; /* for it alone; a queue may be destroyed before they have left */
    unsigned n_late;        /* of its flights */
    bool released;          /* until one of its flights is done: see progress.c */
    uint64_t watched_ns;    /* sched->ours_ns when last one was */
    uint64_t closed_ns;     /* since when no way was open for what is to be let out; 0: not so */
};

struct sched_domain {
    struct sched *sched;
    struct sched_domain *prev, *next;
    struct sched_queue *queues;                 /* all, by next_in_domain */
    unsigned n_ops, n_ops_of[QUEUE_LEGACY + 1]; /* held, in all queues and in those of a kind */
};

enum client_activity { CLIENT_IDLE, CLIENT_QUIET, CLIENT_ACTIVE };

struct sched_client {
    struct policy_client policy; /* first: see launch_policy_client() */
    struct sched *sched;
    struct sched_client *prev, *next;
    uint32_t id;
    char name[32];
    bool retired;
    struct launch *partly;          /* its launches of which some slices are out, some held */
    unsigned n_held, n_flights;     /* it is freed when retired and both are 0 */
    struct sched_queue *mark_queue; /* of a new mark, not in flight yet: see direct.c; or NULL */
    struct gpu_mark mark;
    uint32_t n_tried;  /* n_direct at the last trial */
    uint32_t n_fenced; /* n_direct when the last fence was set */
    struct client_stats stats;
    /* What its launching threads write at each direct launch, on a line of its own. Relaxed. */
    alignas(64) _Atomic unsigned activity; /* enum client_activity */
    _Atomic uint32_t n_direct;             /* launches that went straight through; wraps */
    _Atomic uint64_t direct_ns;            /* their estimates, not seen done; only when contended */
    _Atomic uint64_t unmarked_ns;          /* those of them that no mark is behind yet */
    _Atomic bool measure;                  /* the next light launch is held, to measure it */
};

enum flight_kind {
    FLIGHT_SLICE,  /* one slice of a launch, on a lane */
    FLIGHT_WHOLE,  /* whole launches of one stream, one after the other */
    FLIGHT_FENCE,  /* what the client launched directly before */
    FLIGHT_DIRECT, /* the same, counted in client->direct_ns */
};

/* What one mark stands for. */
struct flight {
    struct flight *prev, *next; /* of sched->flights in order of submission, or free */
    enum flight_kind kind;
    bool marked; /* else it counts as done when its time has come */
    bool late, reached;
    bool mixed; /* others ran beside it: what it took is not known */
    bool in_window;
    bool in_part;     /* a slice that leaves part of the device idle on purpose: see tuner.c */
    bool idle_before; /* nothing else was in flight: the time includes the way to the device */
    unsigned lane;
    unsigned n_slices;
    struct sched_client *client;
    struct sched_queue *queue; /* NULL once it was destroyed */
    struct sched_domain *domain;
    struct launch *launch;      /* FLIGHT_WHOLE: the first, the others by ->next */
    struct kernel_shape *shape; /* of all of it, with a reference to its kernel; NULL: none */
    struct gpu_mark mark;
    uint64_t blocks, waves;
    uint64_t est_ns;    /* 0: not known */
    uint64_t window_ns; /* what it takes of the window, and was charged: est_ns or a guess */
    uint64_t queued_ns, submitted_ns, expected_ns;
    uint64_t end_ns;      /* the driver had all of it, mark and all */
    uint64_t watched_ns;  /* sched->ours_ns when it became late */
    uint64_t last_waves;  /* of the last launch or slice of it */
    uint32_t first_index; /* of its slices */
};

/* A thread of the program that waits until what is held is submitted; on its stack. */
struct waiter {
    struct waiter *prev, *next;
    struct sched_domain *domain; /* for all of it that is older than seq; or */
    struct sched_queue *queue;   /* for what an operation seq on it comes behind; or */
    struct sched_ticket ticket;  /* for this, or only for room in its queue */
    bool for_room;
    bool for_trial; /* or until it is not on trial */
    bool for_light; /* or until something heavy is held, or its queue is stopped */
    bool in_order;  /* it would not wait without us, and not only for a moment */
    uint64_t seq;
    bool woken;
    pthread_cond_t cond;
};

struct sched {
    /* Read by every launch, hardly ever written. */
    struct sched_config config;
    const struct gpu_ops *ops;
    void *gpu;
    uint64_t long_ns; /* alone: what takes longer is sliced, so that a newcomer gets in */
    _Atomic bool contended;
    _Atomic bool heavy_about; /* contended, and something heavy was held a moment ago */
    _Atomic bool direct_only; /* no thread, or abandoned: nothing is held any more */

    alignas(64) pthread_mutex_t mutex;
    pthread_cond_t wake;       /* for its thread */
    pthread_cond_t token_free; /* for those who destroy something */
    unsigned n_want_token;
    struct waiter *waiters; /* not for one queue alone */
    unsigned n_in_order;    /* of all waiters, here and in queues */
    unsigned n_for_light;   /* likewise */
    bool pumping;
    bool again; /* something new came while a thread pumps */

    void *policy;
    uint64_t next_seq;
    struct sched_domain *domains;
    struct sched_queue *free_queues;
    struct sched_queue *blocked, *calls, *released;
    struct sched_client *clients;
    uint32_t n_clients_made;
    struct client_stats *past_stats; /* of clients that are gone */
    struct trace *trace;             /* NULL: not wanted */
    unsigned n_active;
    unsigned n_held;      /* operations */
    bool heavy_seen;      /* a heavy launch was held since clients were last looked at */
    unsigned n_heavy;     /* launches among them that are not light */
    unsigned n_new_marks; /* clients with a mark_queue */
    unsigned n_foreign;   /* held behind a ticket of another scheduler */
    unsigned n_stuck;     /* launches whose slices waited for one another */
    unsigned n_blocked;   /* streams that waited for something else: what was behind was released */
    uint64_t activity_look_ns; /* NEVER unless contended */

    struct launch *on_trial; /* nothing else is submitted until its first slice is done; or NULL */
    uint64_t trial_start_ns;
    uint64_t ours_ns; /* the device was seen to work for us so long, while something was late */
    struct {
        struct sched_domain *domain; /* NULL: none is out */
        bool marked;                 /* else it could not be put */
        struct gpu_mark mark;
        uint64_t put_ns;
        uint64_t back_ns; /* when one last came back, or the first was put */
    } probe;
    struct flight *flights, *free_flights;
    struct flight *open; /* the last of flights, not marked yet; or NULL */
    unsigned n_flights, n_in_window;
    uint64_t in_window_ns;
    uint64_t expected_ns;  /* when all that is in the window should be done */
    uint64_t looked_ns;    /* when the marks were last read */
    uint64_t seen_ns;      /* when something was last seen done */
    uint64_t done_ns;      /* up to here the device's time was charged to someone */
    uint64_t turn_look_ns; /* when what the policy picked may go though no flight ends; or NEVER */
    struct launch *done;   /* to be retired, by ->next */
    struct flight flight_pool[MAX_FLIGHTS];

    enum { THREAD_NONE, THREAD_RUNNING, THREAD_STOPPING, THREAD_FAILED } thread_state;
    pthread_t thread;
    uint64_t thread_looks_ns; /* when it looks next; 0: it is looking */
    uint64_t lag_ns;          /* how much later than that it wakes up, on average */
};

static inline uint64_t sched_now(const struct sched *s)
{
    return s->ops->now_ns(s->gpu);
}

static inline struct launch *op_launch(struct sched_op *op)
{
    return (struct launch *)((char *)op - offsetof(struct launch, op));
}

static inline struct call *op_call(struct sched_op *op)
{
    return (struct call *)((char *)op - offsetof(struct call, op));
}

/* The launch at the head of a queue; NULL if there is none. */
static inline struct launch *queue_launch(const struct sched_queue *queue)
{
    return queue->ops && queue->ops->is_launch ? op_launch(queue->ops) : NULL;
}

/* queue.c: what is held, and where each queue stands. */
void queue_append(struct sched_queue *queue, struct sched_op *op, struct sched_ticket after);
void queue_pop(struct sched_queue *queue);    /* its head is submitted or given up */
void queue_settle(struct sched_queue *queue); /* puts it where it belongs after a change */
void queue_recheck_blocked(struct sched *s);
/* The oldest operation that an operation of number seq on the queue must come behind; NEVER: none.
 */
bool queue_must_wait(const struct sched_queue *queue, uint64_t seq);

/* submit.c: each wakes those whose waiting is over, on one list or a few. */
void waiters_wake(struct sched *s);                  /* who waits for more than one queue */
void waiters_wake_of(struct sched_queue *queue);     /* it is in another place */
void waiters_wake_popped(struct sched_queue *queue); /* its head was submitted or given up */

/* flight.c: what is in flight. All need the token. */
static inline uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

struct flight *flight_start(struct sched *s, enum flight_kind kind, struct sched_client *client,
                            struct sched_queue *queue); /* NULL: no room */
/* Counts in what was added to it: est_ns of device time, 0 if not known. */
void flight_add(struct sched *s, struct flight *flight, uint64_t est_ns, uint64_t now);
void flight_mark_open(struct sched *s); /* marks s->open if there is one */
void flight_leave_window(struct sched *s, struct flight *flight);
/* Charges and frees it. busy_ns: its share of the device's time; 0 when it was dropped. */
void flight_finish(struct sched *s, struct flight *flight, uint64_t busy_ns, uint64_t now);
bool window_has_room(const struct sched *s, uint64_t est_ns);
/* Has this launch to wait until another's work is about to end? Then s->turn_look_ns says when. */
bool turn_is_on(struct sched *s, const struct launch *launch, uint64_t now);
void launch_check_done(struct sched *s, struct launch *launch); /* nothing of it left: s->done */

/* poll.c: what became of it. The first two need the token. */
void flights_poll(struct sched *s);
void flights_drop(struct sched *s, struct sched_domain *domain); /* NULL: all */
uint64_t flights_next_look(const struct sched *s, uint64_t now);
uint64_t flight_expected_ns(const struct flight *flight); /* from its submission to its end */
/* Is anything of other queues in flight? Needs the token. */
bool others_fly(const struct sched *s, const struct launch *launch);
/* Sets launch->alone. Needs the token. */
void launch_check_alone(struct sched *s, struct launch *launch);

/* dispatch.c: one launch's way to the driver. Need the token. */
bool dispatch_next(struct sched *s); /* false: nothing may go, or there is no room */
/* What the progress rule lets out of the launch at the head of the queue, side by side. */
void dispatch_rest(struct sched *s, struct sched_queue *queue);
void dispatch_call(struct sched *s, struct sched_queue *queue);
void dispatch_slice(struct sched *s, struct launch *launch,
                    unsigned first_lane); /* the next, on a free lane from there on */
void dispatch_whole(struct sched *s, struct launch *launch);
bool dispatch_begin(struct sched *s, struct launch *launch); /* false: it has to go whole */
/* Before its first slice. reason: static text, or NULL where it need not be told. */
void launch_make_whole(struct launch *launch, const char *reason);
void launch_give_up(struct sched *s, struct launch *launch, int error);

/* pump.c */
enum pump_by { PUMP_BY_THREAD, PUMP_BY_CALLER };
void pump(struct sched *s,
          enum pump_by by);         /* takes the token and gives it back; it must be free */
void pump_or_tell(struct sched *s); /* something new came: pumps, or tells who does */
void token_take(struct sched *s);   /* waits for it */
void token_give(struct sched *s);
void retire_done(struct sched *s); /* needs the token: gives s->done back to the shim */
uint64_t sched_next_look(const struct sched *s, uint64_t now);

/* trial.c: the first slice of a kernel. All need the token. */
bool trial_is_due(const struct launch *launch);
bool trial_start(struct sched *s, struct launch *launch);
bool trial_step(struct sched *s);                                    /* as dispatch_next */
void trial_end(struct sched *s, struct launch *launch, bool proven); /* if it is on trial */

/* tuner.c: slice sizes of automatic plans, alone. All need the token. */
uint64_t tuner_blocks(struct sched *s, struct launch *launch, uint64_t ordinary_blocks);
/* Does a slice of so many blocks leave part of the device idle on purpose? */
bool tuner_leaves_room(const struct launch *launch, uint64_t blocks);
/* 0: as the cost model says. */
uint64_t tuner_estimate_ns(const struct launch *launch, uint64_t blocks);
void tuner_slice_done(struct sched *s, struct launch *launch, uint64_t now);
void tuner_stuck(struct launch *launch);           /* slices of it wait for one another */
bool tuner_is_proven(const struct launch *launch); /* or of a size that needs no trial of its own */
void tuner_proven(struct launch *launch);

/* progress.c. All need the token. */
void progress_check(struct sched *s, uint64_t now);
void progress_slice_done(struct sched *s, const struct flight *flight, uint64_t now);
void progress_launch_done(const struct launch *launch);
void progress_drop_probe(struct sched *s, struct sched_domain *domain); /* NULL: any */
/* One of gpu_ops that answer yes or no. Drops the mutex for it. */
bool launch_ask(struct sched *s, bool (*question)(void *gpu, struct launch *launch),
                struct launch *launch);

/* client.c, direct.c */
/* Short enough to go straight among several clients, by what is known of its cost. */
bool launch_is_light(const struct sched *s, struct kernel_shape *shape, struct grid3 grid);
/* May a light launch go straight? Counts it if so. No lock. */
enum sched_admit admit_light(struct sched *s, struct sched_client *client,
                             struct kernel_shape *shape, struct grid3 grid);
void client_touch(struct sched_client *client);   /* it launched: it is active */
void client_release(struct sched_client *client); /* frees it if it may go */
void clients_check_activity(struct sched *s, uint64_t now);
void direct_take_marks(struct sched *s); /* needs the token: new marks become flights */
void direct_forget_mark(struct sched_client *client);

/* thread.c */
bool thread_ensure(struct sched *s);                 /* false: there is none and can't be */
void thread_wake_by(struct sched *s, uint64_t when); /* makes it look by then */
void thread_stop(struct sched *s);

#endif

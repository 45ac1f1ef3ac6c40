/* SPDX-License-Identifier: MIT
 *
 * sched.h - who goes to the GPU next. One struct sched per device.
 *
 * On the way of a launch: the shim asks sched_admit(); most launches go straight to the driver
 * (ADMIT_DIRECT). The others become a struct launch in the queue of their stream; the policy picks
 * a client; its slices go out while the window has room; completion is learned by marks.
 *
 *   domain   one context: streams that know of each other through the legacy default stream
 *   queue    one stream: operations held back, in stream order. Launches wait for the policy, calls
 *            (deferred copies, events ...) only for their turn
 *   client   whose launches share: a host thread or a stream
 *
 * Locks: one mutex per struct sched over queues, clients and policy; never held over a gpu_ops
 * call nor while waiting. sched_held and a client's own fields are atomics read without it.
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include "sched/gpu_ops.h"

struct sched;
struct sched_domain;
struct sched_queue;
struct sched_client;
struct sched_policy;

/* Operations held back in the whole process. While 0 nothing has to be ordered behind anything:
 * the one load that every intercepted driver call makes. Written by the scheduler (release). */
extern _Atomic unsigned sched_held;

struct sched_config {
    const struct sched_policy *policy;
    uint64_t quantum_ns; /* device time of a client's turn */
    uint64_t window_ns;  /* device time that may be in flight while others wait */
    uint64_t stall_ns;   /* no progress for so long means stuck */
    bool tune;           /* long launches that are alone try other sizes than whole waves */
    bool stats, trace;
    bool threadless; /* tests: no thread of its own; someone calls sched_pump() */
};

/* A place in a queue: "submitted up to here". {NULL, 0}: nothing. May be kept as long as the sched
 * lives, also when its queue is gone (then it is passed). */
struct sched_ticket {
    struct sched_queue *queue;
    uint64_t seq;
};

/* An operation in a queue. The scheduler's own. */
struct sched_op {
    struct sched_op *prev, *next; /* of its queue */
    struct sched_queue *queue;
    struct sched_ticket after;
    uint64_t seq;
    bool is_launch; /* else a call */
};

/* One kernel launch held back or in flight. The shim allocates it (from a pool), fills the first
 * part and gives it away by sched_submit; retire_launch gives it back. */
struct launch {
    struct kernel_shape *shape; /* holds a reference to its kernel until retired; NULL: not known */
    struct grid3 grid;          /* of the whole launch, blocks */
    bool whole;                 /* must not be sliced: cooperative, attributes, no twin ... */
    const char *whole_reason;   /* static text, for the statistics; NULL if !whole */
    void *stream;               /* the shim's, for gpu_ops */
    /* --- the scheduler's from here on --- */
    struct sched_op op;
    struct sched_client *client;
    struct plan plan;
    int *refused; /* where a sched_submit still under way learns of it */
    int error;    /* the driver's, of a slice; the rest was dropped */
    uint64_t queued_ns, first_ns;
    uint64_t release_blocks; /* let out by the progress rule and not submitted yet */
    uint64_t released_ns;    /* when that was; 0: never, or it was judged */
    uint64_t longest_ns;     /* of its slices, from their submission */
    uint32_t n_releases;
    uint32_t n_submitted, n_done; /* slices; a rest that was spread is one */
    unsigned n_lanes, busy_lanes; /* of begin(); bit i: lane i has an unfinished slice */
    unsigned unsure_lanes;        /* bit i: a mark on lane i failed, so nobody saw its end */
    bool let_go;                  /* all of it goes, whatever else there is */
    bool arrived;                 /* its stream came to it */
    bool alone;                   /* nothing was under way on other streams at the last look */
    bool heavy, planned, begun, all_submitted;
    struct tune *tune;          /* see tuner.c; NULL: it goes in the ordinary size */
    unsigned tune_size;         /* enum tune_size */
    uint64_t tune_from_ns;      /* the device came to it; 0: not seen yet */
    bool tune_spoilt;           /* what it takes tells nothing of its slices' size */
    struct launch *next_partly; /* of its client, see there */
    struct launch *prev, *next; /* while ready: the policy's; afterwards: of its last flight */
};

/* A deferred driver call; embedded in the shim's own struct. */
struct call {
    int (*run)(struct call *call); /* called through gpu_ops.call */
    struct sched_op op;            /* the scheduler's */
};

enum sched_queue_kind { QUEUE_BLOCKING, QUEUE_NON_BLOCKING, QUEUE_LEGACY };

enum sched_admit {
    ADMIT_DIRECT,      /* the caller launches the original itself, now */
    ADMIT_DIRECT_MARK, /* the same, and then calls sched_mark_direct() */
    ADMIT_QUEUE,       /* make a struct launch and sched_submit() it */
};

int sched_create(const struct sched_config *config, const struct gpu_ops *ops, void *gpu,
                 struct sched **ret_sched);
/* Stops its thread; what is still held is retired with an error. */
void sched_destroy(struct sched *sched);
/* In the child of a fork: forget everything without touching the device. */
void sched_abandon(struct sched *sched);

struct sched_domain *sched_domain_create(struct sched *sched);
/* The context is going away: what is held in it is retired with error, marks in flight are
 * dropped. */
void sched_domain_destroy(struct sched_domain *domain, int error);

struct sched_queue *sched_queue_create(struct sched_domain *domain, enum sched_queue_kind kind,
                                       void *stream, int stream_priority);
/* Nothing may be held in it (sched_queue_wait first). */
void sched_queue_destroy(struct sched_queue *queue);

/* name: e.g. the thread's; copied. */
struct sched_client *sched_client_create(struct sched *sched, const char *name);
/* No more launches will come from it. It is freed when its last held launch is done. */
void sched_client_retire(struct sched_client *client);

/* May this launch go straight to the driver? Hot path: no lock, no clock, no shared cache line
 * written. */
enum sched_admit sched_admit(struct sched *sched, struct sched_client *client,
                             struct kernel_shape *shape, struct grid3 grid);
void sched_mark_direct(struct sched *sched, struct sched_client *client, struct sched_queue *queue);

/* Takes the launch over. The calling thread may submit slices itself when the window has room.
 * Returns 0, or the driver's code if the driver refused it at once (then it is retired already).
 * after: a place in another queue that it must come behind. Waits only for the first slice of a
 * kernel (of each size below a wave, too), and for room behind a thousand others in the queue. */
int sched_submit(struct sched_queue *queue, struct sched_client *client, struct launch *launch,
                 struct sched_ticket after);
/* Puts a call at its place in the queue; if nothing is before it, runs it at once on this thread
 * and returns its code (then it is retired already). ret_ticket (may be NULL): what a later
 * operation can be put behind; {NULL, 0} if it ran at once. */
int sched_defer(struct sched_queue *queue, struct call *call, struct sched_ticket after,
                struct sched_ticket *ret_ticket);

/* Is anything held that an operation on this stream would have to come behind? Counts the legacy
 * default stream's rules in. */
bool sched_queue_busy(struct sched_queue *queue);
/* Why a thread waits for what is held. */
enum sched_wait {
    SCHED_WAIT_ORDER, /* to do something behind it; without us it would not wait */
    SCHED_WAIT_SYNC,  /* until it is done, as it would without us */
};

/* Returns when what is held now is submitted (not done); what others add meanwhile is not waited
 * for. */
void sched_queue_wait(struct sched_queue *queue, enum sched_wait why);
bool sched_domain_busy(struct sched_domain *domain);
void sched_domain_wait(struct sched_domain *domain, enum sched_wait why);
bool sched_ticket_passed(struct sched_ticket ticket);
void sched_ticket_wait(struct sched_ticket ticket, enum sched_wait why);

/* threadless: polls marks and submits what may go. Returns the time of its next look, UINT64_MAX if
 * nothing is held or in flight. */
uint64_t sched_pump(struct sched *sched);
/* threadless: how many threads wait as for SCHED_WAIT_ORDER. */
void sched_set_waiting(struct sched *sched, unsigned n);

/* The report of SLIVER_STATS / SLIVER_TRACE. Writes what was gathered; any time. */
struct json;
int sched_write_stats(struct sched *sched, const char *file_or_null); /* NULL: stderr, for people */
int sched_write_trace(struct sched *sched, const char *file);

#endif

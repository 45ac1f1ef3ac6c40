/* SPDX-License-Identifier: MIT
 *
 * capture.h - streams that record into a graph instead of running.
 *
 * A capture belongs to the stream it was begun on; other streams join by waiting for an event
 * recorded in it. Each stream keeps the nodes that its next node comes behind. Guarded by
 * capture.c's own lock.
 */
#ifndef SOFTGPU_DRIVER_CAPTURE_H
#define SOFTGPU_DRIVER_CAPTURE_H

#include <pthread.h>

#include "tools/softgpu/driver/driver.h"
#include "tools/softgpu/driver/graph.h"

struct capture {
    struct capture *next;
    struct CUgraph_st *graph;
    struct CUstream_st *origin;
    CUstreamCaptureMode mode;
    pthread_t thread; /* that began it */
    unsigned long long id;
    bool invalid;
    bool graph_is_given; /* and stays the program's whatever happens */
};

/* Into a graph of the program's own, its first nodes behind some of that graph's; NULL: a new one.
 */
CUresult capture_begin(struct CUstream_st *stream, CUstreamCaptureMode mode,
                       struct CUgraph_st *graph, struct CUgraphNode_st *const *nodes, size_t n);
/* The capture is over in any case but UNMATCHED, WRONG_THREAD, ILLEGAL_STATE. *ret_graph is NULL on
 * errors. */
CUresult capture_end(struct CUstream_st *stream, struct CUgraph_st **ret_graph);
CUstreamCaptureStatus capture_status(struct CUstream_st *stream, unsigned long long *ret_id);
/* The stream's next node comes behind these, and behind its present ones if keep. */
CUresult capture_set_tails(struct CUstream_st *stream, struct CUgraphNode_st *const *nodes,
                           size_t n, bool keep);

/* INVALIDATED, or IMPLICIT where work on the legacy stream would tie in a captured one; else
 * success. */
CUresult capture_check(struct CUstream_st *stream);
/* Adds work as a node behind the stream's last ones; takes it over on success. */
CUresult capture_add(struct CUstream_st *stream, struct work *work, int priority);
/* The program did what a capture can't hold: it is invalid from now on. Returns error. */
CUresult capture_break(struct CUstream_st *stream, CUresult error);
/* The stream goes away: its capture with it. */
void capture_drop_stream(struct CUstream_st *stream);
/* Event recorded on a capturing stream / waited for by any stream. *ret_done: it was a matter of
 * the capture, and nothing is left to do. */
CUresult capture_record(struct CUstream_st *stream, struct CUevent_st *event, bool *ret_done);
CUresult capture_wait(struct CUstream_st *stream, struct CUevent_st *event, bool *ret_done);
void capture_forget_event(struct CUevent_st *event);

#endif

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

#include "tools/softgpu/driver/driver.h"

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

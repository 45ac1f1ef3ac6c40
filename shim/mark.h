/* SPDX-License-Identifier: MIT
 *
 * mark.h - how completion is learned: an event behind the work, which is asked and never waited
 * for.
 *
 * Not a word written by the stream (cuStreamWriteValue32), which would be cheaper to read: on the
 * H100 such writes wait for what other streams do - for another stream's wait on a word, and for a
 * spinning kernel - and so a mark could be what the program waits for. An event record stays in its
 * stream. Any thread; the events are the context's (lane.h).
 */
#ifndef SHIM_MARK_H
#define SHIM_MARK_H

#include "shim/context.h"

/* Behind all that was submitted to the stream. The context is current. 0 or the driver's code. */
CUresult mark_put(struct shim_context *context, CUstream stream, struct gpu_mark *ret_mark);
/* Never blocks. A context that went wrong has reached every mark. */
bool mark_reached(const struct gpu_mark *mark);
void mark_drop(struct gpu_mark *mark);

#endif

/* SPDX-License-Identifier: MIT
 *
 * mark.h - how completion is learned without asking: the stream writes a word of pinned memory
 * behind the work (cuStreamWriteValue32), and whoever wants to know reads the word.
 *
 * Where the driver has no stream writes an event stands for the word. Any thread; the lock inside
 * is held for a few instructions only.
 */
#ifndef SHIM_MARK_H
#define SHIM_MARK_H

#include "shim/state.h"

struct marks; /* the words of one context */

/* The context is current. NULL if out of memory of any kind. */
struct marks *marks_create(struct shim_device *device);
/* Forgets them. The context may still be alive, with marks on their way. */
void marks_destroy(struct marks *marks);

/* Behind all that was submitted to the stream. The context is current. 0 or the driver's code. */
CUresult marks_put(struct marks *marks, CUstream stream, struct gpu_mark *ret_mark);
bool mark_reached(const struct gpu_mark *mark);
void mark_drop(struct gpu_mark *mark);

#endif

/* SPDX-License-Identifier: MIT
 *
 * trace.h - what SLIVER_TRACE remembers: one event per mark that was reached. Bounded: what comes
 * when it is full is counted and dropped. All under the scheduler's mutex; nothing unless
 * config.trace.
 */
#ifndef SCHED_TRACE_H
#define SCHED_TRACE_H

#include <stdint.h>

struct sched;
struct sched_client;
struct flight;
struct trace;

struct trace *trace_create(void); /* NULL: no memory */
void trace_destroy(struct trace *trace);
void trace_client(struct trace *trace, const struct sched_client *client);
/* It had the device from run_ns to done_ns, as far as one can tell. */
void trace_flight(struct trace *trace, const struct flight *flight, uint64_t run_ns,
                  uint64_t done_ns);

#endif

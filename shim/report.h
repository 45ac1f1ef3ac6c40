/* SPDX-License-Identifier: MIT
 *
 * report.h - at exit: SLIVER_STATS and SLIVER_TRACE.
 */
#ifndef SHIM_REPORT_H
#define SHIM_REPORT_H

#include <stdbool.h>

struct sched;

bool report_wants_stats(void);
bool report_wants_trace(void);
/* Its figures are written when the process exits. Any thread. */
void report_add_device(int ordinal, struct sched *sched);

#endif

/* SPDX-License-Identifier: MIT
 *
 * report.c - the reports of SLIVER_STATS and SLIVER_TRACE: not gathered yet. To be replaced by stats.c
 * and trace.c.
 */
#include <errno.h>

#include "sched/sched.h"

int sched_write_stats(struct sched *sched, const char *file_or_null)
{
    (void)sched;
    (void)file_or_null;
    return -ENOTSUP;
}

int sched_write_trace(struct sched *sched, const char *file)
{
    (void)sched;
    (void)file;
    return -ENOTSUP;
}

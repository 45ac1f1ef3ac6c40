/* SPDX-License-Identifier: MIT
 *
 * report.c - see report.h. Written by the library's destructor, which runs after the program's own
 * exit handlers; a process that ends otherwise writes nothing. Devices are added under a lock, and
 * read when only the exiting thread adds no more.
 */
#include "shim/report.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "common/str.h"
#include "shim/state.h"

#define MOST_DEVICES 64

static struct {
    int ordinal;
    struct sched *sched;
} devices[MOST_DEVICES];
static unsigned n_devices;
static pthread_mutex_t devices_lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t owner; /* a child of fork reports nothing */

bool report_wants_stats(void)
{
    const char *stats = shim_settings.env.stats;
    return *stats && strcmp(stats, "0") != 0;
}

bool report_wants_trace(void)
{
    return *shim_settings.env.trace != '\0';
}

void report_add_device(int ordinal, struct sched *sched)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&devices_lock);
    if (n_devices == MOST_DEVICES)
        return;
    owner = getpid();
    devices[n_devices].ordinal = ordinal;
    devices[n_devices].sched = sched;
    n_devices++;
}

/* %p in a name is the process id, for programs of several processes; every device but the first
 * gets its number behind the name. */
static char *file_of(const char *pattern, unsigned index)
{
    struct str name = STR_INIT;
    for (const char *at = pattern; *at; at++) {
        if (at[0] == '%' && at[1] == 'p') {
            str_addf(&name, "%ld", (long)getpid());
            at++;
        } else {
            str_add_char(&name, *at);
        }
    }
    if (index > 0)
        str_addf(&name, ".%d", devices[index].ordinal);
    char *text = NULL;
    return str_take(&name, &text, NULL) < 0 ? NULL : text;
}

static void complain(const char *variable, const char *file, int error)
{
    if (error < 0)
        fprintf(stderr, "sliver: %s: can't write %s: %s\n", variable,
                file ? file : "standard error", strerror(-error));
}

static void write_stats(unsigned index)
{
    const char *where = shim_settings.env.stats;
    if (strcmp(where, "1") == 0) {
        complain("SLIVER_STATS", NULL, sched_write_stats(devices[index].sched, NULL));
        return;
    }
    _cleanup_free_ char *file = file_of(where, index);
    if (file)
        complain("SLIVER_STATS", file, sched_write_stats(devices[index].sched, file));
}

static void write_trace(unsigned index)
{
    _cleanup_free_ char *file = file_of(shim_settings.env.trace, index);
    if (file)
        complain("SLIVER_TRACE", file, sched_write_trace(devices[index].sched, file));
}

__attribute__((destructor)) static void report(void)
{
    if (n_devices == 0 || owner != getpid())
        return;
    for (unsigned i = 0; i < n_devices; i++) {
        if (report_wants_stats())
            write_stats(i);
        if (report_wants_trace())
            write_trace(i);
    }
}

/* SPDX-License-Identifier: MIT
 *
 * report.c - SLIVER_STATS: what was counted, as a table for people or as JSON.
 *
 * The counters are copied with the mutex held and written without it.
 */
#include "sched/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "common/json.h"
#include "slicer/name.h"

/* One line: of a client, or of a kernel over all clients. */
struct row {
    char name[sizeof(((struct kernel_name *)NULL)->scoped)];
    unsigned n_clients; /* gone ones that it stands for, or 1 */
    uint64_t launches, direct, whole, slices, blocks, device_ns, wait_ns;
    const char *reason;
};

struct report {
    struct row *clients, *kernels;
    size_t n_clients, n_kernels;
    uint64_t device_ns;
    unsigned n_stuck, n_blocked;
    bool no_memory;
};

static struct row *add_row(struct report *report, struct row **rows, size_t *n)
{
    struct row *grown = realloc(*rows, (*n + 1) * sizeof(**rows));
    if (!grown) {
        report->no_memory = true;
        return NULL;
    }
    *rows = grown;
    memset(&grown[*n], 0, sizeof(*grown));
    return &grown[(*n)++];
}

static void add_counters(struct row *row, struct kernel_stats *stats)
{
    const char *reason = atomic_load_explicit(&stats->reason, memory_order_relaxed);
    row->launches += atomic_load_explicit(&stats->launches, memory_order_relaxed);
    row->direct += atomic_load_explicit(&stats->direct, memory_order_relaxed);
    row->whole += atomic_load_explicit(&stats->whole, memory_order_relaxed);
    row->slices += atomic_load_explicit(&stats->slices, memory_order_relaxed);
    row->blocks += atomic_load_explicit(&stats->blocks, memory_order_relaxed);
    row->device_ns += atomic_load_explicit(&stats->device_ns, memory_order_relaxed);
    row->wait_ns += atomic_load_explicit(&stats->wait_ns, memory_order_relaxed);
    row->reason = reason ? reason : row->reason;
}

static struct row *kernel_row(struct report *report, const struct kernel *kernel)
{
    struct kernel_name name = {.scoped = "(unknown)"};
    if (kernel)
        kernel_name_read(kernel->name, &name);
    for (size_t i = 0; i < report->n_kernels; i++)
        if (!strcmp(report->kernels[i].name, name.scoped))
            return &report->kernels[i];
    struct row *row = add_row(report, &report->kernels, &report->n_kernels);
    if (row)
        memcpy(row->name, name.scoped, sizeof(row->name));
    return row;
}

static void add_client(struct report *report, struct client_stats *stats, const char *name)
{
    struct row *row = add_row(report, &report->clients, &report->n_clients);
    if (!row)
        return;
    snprintf(row->name, sizeof(row->name), "%s", name);
    row->n_clients = stats->n_clients ? stats->n_clients : 1;
    for (unsigned i = 0; i < STATS_BUCKETS; i++) {
        struct kernel_stats *kernel =
            atomic_load_explicit(&stats->buckets[i], memory_order_acquire);
        for (; kernel; kernel = kernel->next) {
            struct row *by_kernel = kernel_row(report, kernel->kernel);
            add_counters(row, kernel);
            if (by_kernel)
                add_counters(by_kernel, kernel);
        }
    }
    report->device_ns += row->device_ns;
}

static void gather(struct sched *s, struct report *report)
{
    struct sched_client *client;
    struct client_stats *past;
    pthread_mutex_lock(&s->mutex);
    DL_FOREACH(s->clients, client)
    add_client(report, &client->stats, client->name);
    LL_FOREACH(s->past_stats, past)
    add_client(report, past, past->name);
    report->n_stuck = s->n_stuck;
    report->n_blocked = s->n_blocked;
    pthread_mutex_unlock(&s->mutex);
}

static int by_time(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    return left->device_ns < right->device_ns ? 1 : left->device_ns > right->device_ns ? -1 : 0;
}

static void sort_rows(struct row *rows, size_t n)
{
    if (n)
        qsort(rows, n, sizeof(*rows), by_time);
}

static void print_row(FILE *file, const struct report *report, const struct row *row)
{
    double share = report->device_ns ? (double)row->device_ns / (double)report->device_ns : 0;
    fprintf(file, "%10" PRIu64 " %9" PRIu64 " %9" PRIu64 " %12" PRIu64 " %11.3f %5.1f%% %11.3f  %s",
            row->launches, row->whole, row->slices, row->blocks, (double)row->device_ns / 1e6,
            100 * share, (double)row->wait_ns / 1e6, row->name);
    if (row->n_clients > 1)
        fprintf(file, " (%u of them)", row->n_clients);
}

static void print_head(FILE *file, const char *what)
{
    fprintf(file, "%10s %9s %9s %12s %11s %6s %11s  %s\n", "launches", "whole", "slices", "blocks",
            "device ms", "share", "waited ms", what);
}

static void print_report(FILE *file, const struct report *report)
{
    uint64_t direct = 0;
    fprintf(file, "sliver: device time\n");
    print_head(file, "client");
    for (size_t i = 0; i < report->n_clients; i++) {
        print_row(file, report, &report->clients[i]);
        fputc('\n', file);
        direct += report->clients[i].direct;
    }
    print_head(file, "kernel");
    for (size_t i = 0; i < report->n_kernels; i++) {
        const struct row *row = &report->kernels[i];
        print_row(file, report, row);
        fprintf(file, row->reason ? "  [whole: %s]\n" : "\n", row->reason);
    }
    fprintf(file, "%" PRIu64 " launches went straight to the driver: their time is an estimate\n",
            direct);
    if (report->n_stuck || report->n_blocked)
        fprintf(file,
                "released: %u launches whose slices waited for one another, %u times what was "
                "behind a stream that waited for something else\n",
                report->n_stuck, report->n_blocked);
}

static void write_row(struct json *json, const struct row *row, bool is_client)
{
    json_object_begin(json);
    json_field_string(json, "name", row->name);
    if (is_client)
        json_field_uint(json, "clients", row->n_clients);
    json_field_uint(json, "launches", row->launches);
    json_field_uint(json, "direct", row->direct);
    json_field_uint(json, "whole", row->whole);
    json_field_uint(json, "slices", row->slices);
    json_field_uint(json, "blocks", row->blocks);
    json_field_uint(json, "device_ns", row->device_ns);
    json_field_uint(json, "wait_ns", row->wait_ns);
    if (!is_client)
        json_field_string(json, "reason", row->reason);
    json_object_end(json);
}

static void write_report(FILE *file, const struct report *report)
{
    struct json json;
    json_init(&json, file);
    json_object_begin(&json);
    json_key(&json, "clients");
    json_array_begin(&json);
    for (size_t i = 0; i < report->n_clients; i++)
        write_row(&json, &report->clients[i], true);
    json_array_end(&json);
    json_key(&json, "kernels");
    json_array_begin(&json);
    for (size_t i = 0; i < report->n_kernels; i++)
        write_row(&json, &report->kernels[i], false);
    json_array_end(&json);
    json_field_uint(&json, "stalls", report->n_stuck + report->n_blocked);
    json_field_uint(&json, "stuck_launches", report->n_stuck);
    json_field_uint(&json, "blocked_streams", report->n_blocked);
    json_object_end(&json);
}

static int write_to(const char *name, const struct report *report)
{
    if (!name) {
        print_report(stderr, report);
        return 0;
    }
    FILE *file = fopen(name, "we");
    if (!file)
        return -errno;
    write_report(file, report);
    int error = ferror(file) ? -EIO : 0;
    return fclose(file) ? -errno : error;
}

int sched_write_stats(struct sched *s, const char *file_or_null)
{
    struct report report = {0};
    gather(s, &report);
    sort_rows(report.clients, report.n_clients);
    sort_rows(report.kernels, report.n_kernels);
    int error = report.no_memory ? -ENOMEM : write_to(file_or_null, &report);
    free(report.clients);
    free(report.kernels);
    return error;
}

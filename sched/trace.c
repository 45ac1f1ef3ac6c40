/* SPDX-License-Identifier: MIT
 *
 * trace.c - see trace.h; and the file, in the trace event format that Perfetto and
 * chrome://tracing read ("Trace Event Format", Google, 2016): a track for the device, one for each
 * client with the slices it had there, and an arc per mark from the launch to the end.
 */
#include "sched/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "common/json.h"
#include "slicer/name.h"

#define CHUNK_EVENTS 4096
#define MAX_CHUNKS   64
#define DEVICE_TRACK 1

struct event {
    struct kernel *kernel; /* with a reference; NULL: not known */
    enum flight_kind kind;
    uint32_t client;
    uint32_t n_slices, first_index;
    uint64_t blocks;
    uint64_t queued_ns, submitted_ns, run_ns, done_ns;
};

struct chunk {
    struct chunk *next;
    unsigned n;
    struct event events[CHUNK_EVENTS];
};

struct name {
    struct name *next;
    uint32_t client;
    char text[32];
};

struct trace {
    struct chunk *chunks, *last;
    struct name *names;
    unsigned n_chunks;
    uint64_t n_dropped;
};

struct trace *trace_create(void)
{
    return calloc(1, sizeof(struct trace));
}

void trace_destroy(struct trace *trace)
{
    struct chunk *chunk, *next_chunk;
    struct name *name, *next_name;
    if (!trace)
        return;
    LL_FOREACH_SAFE(trace->chunks, chunk, next_chunk)
    {
        for (unsigned i = 0; i < chunk->n; i++)
            kernel_unref(chunk->events[i].kernel);
        free(chunk);
    }
    LL_FOREACH_SAFE(trace->names, name, next_name)
    free(name);
    free(trace);
}

void trace_client(struct trace *trace, const struct sched_client *client)
{
    struct name *name = trace ? calloc(1, sizeof(*name)) : NULL;
    if (!name)
        return;
    name->client = client->id;
    memcpy(name->text, client->name, sizeof(name->text));
    LL_PREPEND(trace->names, name);
}

static struct event *new_event(struct trace *trace)
{
    struct chunk *last = trace->last;
    if (last && last->n < CHUNK_EVENTS)
        return &last->events[last->n++];
    struct chunk *chunk = trace->n_chunks < MAX_CHUNKS ? malloc(sizeof(*chunk)) : NULL;
    if (!chunk) {
        trace->n_dropped++;
        return NULL;
    }
    trace->n_chunks++;
    chunk->next = NULL;
    chunk->n = 1;
    if (last)
        last->next = chunk;
    else
        trace->chunks = chunk;
    trace->last = chunk;
    return &chunk->events[0];
}

void trace_flight(struct trace *trace, const struct flight *flight, uint64_t run_ns,
                  uint64_t done_ns)
{
    struct event *event = trace ? new_event(trace) : NULL;
    if (!event)
        return;
    *event = (struct event){.kernel = flight->shape ? kernel_ref(flight->shape->kernel) : NULL,
                            .kind = flight->kind,
                            .client = flight->client->id,
                            .n_slices = flight->n_slices,
                            .first_index = flight->first_index,
                            .blocks = flight->blocks,
                            .queued_ns = flight->queued_ns,
                            .submitted_ns = flight->submitted_ns,
                            .run_ns = run_ns,
                            .done_ns = done_ns};
}

static void write_name(struct json *json, const char *what, unsigned track, const char *text)
{
    json_object_begin(json);
    json_field_string(json, "ph", "M");
    json_field_string(json, "name", what);
    json_field_uint(json, "pid", 1);
    json_field_uint(json, "tid", track);
    json_key(json, "args");
    json_object_begin(json);
    json_field_string(json, "name", text);
    json_object_end(json);
    json_object_end(json);
}

static void write_names(struct json *json, const struct trace *trace)
{
    const struct name *name;
    write_name(json, "process_name", 0, "SliVER");
    write_name(json, "thread_name", DEVICE_TRACK, "device");
    LL_FOREACH(trace->names, name)
    {
        char text[64];
        snprintf(text, sizeof(text), "client %u: %s", name->client, name->text);
        write_name(json, "thread_name", DEVICE_TRACK + 1 + name->client, text);
    }
}

static void write_args(struct json *json, const struct event *event)
{
    json_key(json, "args");
    json_object_begin(json);
    json_field_uint(json, "client", event->client);
    json_field_uint(json, "blocks", event->blocks);
    if (event->kind == FLIGHT_SLICE) {
        json_field_uint(json, "first_slice", event->first_index);
        json_field_uint(json, "slices", event->n_slices);
    } else {
        json_field_uint(json, "whole_launches", event->n_slices);
    }
    json_field_fixed(json, "queued_us", (int64_t)(event->submitted_ns - event->queued_ns), 3);
    json_field_fixed(json, "in_flight_us", (int64_t)(event->done_ns - event->submitted_ns), 3);
    json_object_end(json);
}

static void write_run(struct json *json, const struct event *event, const char *name,
                      unsigned track, uint64_t from_ns)
{
    json_object_begin(json);
    json_field_string(json, "ph", "X");
    json_field_string(json, "cat", event->kind == FLIGHT_SLICE ? "slice" : "whole");
    json_field_string(json, "name", name);
    json_field_uint(json, "pid", 1);
    json_field_uint(json, "tid", track);
    json_field_fixed(json, "ts", (int64_t)(event->run_ns - from_ns), 3);
    json_field_fixed(json, "dur", (int64_t)(event->done_ns - event->run_ns), 3);
    write_args(json, event);
    json_object_end(json);
}

static void write_arc(struct json *json, const struct event *event, const char *name, uint64_t id,
                      const char *phase, uint64_t ns)
{
    json_object_begin(json);
    json_field_string(json, "ph", phase);
    json_field_string(json, "cat", "queued to done");
    json_field_string(json, "name", name);
    json_field_uint(json, "id", id);
    json_field_uint(json, "pid", 1);
    json_field_uint(json, "tid", DEVICE_TRACK + 1 + event->client);
    json_field_fixed(json, "ts", (int64_t)ns, 3);
    json_object_end(json);
}

static void write_event(struct json *json, const struct event *event, uint64_t id, uint64_t from_ns)
{
    struct kernel_name name = {.scoped = "(unknown)"};
    if (event->kernel)
        kernel_name_read(event->kernel->name, &name);
    if (event->kind == FLIGHT_FENCE || event->kind == FLIGHT_DIRECT)
        snprintf(name.scoped, sizeof(name.scoped), "(direct launches)");
    write_run(json, event, name.scoped, DEVICE_TRACK, from_ns);
    write_run(json, event, name.scoped, DEVICE_TRACK + 1 + event->client, from_ns);
    write_arc(json, event, name.scoped, id, "b", event->queued_ns - from_ns);
    write_arc(json, event, name.scoped, id, "e", event->done_ns - from_ns);
}

static uint64_t first_ns(const struct trace *trace)
{
    uint64_t first = NEVER;
    for (const struct chunk *chunk = trace->chunks; chunk; chunk = chunk->next)
        for (unsigned i = 0; i < chunk->n; i++)
            first = chunk->events[i].queued_ns < first ? chunk->events[i].queued_ns : first;
    return first;
}

static void write_trace(FILE *file, const struct trace *trace)
{
    struct json json;
    uint64_t id = 0, from_ns = first_ns(trace);
    json_init(&json, file);
    json_object_begin(&json);
    json_field_string(&json, "displayTimeUnit", "ns");
    json_field_uint(&json, "dropped", trace->n_dropped);
    json_key(&json, "traceEvents");
    json_array_begin(&json);
    write_names(&json, trace);
    for (const struct chunk *chunk = trace->chunks; chunk; chunk = chunk->next)
        for (unsigned i = 0; i < chunk->n; i++)
            write_event(&json, &chunk->events[i], id++, from_ns);
    json_array_end(&json);
    json_object_end(&json);
}

/* At the end of the program; launches wait meanwhile. */
int sched_write_trace(struct sched *s, const char *name)
{
    if (!s->trace)
        return -ENODATA;
    FILE *file = fopen(name, "we");
    if (!file)
        return -errno;
    pthread_mutex_lock(&s->mutex);
    write_trace(file, s->trace);
    pthread_mutex_unlock(&s->mutex);
    int error = ferror(file) ? -EIO : 0;
    return fclose(file) ? -errno : error;
}

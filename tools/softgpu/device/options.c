/* SPDX-License-Identifier: MIT
 *
 * options.c - the table of SLIVER_SOFTGPU's words and its reader.
 */
#include "tools/softgpu/device/options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum option_type { OPTION_NUMBER, OPTION_FLAG, OPTION_CLOCK, OPTION_DELAY };

struct option_row {
    const char *name;
    enum option_type type;
    size_t offset;
    uint64_t min, max;
    const char *accepted; /* for the complaint */
};

#define NUMBER(name, min, max, accepted)                                                           \
    {                                                                                              \
#name, OPTION_NUMBER, offsetof(struct options, name), min, max, accepted                   \
    }
#define FLAG(name)                                                                                 \
    {                                                                                              \
#name, OPTION_FLAG, offsetof(struct options, name), 0, 1, "no value"                       \
    }

static const struct option_row table[] = {
    NUMBER(sms, 1, 256, "a number from 1 to 256"),
    NUMBER(cc, 50, 129, "a compute capability x 10, such as 90"),
    NUMBER(threads, 1, 256, "a number from 1 to 256"),
    NUMBER(memory_mib, 1, 1 << 20, "a number of MiB"),
    NUMBER(clock_mhz, 1, 100000, "a number of MHz"),
    NUMBER(launch_ns, 0, 1000000000, "a number of nanoseconds"),
    NUMBER(copy_mbps, 1, 100000000, "a number of megabytes a second"),
    NUMBER(saturate, 1, 64, "a number of warps from 1 to 64"),
    NUMBER(patience_us, 0, 10000000, "a number of microseconds"),
    NUMBER(quantum, 1, 1ull << 40, "a number of instructions"),
    {"clock", OPTION_CLOCK, offsetof(struct options, virtual_clock), 0, 1, "wall or virtual"},
    FLAG(check),
    FLAG(races),
    FLAG(quiet),
    NUMBER(fail_alloc, 0, UINT64_MAX, "a number"),
    NUMBER(fail_launch, 0, UINT64_MAX, "a number"),
    NUMBER(fail_load, 0, UINT64_MAX, "a number"),
    NUMBER(kill, 0, UINT64_MAX, "a number"),
    {"delay", OPTION_DELAY, 0, 0, 1000000, "STREAM:MILLISECONDS"},
};

static bool read_number(const char *text, char end, uint64_t max, uint64_t *ret,
                        const char **ret_end)
{
    char *rest;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *ret = strtoull(text, &rest, 10);
    if (ret_end)
        *ret_end = rest + 1;
    return !errno && *rest == end && *ret <= max;
}

static bool read_delay(const char *value, uint64_t max, struct options *options)
{
    uint64_t stream, ms;
    const char *rest;

    if (!read_number(value, ':', UINT64_MAX, &stream, &rest) ||
        !read_number(rest, '\0', max, &ms, NULL))
        return false;
    options->delay_stream = stream;
    options->delay_ns = ms * 1000000;
    return true;
}

/* value is NULL where there was no '='. */
static bool read_value(const struct option_row *row, const char *value, struct options *options)
{
    void *field = (char *)options + row->offset;
    uint64_t number;

    if (row->type == OPTION_FLAG) {
        if (!value)
            *(bool *)field = true;
        return !value;
    }
    if (!value)
        return false;
    switch (row->type) {
    case OPTION_CLOCK:
        *(bool *)field = !strcmp(value, "virtual");
        return *(bool *)field || !strcmp(value, "wall");
    case OPTION_DELAY:
        return read_delay(value, row->max, options);
    default:
        if (!read_number(value, '\0', row->max, &number, NULL) || number < row->min)
            return false;
        *(uint64_t *)field = number;
        return true;
    }
}

static void read_item(char *item, struct options *options, char complaint[256])
{
    char *value = strchr(item, '=');

    if (value)
        *value++ = '\0';
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        if (strcmp(item, table[i].name))
            continue;
        if (!read_value(&table[i], value, options) && !*complaint)
            snprintf(complaint, 256, "SLIVER_SOFTGPU: %.60s takes %s, not \"%.60s\"", item,
                     table[i].accepted, value ? value : "");
        return;
    }
    if (!*complaint)
        snprintf(complaint, 256, "SLIVER_SOFTGPU: unknown option \"%.60s\"", item);
}

void options_parse(const char *spec, struct options *ret_options, char ret_complaint[256])
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    char scratch[256], *complaint = ret_complaint ? ret_complaint : scratch;
    char *copy = spec ? strdup(spec) : NULL, *rest = copy, *item;

    *ret_options = (struct options){.sms = 4,
                                    .cc = 90,
                                    .threads = cpus < 1     ? 1
                                               : cpus > 256 ? 256
                                                            : (uint64_t)cpus,
                                    .memory_mib = 4096,
                                    .clock_mhz = 1000,
                                    .launch_ns = 1000,
                                    .copy_mbps = 20000,
                                    .saturate = 16,
                                    .patience_us = 20000,
                                    .quantum = 20000};
    *complaint = '\0';
    while ((item = strsep(&rest, ",")))
        if (*item)
            read_item(item, ret_options, complaint);
    free(copy);
}

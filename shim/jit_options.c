/* SPDX-License-Identifier: MIT
 *
 * jit_options.c - see jit_options.h.
 */
#include "shim/jit_options.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct image_build_options jit_options_no_build = {.max_registers = -1, .opt_level = -1};

static bool given(const struct jit_options *options, CUjit_option name)
{
    for (unsigned i = 0; i < options->n_given; i++)
        if (options->names[i] == name)
            return true;
    return false;
}

static void add(struct jit_options *options, CUjit_option name, int value)
{
    if (given(options, name))
        return;
    options->names[options->n] = name;
    options->values[options->n++] = (void *)(uintptr_t)value;
}

/* The value of the first option of that name; 0 if there is none. */
static uintptr_t value_of(const struct jit_options *options, CUjit_option name)
{
    for (unsigned i = 0; i < options->n_given; i++)
        if (options->names[i] == name)
            return (uintptr_t)options->values[i];
    return 0;
}

/* What the buffer holds is copied, too: the driver may write less than all of it. */
static bool copy_log(struct jit_options *options, struct jit_log *log, CUjit_option buffer,
                     CUjit_option size)
{
    log->given = (void *)value_of(options, buffer);
    log->bytes = (unsigned)value_of(options, size);
    if (!log->given || log->bytes == 0)
        return true;
    log->copy = malloc(log->bytes);
    if (!log->copy)
        return false;
    memcpy(log->copy, log->given, log->bytes);
    for (log->index = 0; options->names[log->index] != buffer;)
        log->index++;
    options->values[log->index] = log->copy;
    return true;
}

bool jit_options_copy_logs(struct jit_options *options)
{
    return copy_log(options, &options->logs[0], CU_JIT_INFO_LOG_BUFFER,
                    CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES) &&
           copy_log(options, &options->logs[1], CU_JIT_ERROR_LOG_BUFFER,
                    CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
}

static void add_build(struct jit_options *options, const struct image_build_options *build)
{
    if (build->max_registers > 0)
        add(options, CU_JIT_MAX_REGISTERS, build->max_registers);
    if (build->opt_level >= 0)
        add(options, CU_JIT_OPTIMIZATION_LEVEL, build->opt_level);
    if (build->debug)
        add(options, CU_JIT_GENERATE_DEBUG_INFO, 1);
    if (build->line_info)
        add(options, CU_JIT_GENERATE_LINE_INFO, 1);
    if (build->cache_mode > 0)
        add(options, CU_JIT_CACHE_MODE, build->cache_mode);
}

bool jit_options_join(struct jit_options *ret_options, unsigned n, const CUjit_option *names,
                      void *const *values, const struct image_build_options *build)
{
    struct jit_options *options = ret_options;
    if (n > JIT_OPTIONS_MOST - 8 || (n > 0 && (!names || !values)))
        return false;
    options->n = options->n_given = n;
    for (unsigned i = 0; i < n; i++) {
        options->names[i] = names[i];
        options->values[i] = values[i];
    }
    add_build(options, build);
    memset(options->logs, 0, sizeof(options->logs));
    return true;
}

void jit_options_finish(struct jit_options *options, void **values, bool accepted)
{
    for (unsigned i = 0; i < 2; i++) {
        struct jit_log *log = &options->logs[i];
        if (!log->copy)
            continue;
        options->values[log->index] = log->given;
        if (accepted)
            memcpy(log->given, log->copy, log->bytes);
        free(log->copy);
        log->copy = NULL;
    }
    for (unsigned i = 0; accepted && i < options->n_given; i++)
        values[i] = options->values[i];
}

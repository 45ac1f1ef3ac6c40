/* SPDX-License-Identifier: MIT
 *
 * jit_options.c - see jit_options.h.
 */
#include "shim/jit_options.h"

#include <stdint.h>
#include <string.h>

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
    return true;
}

void jit_options_finish(const struct jit_options *options, void **values)
{
    for (unsigned i = 0; i < options->n_given; i++)
        values[i] = options->values[i];
}

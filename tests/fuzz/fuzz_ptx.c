/* SPDX-License-Identifier: MIT
 *
 * fuzz_ptx.c - the PTX rewriter on any bytes: no crash, no hang, and what it writes it can read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ptx-rewriter/ptx.h"
#include "ptx-rewriter/ptx_error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* Every second kernel is wanted, when the text's size says so. */
static bool wants(void *arg, const char *name)
{
    unsigned *n = arg;

    return name[0] != '\0' && (*n)++ % 2 == 0;
}

static void check_error(const char *text, size_t size, const struct ptx_error *error)
{
    char *shown = NULL;
    size_t shown_size;
    FILE *file = open_memstream(&shown, &shown_size);

    check(file != NULL);
    ptx_error_print(file, "x.ptx", text, size, error);
    fclose(file);
    free(shown);
}

/* The output is PTX again, with a kernel more for each twin. */
static void check_output(const struct ptx_result *result)
{
    struct ptx_result again;
    struct ptx_error error;
    size_t n_twins = 0;

    for (size_t k = 0; k < result->n_kernels; k++) {
        check(result->kernels[k].has_twin == !result->kernels[k].reason);
        check(result->kernels[k].line > 0 && result->kernels[k].column > 0);
        n_twins += result->kernels[k].has_twin;
    }
    check(!result->text == (n_twins == 0));
    if (!result->text)
        return;
    check(ptx_rewrite(result->text, result->size_bytes, NULL, &again, &error) == 0);
    check(again.n_kernels == result->n_kernels + n_twins);
    ptx_result_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    unsigned n_asked = 0;
    struct ptx_options options = {.wants = size % 4 == 0 ? wants : NULL,
                                  .arg = &n_asked,
                                  .is_linked = size % 3 == 0,
                                  .arch = size % 5 == 0 ? 100 : 0};
    struct ptx_result result;
    struct ptx_error error;
    int r = ptx_rewrite(text, size, &options, &result, &error);

    if (r == -EINVAL)
        check_error(text, size, &error);
    if (r < 0)
        return 0;
    check_output(&result);
    ptx_result_finish(&result);
    return 0;
}

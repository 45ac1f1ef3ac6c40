/* SPDX-License-Identifier: MIT
 *
 * rewrite.c - `sliver rewrite`: the PTX rewriter alone, from a file to a file.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/ptx.h"
#include "ptx-rewriter/ptx_error.h"
#include "tools/commands.h"
#include "tools/input.h"

/* IN.ptx [-o OUT.ptx], in either order. */
static bool read_arguments(int argc, char **argv, const char **ret_in, const char **ret_out)
{
    *ret_in = *ret_out = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc && !*ret_out)
            *ret_out = argv[++i];
        else if (argv[i][0] != '-' && !*ret_in)
            *ret_in = argv[i];
        else
            return false;
    }
    return *ret_in != NULL;
}

static int fail(const char *path, int error)
{
    fprintf(stderr, "sliver: %s: %s\n", path, strerror(-error));
    return 1;
}

static int write_file(const char *path, const char *text, size_t size_bytes)
{
    FILE *file = fopen(path, "w");

    if (!file)
        return -errno;
    bool written = fwrite(text, 1, size_bytes, file) == size_bytes;
    int error = written ? 0 : -errno;
    if (fclose(file) != 0 && !error)
        error = -errno;
    return error;
}

static void print_report(const struct ptx_result *result)
{
    for (size_t i = 0; i < result->n_kernels; i++) {
        const struct ptx_kernel *kernel = &result->kernels[i];
        if (kernel->has_twin)
            printf("%s sliceable\n", kernel->name);
        else
            printf("%s whole: %s\n", kernel->name, kernel->reason);
    }
}

/* A file in which no kernel can be sliced comes out as it went in. */
static int rewrite_text(const char *in, const char *text, size_t size_bytes, const char *out)
{
    struct ptx_result result;
    struct ptx_error place;
    int error = ptx_rewrite(text, size_bytes, NULL, &result, &place);

    if (error == -EINVAL) {
        ptx_error_print(stderr, in, text, size_bytes, &place);
        return 1;
    }
    if (error)
        return fail(in, error);
    print_report(&result);
    if (out)
        error = result.text ? write_file(out, result.text, result.size_bytes)
                            : write_file(out, text, size_bytes);
    ptx_result_finish(&result);
    return error ? fail(out, error) : 0;
}

int command_rewrite(int argc, char **argv)
{
    const char *in, *out;
    char *text;
    size_t size_bytes;

    if (!read_arguments(argc, argv, &in, &out))
        return command_usage("rewrite");
    int error = input_read(in, &text, &size_bytes);
    if (error)
        return fail(in, error);
    int status = rewrite_text(in, text, size_bytes, out);
    free(text);
    return status;
}

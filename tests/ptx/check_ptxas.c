/* SPDX-License-Identifier: MIT
 *
 * check_ptxas.c - every output assembles, and the machine code has the parameters where the report
 * says.
 */
#include "tests/ptx/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/ptx/cubin.h"

#define MAX_ARGS 20

static bool write_file(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "wb");
    bool ok;

    if (!file)
        return false;
    ok = fwrite(text, 1, size, file) == size;
    return fclose(file) == 0 && ok;
}

static bool run(char *const *argv)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        execv(argv[0], argv);
        _exit(127);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* "sm_90 -g" after the program's name, or the target of the file. */
static void make_arguments(char *options, const char *ptxas, const char *in, const char *out,
                           char **ret_argv)
{
    unsigned n = 0;
    char *rest;

    ret_argv[n++] = (char *)ptxas;
    ret_argv[n++] = "-arch";
    for (char *word = strtok_r(options, " ", &rest); word && n < MAX_ARGS - 5;
         word = strtok_r(NULL, " ", &rest))
        ret_argv[n++] = word;
    ret_argv[n++] = "-o";
    ret_argv[n++] = (char *)out;
    ret_argv[n++] = (char *)in;
    ret_argv[n] = NULL;
}

static void check_original(struct ptx_case *test, const struct ptx_kernel *kernel,
                           const struct cubin_kernel *found)
{
    if (found->param_bytes != kernel->param_bytes || found->n_params != kernel->n_params) {
        case_fail(test, "%s has %u parameters, %u bytes; reported %zu, %u bytes", kernel->name,
                  found->n_params, found->param_bytes, kernel->n_params, kernel->param_bytes);
        return;
    }
    for (size_t i = 0; i < kernel->n_params; i++) {
        if (found->params[i].offset != kernel->params[i].offset_bytes ||
            found->params[i].size != kernel->params[i].size_bytes)
            case_fail(test, "%s: parameter %zu is %u+%u, reported %u+%u", kernel->name, i,
                      found->params[i].offset, found->params[i].size,
                      kernel->params[i].offset_bytes, kernel->params[i].size_bytes);
    }
}

static void check_kernel(struct ptx_case *test, const struct ptx_kernel *kernel,
                         const uint8_t *cubin, size_t size)
{
    static struct cubin_kernel found;
    char twin[600];
    size_t n = kernel->n_params;

    if (!cubin_find_kernel(cubin, size, kernel->name, &found))
        case_fail(test, "%s is not in the machine code", kernel->name);
    else if (kernel->has_twin)
        check_original(test, kernel, &found);
    if (!kernel->has_twin)
        return;
    snprintf(twin, sizeof(twin), PTX_TWIN_PREFIX "%s", kernel->name);
    if (!cubin_find_kernel(cubin, size, twin, &found))
        case_fail(test, "%s is not in the machine code", twin);
    else if (found.n_params != n + 6 || found.params[n].offset != kernel->twin_tail_bytes ||
             found.param_bytes != kernel->twin_tail_bytes + sizeof(struct ptx_twin_tail))
        case_fail(test, "%s has %u parameters, %u bytes, tail at %u; reported tail at %u", twin,
                  found.n_params, found.param_bytes, found.params[n].offset,
                  kernel->twin_tail_bytes);
}

void check_ptxas(struct ptx_case *test, const struct ptx_result *result, const char *ptxas)
{
    const char *text = result->text ? result->text : test->text;
    size_t size = result->text ? result->size_bytes : test->size;
    char folder[] = "/tmp/sliver-ptx-XXXXXX", in[64], out[64], options[200];
    char *argv[MAX_ARGS];
    struct ptx_case cubin;

    snprintf(options, sizeof(options), "%s", result->target);
    case_value(test, "ptxas", options, sizeof(options));
    if (strncmp(options, "none", 4) == 0)
        return;
    if (!mkdtemp(folder)) {
        case_fail(test, "no temporary folder");
        return;
    }
    snprintf(in, sizeof(in), "%s/out.ptx", folder);
    snprintf(out, sizeof(out), "%s/out.cubin", folder);
    make_arguments(options, ptxas, in, out, argv);
    if (!write_file(in, text, size) || !run(argv)) {
        case_fail(test, "the %s doesn't assemble", result->text ? "output" : "input");
    } else if (case_read(out, &cubin) == 0) {
        for (size_t k = 0; k < result->n_kernels; k++)
            check_kernel(test, &result->kernels[k], (uint8_t *)cubin.text, cubin.size);
        case_finish(&cubin);
    }
    unlink(in);
    unlink(out);
    rmdir(folder);
}

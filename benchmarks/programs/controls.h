/* SPDX-License-Identifier: MIT
 *
 * controls.h - copies of a kernel that differ in place only: what a twin's time is held against.
 *
 * A twin's loops stand elsewhere than the original's, and a GPU fetches instructions by lines: the
 * same loop can run faster or slower for where it stands. Control i is the kernel's own text under
 * another name, with i empty instructions at its start: synchronisations of warps that are together
 * anyway, which ptxas makes a NOP each. Control 0 is a copy to the letter.
 */
#ifndef BENCHMARKS_CONTROLS_H
#define BENCHMARKS_CONTROLS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTROL_NAME "__control%d_%s"
enum { N_CONTROLS = 8 };

/* nvcc's text of an entry: from its header to the brace that stands alone. NULL: not there. */
static inline const char *controls_find(const char *ptx, const char *name, const char **ret_params,
                                        const char **ret_body, const char **ret_end)
{
    char header[128];
    const char *entry, *end;

    snprintf(header, sizeof(header), ".visible .entry %s(", name);
    entry = strstr(ptx, header);
    end = entry ? strstr(entry, "\n}") : NULL;
    if (end == NULL)
        return NULL;
    *ret_params = entry + strlen(header);
    *ret_body = strstr(entry, "\n{") + 2;
    *ret_end = end + 2;
    return entry;
}

/* ptx, which it frees, with the controls of the kernel behind it. Exits if that can't be had. */
static inline char *controls_add(char *ptx, const char *name)
{
    const char *params, *body, *end;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL || controls_find(ptx, name, &params, &body, &end) == NULL) {
        fprintf(stderr, "%s: no such kernel in the PTX, or no memory\n", name);
        exit(EXIT_USAGE);
    }
    fputs(ptx, out);
    for (int i = 0; i < N_CONTROLS; i++) {
        fprintf(out, "\n.visible .entry " CONTROL_NAME "(", i, name);
        fwrite(params, 1, (size_t)(body - params), out);
        fputs("\n", out);
        for (int k = 0; k < i; k++)
            fputs("\tbar.warp.sync -1;\n", out);
        fwrite(body, 1, (size_t)(end - body), out);
        fputs("\n", out);
    }
    fclose(out);
    free(ptx);
    return text;
}

#endif

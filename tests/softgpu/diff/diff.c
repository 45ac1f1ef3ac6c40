/* SPDX-License-Identifier: MIT
 *
 * diff.c - runs the instruction forms on the interpreter or through a CUDA driver, writes the
 * results, and compares two files of results.
 *
 *   diff exec OUT            on the interpreter
 *   diff cuda OUT            through libcuda.so.1
 *   diff compare A B         what differs, how far; 1 if anything does that must not
 *   diff sums A              one line per exact form that was run: a sum of its results
 *   diff check A SUMS        compares results with such lines: 1 if any differ
 *   diff text N              the PTX of form N
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/softgpu/diff/compare.h"
#include "tests/softgpu/diff/forms.h"
#include "tests/softgpu/diff/run.h"

/* must: a form that is refused is a failure. */
static int run(const char *path, const struct diff_device *device, bool must)
{
    size_t n;
    struct form *forms = forms_all(&n);
    FILE *out = fopen(path, "w");
    void *state = forms && out ? device->open() : NULL;
    static uint64_t results[DIFF_N];
    unsigned refused = 0;

    if (!state)
        return 2;
    for (size_t i = 0; i < n; i++) {
        char message[300] = "";
        char *text = form_text(&forms[i]);
        bool ok = text && device->run(state, &forms[i], text, results, message, sizeof(message));
        free(text);
        refused += !ok;
        if (!ok)
            fprintf(stderr, "refused: %s: %s\n", forms[i].name, message);
        if (!diff_write(out, &forms[i], ok ? results : NULL))
            return 2;
    }
    device->close(state);
    fprintf(stderr, "%zu forms, %u refused\n", n, refused);
    forms_free(forms, n);
    return fclose(out) != 0 ? 2 : must && refused ? 1 : 0;
}

static int print_text(size_t index)
{
    size_t n;
    struct form *forms = forms_all(&n);
    char *text = forms && index < n ? form_text(&forms[index]) : NULL;

    if (!text)
        return 2;
    fputs(text, stdout);
    free(text);
    forms_free(forms, n);
    return 0;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";

    if (argc == 3 && strcmp(mode, "exec") == 0)
        return run(argv[2], &diff_exec, true);
    if (argc == 3 && strcmp(mode, "cuda") == 0)
        return run(argv[2], &diff_cuda, false);
    if (argc == 4 && strcmp(mode, "compare") == 0)
        return diff_compare(argv[2], argv[3]);
    if (argc == 3 && strcmp(mode, "sums") == 0)
        return diff_sums(argv[2]);
    if (argc == 4 && strcmp(mode, "check") == 0)
        return diff_check_sums(argv[2], argv[3]);
    if (argc == 3 && strcmp(mode, "text") == 0)
        return print_text(strtoul(argv[2], NULL, 10));
    fprintf(stderr, "usage: diff exec|cuda OUT | compare A B | sums A | check A SUMS | text N\n");
    return 2;
}

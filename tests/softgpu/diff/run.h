/* SPDX-License-Identifier: MIT
 *
 * run.h - where forms are run: on the interpreter, or by a CUDA driver.
 */
#ifndef SOFTGPU_DIFF_RUN_H
#define SOFTGPU_DIFF_RUN_H

#include <stdbool.h>

#include "tests/softgpu/diff/forms.h"

struct diff_device {
    void *(*open)(void); /* NULL: there is none; said on stderr */
    void (*close)(void *state);
    /* False: the text is refused, the message says why. */
    bool (*run)(void *state, const struct form *form, const char *text, uint64_t results[DIFF_N],
                char *ret_message, size_t size);
};

extern const struct diff_device diff_exec, diff_cuda;

#endif

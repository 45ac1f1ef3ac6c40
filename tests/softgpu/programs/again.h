/* SPDX-License-Identifier: MIT
 *
 * again.h - for programs that compare runs of themselves.
 */
#ifndef TESTS_SOFTGPU_AGAIN_H
#define TESTS_SOFTGPU_AGAIN_H

#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"

/* What this program prints when it is run once more, in a process of its own, with one argument. */
static inline void run_again(const char *self, char *text, size_t size)
{
    ssize_t n = 0, got;
    int ends[2], status;
    pid_t child;

    EXPECT(!pipe(ends));
    child = fork();
    if (!child) {
        dup2(ends[1], 1);
        execl(self, self, "once", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while ((got = read(ends[0], text + n, size - 1 - (size_t)n)) > 0)
        n += got;
    text[n] = '\0';
    close(ends[0]);
    waitpid(child, &status, 0);
    EXPECT(!status && n > 50);
}

#endif

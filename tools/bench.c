/* SPDX-License-Identifier: MIT
 *
 * bench.c - `sliver bench`: finds the harness (benchmarks/bench.py) and the parts of SliVER that it
 * measures, and becomes it. The harness knows its own options.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "tools/commands.h"
#include "tools/preload.h"

#define OWN_WORDS 8 /* python3, the script, three options with a value */

static int missing(const char *what)
{
    fprintf(stderr, "sliver bench: %s is neither beside this command nor in " SLIVER_PREFIX "\n",
            what);
    return 2;
}

int command_bench(int argc, char **argv)
{
    _cleanup_free_ char *script = NULL, *library = NULL, *softgpu = NULL;
    _cleanup_free_ char *self = realpath("/proc/self/exe", NULL);
    _cleanup_free_ char **words = calloc(OWN_WORDS + (size_t)argc, sizeof(*words));
    size_t n = 0;

    if (preload_find("../benchmarks/source/bench.py", SLIVER_DATADIR "/sliver/benchmarks/bench.py",
                     &script) < 0)
        return missing("benchmarks/bench.py");
    if (preload_find_library(&library) < 0)
        return missing("libsliver_hook.so");
    if (!words || !self)
        return 1;
    words[n++] = "python3";
    words[n++] = script;
    words[n++] = "--sliver";
    words[n++] = self;
    words[n++] = "--library";
    words[n++] = library;
    if (preload_find_softgpu(&softgpu) == 0) {
        words[n++] = "--softgpu-folder";
        words[n++] = softgpu;
    }
    memcpy(words + n, argv + 1, (size_t)argc * sizeof(*words)); /* with the NULL at the end */
    execvp(words[0], words);
    fprintf(stderr, "sliver bench: python3: %s\n", strerror(errno));
    return 1;
}

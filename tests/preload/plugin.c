/* SPDX-License-Identifier: MIT
 *
 * plugin.c - a library linked with the driver, that a program opens later.
 */
#include <dlfcn.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

int cuInit(unsigned int flags);
EXPORT int plugin_init(void);
EXPORT int cuCtxSynchronize(void);
EXPORT void *plugin_look_default(const char *symbol);

EXPORT int plugin_init(void)
{
    return cuInit(0);
}

EXPORT int cuCtxSynchronize(void)
{
    return 4711;
}

EXPORT void *plugin_look_default(const char *symbol)
{
    /* Not as the last thing: a tail call would make the caller of this function the one who asks.
     */
    void *volatile found = dlsym(RTLD_DEFAULT, symbol);
    return found;
}

/* SPDX-License-Identifier: MIT
 *
 * check_plugin.c - libraries that are opened later and are linked with the driver, in a scope of
 * their own: RTLD_LOCAL, and RTLD_DEEPBIND. The latter binds the library's own references, that to
 * dlsym among them, to libc and the driver and past any preload; look-ups of others in it are still
 * ours.
 */
#include "check.h"

/* A sanitizer's runtime refuses RTLD_DEEPBIND. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAVE_DEEPBIND 0
#elif defined(__has_feature)
#define HAVE_DEEPBIND (!__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer))
#else
#define HAVE_DEEPBIND 1
#endif

typedef void *plugin_look(const char *symbol);

static void check_library(const struct dummy *dummy, int flags)
{
    void *library = dlopen("plugin.so", RTLD_NOW | flags);
    CHECK(library, "%s", dlerror());
    plugin_look *by_default = (plugin_look *)dlsym(library, "plugin_look_default");
    CHECK(by_default, "%s", dlerror());
    int index = find_row(dummy, "cuMemFree_v2");
    void *found = by_default("cuMemFree_v2");
    CHECK(found, "RTLD_DEFAULT does not see the library's own scope");
    if (!(flags & RTLD_DEEPBIND))
        check_found(dummy, index, found, "plugin");
    check_found(dummy, index, dlsym(library, "cuMemFree_v2"), "handle of the plugin");
    /* A function of the driver's name, but not the driver's. */
    any_call *own = (any_call *)dlsym(library, "cuCtxSynchronize");
    CHECK(own && own(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) == 4711, "taken for the driver's");
    /* A name that only the plugin has, from its own scope. */
    CHECK(is_in(by_default("plugin_look_default"), "plugin.so"), "lost its own scope");
    dlclose(library);
}

void check(void)
{
    struct dummy dummy = open_dummy(RTLD_LOCAL);
    check_library(&dummy, RTLD_LOCAL);
    if (HAVE_DEEPBIND)
        check_library(&dummy, RTLD_LOCAL | RTLD_DEEPBIND);
}

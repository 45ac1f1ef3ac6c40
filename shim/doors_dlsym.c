/* SPDX-License-Identifier: MIT
 *
 * doors_dlsym.c - the doors of dlsym and dlvsym: what is decided for a look-up.
 *
 * doors_entry.S exports both. It asks here first, and unless the answer is one of our functions it
 * jumps to the real function with all its arguments, so that for RTLD_NEXT and RTLD_DEFAULT the
 * caller is still the program and not us. Called at any time, by any thread, before any
 * constructor.
 */
#include "shim/doors.h"

#include <dlfcn.h>
#include <link.h>

#include "shim/doors_untyped.h"
#include "shim/elf_find.h"

/* In registers: where to go, or what to return. */
struct door_answer {
    void *address;
    uintptr_t is_final; /* 1: return the address; 0: jump to it */
};

typedef ElfW(Sym) elf_symbol;
typedef void *dlsym_function(void *, const char *);
typedef void *dlvsym_function(void *, const char *, const char *);

/* Called by doors_entry.S only. */
struct door_answer doors_dlsym(void *handle, const char *name);
struct door_answer doors_dlvsym(void *handle, const char *name, const char *version);

static _Atomic(dlsym_function *) real_dlsym;
static _Atomic(dlvsym_function *) real_dlvsym;

/* Several threads may look at once; they find the same. */
static dlsym_function *get_dlsym(void)
{
    dlsym_function *found = atomic_load_explicit(&real_dlsym, memory_order_relaxed);
    if (!found) {
        found = (dlsym_function *)elf_find_next("dlsym");
        atomic_store_explicit(&real_dlsym, found, memory_order_relaxed);
    }
    return found;
}

static dlvsym_function *get_dlvsym(void)
{
    dlvsym_function *found = atomic_load_explicit(&real_dlvsym, memory_order_relaxed);
    if (!found) {
        found = (dlvsym_function *)elf_find_next("dlvsym");
        atomic_store_explicit(&real_dlvsym, found, memory_order_relaxed);
    }
    return found;
}

void *doors_real_dlsym(void *handle, const char *name)
{
    return get_dlsym()(handle, name);
}

/* What the program is to get in place of `found`, the answer to a look-up of that symbol.
 *
 * Our own export is found where the search goes through the global scope. It stands for the
 * driver's if there is a driver in the process; without one the name would not have been found, and
 * is not. */
static void *exchange(const struct door *door, void *found)
{
    enum driver_state state = driver_open(false);
    if (state == DRIVER_CLOSED || !*door->real)
        return found == door->ours ? doors_real_dlsym(RTLD_NEXT, door->symbol) : found;
    if (found == door->ours || found == *door->real)
        return state == DRIVER_ON ? door->ours : *door->real;
    return found; /* somebody else's function */
}

/* The same for a symbol without a row. Only functions can be called in our stead. */
static void *exchange_unknown(const char *name, void *found)
{
    Dl_info info;
    const elf_symbol *symbol;
    if (driver_open(false) != DRIVER_ON || found != doors_real_dlsym(driver.library, name) ||
        !dladdr1(found, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol ||
        ELF64_ST_TYPE(symbol->st_info) != STT_FUNC)
        return found;
    return doors_adopt(found, name);
}

/* Whether a look-up may end at one of our functions. With RTLD_NEXT whoever asks wants what is
 * behind itself in the search order, and will find us if we are. */
static bool concerns_us(void *handle, const char *name, const struct door **ret_door)
{
    if (!name || name[0] != 'c' || name[1] != 'u' || handle == RTLD_NEXT)
        return false;
    *ret_door = doors_find(name);
    return *ret_door ? (*ret_door)->ours != NULL : doors_may_matter(name);
}

/* found: what the real function answers; real: that function, to jump to unless we know better. */
static struct door_answer answer(const struct door *door, const char *name, void *found, void *real)
{
    void *given = !found ? NULL : door ? exchange(door, found) : exchange_unknown(name, found);
    if (given == found)
        return (struct door_answer){real, 0};
    return (struct door_answer){given, 1};
}

struct door_answer doors_dlsym(void *handle, const char *name)
{
    dlsym_function *real = get_dlsym();
    const struct door *door;
    struct door_answer result = {(void *)real, 0};
    if (concerns_us(handle, name, &door))
        result = answer(door, name, real(handle, name), (void *)real);
    return result;
}

struct door_answer doors_dlvsym(void *handle, const char *name, const char *version)
{
    dlvsym_function *real = get_dlvsym();
    const struct door *door;
    struct door_answer result = {(void *)real, 0};
    if (version && concerns_us(handle, name, &door))
        result = answer(door, name, real(handle, name, version), (void *)real);
    return result;
}

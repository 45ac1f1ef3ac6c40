/* SPDX-License-Identifier: MIT
 *
 * doors_untyped.c - calls whose parameters this build does not know: what happens before the jump.
 */
#include "shim/doors_untyped.h"

#include "common/log.h"
#include "shim/doors.h"
#include "shim/order.h"

/* The functions of doors_untyped.S that stand for what was adopted, and where each jumps to.
 * Entries are only ever added, in order. */
extern const char doors_adopted_code[DOORS_ADOPTED][DOORS_ADOPTED_BYTES];
extern _Atomic(void *) doors_adopted[DOORS_ADOPTED];
_Atomic(void *) doors_adopted[DOORS_ADOPTED];

/* Called by doors_untyped.S only, with the place where the driver's function is or will be. */
void *doors_untyped_enter(void *const *real);

static CUresult refuse_absent(void)
{
    return CUDA_ERROR_NO_DEVICE;
}

static CUresult refuse_missing(void)
{
    return CUDA_ERROR_NOT_SUPPORTED;
}

void *doors_untyped_enter(void *const *real)
{
    enum driver_state state = driver_enter();
    if (state == DRIVER_CLOSED)
        return (void *)refuse_absent;
    if (!*real)
        return (void *)refuse_missing;
    if (shim_held())
        shim_order_all();
    return *real;
}

void *doors_adopt(void *real, const char *name)
{
    for (int i = 0; i < DOORS_ADOPTED; i++) {
        void *present = NULL;
        if (atomic_compare_exchange_strong_explicit(&doors_adopted[i], &present, real,
                                                    memory_order_acq_rel, memory_order_acquire))
            log_info("%s: not known to this version; everything held goes before it", name);
        else if (present != real)
            continue;
        return (void *)doors_adopted_code[i];
    }
    log_warn("%s: not known to this version, and not followed", name);
    return real;
}

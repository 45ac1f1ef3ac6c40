/* SPDX-License-Identifier: MIT
 *
 * specials.h - special registers. Those that stay the same while a block runs are slots of
 * AREA_WARP, filled when the block is made, only as far as the program uses them; the others have
 * handlers.
 */
#ifndef SOFTGPU_EXEC_SPECIALS_H
#define SOFTGPU_EXEC_SPECIALS_H

#include "tools/softgpu/exec/build.h"

enum special {
#define SPECIAL(name, keyword, value) SPECIAL_##name,
#include "tools/softgpu/exec/specials.def"
#undef SPECIAL
    SPECIAL_STATIC_COUNT,
    SPECIAL_CLOCK = SPECIAL_STATIC_COUNT,
    SPECIAL_CLOCK_HI,
    SPECIAL_CLOCK64,
    SPECIAL_GLOBALTIMER,
    SPECIAL_GLOBALTIMER_LO,
    SPECIAL_GLOBALTIMER_HI,
    SPECIAL_ENVREG, /* those but 1 and 2 are 0 */
    SPECIAL_EXPLICIT_CLUSTER,
    SPECIAL_COUNT
};

/* The register of a name with its component (%tid.x), -1: none. */
int specials_find(const char *name, unsigned length);

/* Does the program read where reserved shared memory is? */
bool specials_use_reserved(const struct exec_program *program);

static inline bool specials_are_dynamic(uint32_t special)
{
    return special >= SPECIAL_STATIC_COUNT;
}

/* The slot of a special register read with so many bytes; EXEC_NO_SLOT: no memory. */
uint32_t special_slot(struct builder *builder, enum special special, unsigned bytes);

#endif

/* SPDX-License-Identifier: MIT
 *
 * specials.c - the special registers of a warp. special_slots of the program has an entry for each
 * register and width, so that a narrower read sees the low bits.
 */
#include "tools/softgpu/exec/specials.h"

#include <errno.h>
#include <string.h>

#define WIDTHS 4 /* 1, 2, 4, 8 bytes; 1 is not used */

static const char *const keywords[SPECIAL_COUNT] = {
#define SPECIAL(name, keyword, value) keyword,
#include "tools/softgpu/exec/specials.def"
#undef SPECIAL
    [SPECIAL_CLOCK] = "%clock",
    [SPECIAL_CLOCK_HI] = "%clock_hi",
    [SPECIAL_CLOCK64] = "%clock64",
    [SPECIAL_GLOBALTIMER] = "%globaltimer",
    [SPECIAL_GLOBALTIMER_LO] = "%globaltimer_lo",
    [SPECIAL_GLOBALTIMER_HI] = "%globaltimer_hi",
    [SPECIAL_ENVREG] = "%envreg",
    [SPECIAL_EXPLICIT_CLUSTER] = "%is_explicit_cluster",
};

int specials_find(const char *name, unsigned length)
{
    for (unsigned i = 0; i < SPECIAL_COUNT; i++) {
        if (strlen(keywords[i]) == length && memcmp(keywords[i], name, length) == 0 && length)
            return (int)i;
    }
    if (length > 7 && length < 10 && memcmp(name, "%envreg", 7) == 0)
        return SPECIAL_ENVREG;
    return -1;
}

uint32_t special_slot(struct builder *builder, enum special special, unsigned bytes)
{
    struct exec_program *program = builder->program;
    uint32_t *slot;

    if (!program->special_slots) {
        program->special_slots = malloc(SPECIAL_STATIC_COUNT * WIDTHS * sizeof(uint32_t));
        if (!program->special_slots)
            return EXEC_NO_SLOT;
        memset(program->special_slots, 0xff, SPECIAL_STATIC_COUNT * WIDTHS * sizeof(uint32_t));
    }
    if (bytes > 8)
        return EXEC_NO_SLOT;
    slot = &program->special_slots[special * WIDTHS + __builtin_ctz(bytes)];
    if (*slot == EXEC_NO_SLOT) {
        *slot = program->special_bytes | AREA_WARP;
        program->special_bytes += bytes * EXEC_WARP_LANES;
    }
    return *slot;
}

bool specials_use_reserved(const struct exec_program *program)
{
    for (unsigned i = SPECIAL_RESERVED_BEGIN * WIDTHS;
         program->special_slots && i < (SPECIAL_RESERVED_1 + 1) * WIDTHS; i++) {
        if (program->special_slots[i] != EXEC_NO_SLOT)
            return true;
    }
    return false;
}

static uint64_t value_of(const struct exec_warp *warp, unsigned special, uint32_t lane)
{
    const struct exec_block *block = warp->block;
    const struct exec_launch *launch = &block->launch;
    const uint32_t *size = launch->threads, *cluster = launch->cluster;
    uint32_t thread = warp_thread(warp, lane);

    switch (special) {
#define SPECIAL(name, keyword, value)                                                              \
    case SPECIAL_##name:                                                                           \
        return (value);
#include "tools/softgpu/exec/specials.def"
#undef SPECIAL
    }
    return 0;
}

static void fill(const struct exec_warp *warp, unsigned special, unsigned bytes, uint8_t *slot)
{
    for (unsigned lane = 0; lane < EXEC_WARP_LANES; lane++) {
        uint64_t value = value_of(warp, special, lane);
        memcpy(slot + (size_t)lane * bytes, &value, bytes);
    }
}

int specials_init(struct exec_warp *warp)
{
    const struct exec_program *program = warp->block->program;
    size_t sink = 16 * EXEC_WARP_LANES, size = program->special_bytes + sink + 63;
    uint8_t *area = aligned_alloc(64, size & ~(size_t)63);

    if (!area)
        return -ENOMEM;
    warp->base[AREA_SINK] = area;
    warp->base[AREA_WARP] = area + sink;
    for (unsigned i = 0; program->special_slots && i < SPECIAL_STATIC_COUNT * WIDTHS; i++) {
        uint32_t slot = program->special_slots[i];
        if (slot != EXEC_NO_SLOT)
            fill(warp, i / WIDTHS, 1u << i % WIDTHS, area + sink + (slot & ~EXEC_AREA_MASK));
    }
    return 0;
}

void specials_finish(struct exec_warp *warp)
{
    free(warp->base[AREA_SINK]);
}

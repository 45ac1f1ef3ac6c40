/* SPDX-License-Identifier: MIT
 *
 * rules.h - SLIVER_SLICE: which kernels are cut, and how large a slice is.
 *
 *   RULES   := RULE { ';' RULE }
 *   RULE    := [ PATTERN '=' ] SIZE       a SIZE without PATTERN is for all
 *   PATTERN := shell pattern (fnmatch) over the kernel's mangled, demangled or plain name
 *   SIZE    := 'auto' | 'off' | BLOCKS | X 'x' Y [ 'x' Z ]
 *
 * The first rule that matches a name wins; a kernel that no rule names is 'auto'. Immutable after
 * rules_parse; any thread.
 */
#ifndef SLICER_RULES_H
#define SLICER_RULES_H

#include <stddef.h>
#include <stdint.h>

enum slice_mode {
    SLICE_AUTO,   /* whole waves that fit the quantum, only when shared or long; see tune.h, too */
    SLICE_OFF,    /* never */
    SLICE_BLOCKS, /* this many blocks in linear order, rounded to whole rows or planes */
    SLICE_SHAPE,  /* this many blocks along each axis */
};

struct slice_size {
    enum slice_mode mode;
    uint32_t x, y, z; /* SLICE_BLOCKS: x; SLICE_SHAPE: all three; at least 1 */
};

struct rules;

/* Returns 0, or -EINVAL with *ret_bad_at the offset of the rule that can't be read, or -ENOMEM. */
int rules_parse(const char *text, struct rules **ret_rules, size_t *ret_bad_at);
void rules_destroy(struct rules *rules);

struct slice_size rules_match(const struct rules *rules, const char *mangled_name);

#endif

/* SPDX-License-Identifier: MIT
 *
 * doors_untyped.h - calls whose parameters this build does not know.
 *
 * Two kinds: rows of the table that the headers of this build are too old to declare, and calls of
 * a driver newer than the table. Their arguments can't be looked at, but they must not overtake
 * what is held: each gets a function that submits everything held and then jumps to the driver's
 * own, with registers and stack as they came (doors_untyped.S). Safe from any thread, no locks.
 */
#ifndef SHIM_DOORS_UNTYPED_H
#define SHIM_DOORS_UNTYPED_H

/* How many calls of newer drivers are followed, and the size of each one's code. */
#define DOORS_ADOPTED       64
#define DOORS_ADOPTED_BYTES 32

#ifndef __ASSEMBLER__
/* The function to give out for `real`, a function of the driver that the table does not know; the
 * same one for the same function. `real` itself, with a warning, when all are taken. */
void *doors_adopt(void *real, const char *name);
#endif

#endif

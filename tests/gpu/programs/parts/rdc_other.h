/* SPDX-License-Identifier: MIT
 *
 * rdc_other.h - what parts/rdc_other.cu gives to rdc_two_units.cu.
 */
#ifndef TESTS_GPU_RDC_OTHER_H
#define TESTS_GPU_RDC_OTHER_H

#include <cstdint>

typedef uint32_t (*mark_fn)(uint32_t);

extern __device__ mark_fn current_mark;
extern __device__ uint32_t blocks_marked; // counted by mark_all's kernel

__device__ uint32_t block_mark(uint32_t x);
__device__ unsigned block_base();

// Launches the other unit's own kernel on the default stream.
void mark_all(uint32_t *v, unsigned blocks, unsigned block);

#endif

/* SPDX-License-Identifier: MIT
 *
 * jit_env.h - the driver's own environment variables on compiling PTX, as far as they decide what
 * it takes of an image and whether it keeps what it compiled: CUDA_FORCE_PTX_JIT, CUDA_FORCE_JIT,
 * CUDA_DISABLE_PTX_JIT, CUDA_DISABLE_JIT, CUDA_CACHE_DISABLE, CUDA_CACHE_PATH, CUDA_CACHE_MAXSIZE
 * ("CUDA Environment Variables" in the CUDA Programming Guide).
 *
 * Read once, when the shim starts, as the driver does when it is initialised.
 */
#ifndef SHIM_JIT_ENV_H
#define SHIM_JIT_ENV_H

#include <stdbool.h>
#include <stdint.h>

struct jit_env {
    bool forced;          /* machine code in images does not count, only PTX */
    bool off;             /* no PTX is compiled; wins, if both are set */
    uint64_t cache_bytes; /* what the driver may keep on disk; 0: nothing */
};

void jit_env_load(struct jit_env *ret_env);

#endif

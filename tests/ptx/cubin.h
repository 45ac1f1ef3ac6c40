/* SPDX-License-Identifier: MIT
 *
 * cubin.h - what machine code says about its kernels' parameters: the .nv.info.NAME sections that
 * ptxas writes (their records are what cuobjdump -elf prints).
 */
#ifndef TESTS_PTX_CUBIN_H
#define TESTS_PTX_CUBIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cubin_kernel {
    uint32_t param_bytes; /* EIATTR_CBANK_PARAM_SIZE */
    uint32_t n_params;
    struct {
        uint32_t offset, size;
    } params[2100]; /* EIATTR_KPARAM_INFO, or its second form in large blocks */
};

/* False if the file has no such kernel. */
bool cubin_find_kernel(const uint8_t *cubin, size_t size, const char *name,
                       struct cubin_kernel *ret_kernel);

#endif

/* SPDX-License-Identifier: MIT
 *
 * container.h - what the linker of the software device hands out in place of a cubin: an ELF file
 * for the machine "CUDA" with the linked PTX texts in sections named .softgpu.ptx. Pure.
 */
#ifndef SOFTGPU_DRIVER_CONTAINER_H
#define SOFTGPU_DRIVER_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

/* malloc'd, or NULL. */
void *container_make(char *const *texts, const size_t *sizes, size_t n, size_t *ret_bytes);
/* Is it ELF at all? size_bytes may be SIZE_MAX (unknown). */
bool container_is_elf(const void *image, size_t size_bytes);
/* The i-th text inside, not NUL-terminated. False: there is no such text, or it is no container of
 * ours. */
bool container_text(const void *image, size_t size_bytes, size_t i, const char **ret_text,
                    size_t *ret_bytes);

#endif

/* SPDX-License-Identifier: MIT
 *
 * image_elf.h - sections of 64-bit little-endian ELF files (cubins, programs, libraries, objects)
 * in memory, and what a cubin says about itself. Bounds-checked, any alignment, no allocation.
 *
 * What cubins look like (ptxas 11.8, 12.4 and 13.0; LLVM's BinaryFormat/ELF.h has the same):
 *   e_machine 190 (EM_CUDA).
 *   ABI version 7 (up to CUDA 12): e_flags bits 0-7 the architecture, 0x800 the 'a' variant, bits
 *   16-23 the virtual architecture, i.e. the .target of the PTX that it was compiled from.
 *   ABI version 8 (CUDA 13): e_flags bits 8-15 the architecture. The virtual one is in the note
 *   of owner "NVIDIA Corp", type 1000, in section .note.nv.cuinfo: u16 version, u16 virtual
 *   architecture, u32 toolkit version x 10.
 *   A kernel is a symbol of type STT_FUNC with 0x10 in st_other; device functions lack that bit.
 */
#ifndef PTX_REWRITER_IMAGE_ELF_H
#define PTX_REWRITER_IMAGE_ELF_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf {
    const uint8_t *bytes;
    size_t size_bytes;
    Elf64_Ehdr header;
    size_t n_sections;
    const char *names; /* ends in NUL; NULL: sections have no names */
    size_t names_bytes;
};

struct elf_section {
    const char *name; /* "" if it has none */
    uint32_t type, link;
    const uint8_t *bytes; /* NULL for SHT_NOBITS */
    size_t size_bytes;
};

/* Borrows bytes. Returns 0 or -EINVAL: not such a file, or its section table is damaged. */
int elf_open(const void *bytes, size_t size_bytes, struct elf *ret_elf);

/* false: the section lies outside of the file. index < n_sections. */
bool elf_section(const struct elf *elf, size_t index, struct elf_section *ret_section);

/* Where the last part that the headers speak of ends. false: outside of the file. */
bool elf_extent(const struct elf *elf, size_t *ret_end);

bool cubin_check(const struct elf *elf);
unsigned cubin_arch(const struct elf *elf, char *ret_variant);
unsigned cubin_virtual_arch(const struct elf *elf); /* 0: it does not say */
/* Calls visit for the name of each kernel, in the order of the symbol table. */
void cubin_each_kernel(const struct elf *elf, void (*visit)(void *arg, const char *name),
                       void *arg);

#endif

/* SPDX-License-Identifier: MIT
 *
 * cubin.c - reads .nv.info.NAME of a cubin. A record is format, attribute, 16 bits of value or
 * size, and for format 4 so many bytes more. The file is ptxas's own, so only lengths are checked.
 */
#include "tests/ptx/cubin.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

enum {
    FORMAT_SIZED = 4,
    ATTR_CBANK_PARAM_SIZE = 0x19,
    ATTR_KPARAM_INFO = 0x17,
    ATTR_KPARAM_INFO_V2 = 0x45
};

static const Elf64_Shdr *find_section(const uint8_t *cubin, size_t size, const char *name)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)cubin;
    const Elf64_Shdr *sections;
    const char *names;

    if (size < sizeof(*header) || memcmp(cubin, ELFMAG, SELFMAG) != 0 ||
        header->e_shoff + (size_t)header->e_shnum * sizeof(*sections) > size)
        return NULL;
    sections = (const Elf64_Shdr *)(cubin + header->e_shoff);
    names = (const char *)cubin + sections[header->e_shstrndx].sh_offset;
    for (unsigned i = 0; i < header->e_shnum; i++) {
        if (strcmp(names + sections[i].sh_name, name) == 0 &&
            sections[i].sh_offset + sections[i].sh_size <= size)
            return &sections[i];
    }
    return NULL;
}

/* Index, then ordinal and offset of 16 bits each, then the size: all of 32 bits in the form for
 * large blocks, else from bit 18 on. */
static void read_parameter(const uint8_t *bytes, bool is_large, struct cubin_kernel *kernel)
{
    uint16_t ordinal, offset;
    uint32_t flags;

    memcpy(&ordinal, bytes + 4, 2);
    memcpy(&offset, bytes + 6, 2);
    memcpy(&flags, bytes + 8, 4);
    if (ordinal >= sizeof(kernel->params) / sizeof(kernel->params[0]))
        return;
    kernel->params[ordinal].offset = offset;
    kernel->params[ordinal].size = is_large ? flags : flags >> 18;
    if (kernel->n_params <= ordinal)
        kernel->n_params = ordinal + 1;
}

bool cubin_find_kernel(const uint8_t *cubin, size_t size, const char *name,
                       struct cubin_kernel *ret_kernel)
{
    char section_name[600];
    const Elf64_Shdr *section;
    const uint8_t *at, *end;

    memset(ret_kernel, 0, sizeof(*ret_kernel));
    snprintf(section_name, sizeof(section_name), ".nv.info.%s", name);
    section = find_section(cubin, size, section_name);
    if (!section)
        return false;
    at = cubin + section->sh_offset;
    end = at + section->sh_size;
    while (end - at >= 4) {
        uint16_t value;
        memcpy(&value, at + 2, 2);
        if (at[1] == ATTR_CBANK_PARAM_SIZE)
            ret_kernel->param_bytes = value;
        if ((at[1] == ATTR_KPARAM_INFO || at[1] == ATTR_KPARAM_INFO_V2) && at[0] == FORMAT_SIZED &&
            value >= 12)
            read_parameter(at + 4, at[1] == ATTR_KPARAM_INFO_V2, ret_kernel);
        at += 4 + (at[0] == FORMAT_SIZED ? value : 0);
    }
    return true;
}

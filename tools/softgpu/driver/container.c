/* SPDX-License-Identifier: MIT
 *
 * container.c - writing and reading the linker's ELF file: header, texts, names, section table.
 */
#include "tools/softgpu/driver/container.h"

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MACHINE_CUDA 190 /* EM_CUDA, which older elf.h lack */

static const char names[] = "\0.shstrtab\0.softgpu.ptx";

enum { NAME_NAMES = 1, NAME_TEXT = 11 };

void *container_make(char *const *texts, const size_t *sizes, size_t n, size_t *ret_bytes)
{
    size_t at = sizeof(Elf64_Ehdr), table, bytes;
    Elf64_Shdr *sections;
    char *file;

    for (size_t i = 0; i < n; i++)
        at += sizes[i];
    table = (at + sizeof(names) + 7) & ~(size_t)7;
    bytes = table + (n + 2) * sizeof(Elf64_Shdr);
    file = calloc(1, bytes);
    if (!file)
        return NULL;
    *(Elf64_Ehdr *)file = (Elf64_Ehdr){
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = MACHINE_CUDA,
        .e_version = EV_CURRENT,
        .e_shoff = table,
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_shentsize = sizeof(Elf64_Shdr),
        .e_shnum = (Elf64_Half)(n + 2),
        .e_shstrndx = 1};
    sections = (Elf64_Shdr *)(file + table);
    memcpy(file + at, names, sizeof(names));
    sections[1] = (Elf64_Shdr){
        .sh_name = NAME_NAMES, .sh_type = SHT_STRTAB, .sh_offset = at, .sh_size = sizeof(names)};
    at = sizeof(Elf64_Ehdr);
    for (size_t i = 0; i < n; i++) {
        memcpy(file + at, texts[i], sizes[i]);
        sections[i + 2] = (Elf64_Shdr){
            .sh_name = NAME_TEXT, .sh_type = SHT_PROGBITS, .sh_offset = at, .sh_size = sizes[i]};
        at += sizes[i];
    }
    *ret_bytes = bytes;
    return file;
}

bool container_is_elf(const void *image, size_t size_bytes)
{
    return size_bytes >= SELFMAG && !memcmp(image, ELFMAG, SELFMAG);
}

static bool inside(uint64_t start, uint64_t bytes, size_t size_bytes)
{
    return start <= size_bytes && bytes <= size_bytes - start;
}

static bool is_text(const char *file, size_t size_bytes, const Elf64_Shdr *section,
                    const Elf64_Shdr *strings)
{
    const size_t length = sizeof(".softgpu.ptx");

    return section->sh_type == SHT_PROGBITS && section->sh_name < strings->sh_size &&
           length <= strings->sh_size - section->sh_name &&
           inside(strings->sh_offset, strings->sh_size, size_bytes) &&
           inside(section->sh_offset, section->sh_size, size_bytes) &&
           !memcmp(file + strings->sh_offset + section->sh_name, ".softgpu.ptx", length);
}

bool container_text(const void *image, size_t size_bytes, size_t i, const char **ret_text,
                    size_t *ret_bytes)
{
    const char *file = image;
    Elf64_Shdr strings, section;
    Elf64_Ehdr header;

    if (!container_is_elf(image, size_bytes) || size_bytes < sizeof(header))
        return false;
    memcpy(&header, file, sizeof(header));
    if (header.e_machine != MACHINE_CUDA || header.e_shentsize != sizeof(section) ||
        header.e_shstrndx >= header.e_shnum ||
        !inside(header.e_shoff, (uint64_t)header.e_shnum * sizeof(section), size_bytes))
        return false;
    memcpy(&strings, file + header.e_shoff + header.e_shstrndx * sizeof(section), sizeof(strings));
    for (size_t s = 0; s < header.e_shnum; s++) {
        memcpy(&section, file + header.e_shoff + s * sizeof(section), sizeof(section));
        if (!is_text(file, size_bytes, &section, &strings) || i--)
            continue;
        *ret_text = file + section.sh_offset;
        *ret_bytes = section.sh_size;
        return true;
    }
    return false;
}

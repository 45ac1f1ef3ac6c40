/* SPDX-License-Identifier: MIT
 *
 * image_elf.c - see image_elf.h. Headers are copied out before they are read, since what lies in
 * fatbins and archives has no alignment to rely on.
 */
#include "ptx-rewriter/image_elf.h"

#include <errno.h>
#include <string.h>

enum {
    MACHINE_CUDA = 190,
    ABI_VERSION_IN_FLAGS = 7, /* up to this one the virtual architecture is in e_flags */
    FLAG_VARIANT_A = 0x800,
    NOTE_CUINFO = 1000,
    SYMBOL_IS_KERNEL = 0x10,
};

static bool inside(const struct elf *elf, uint64_t offset, uint64_t size)
{
    return offset <= elf->size_bytes && size <= elf->size_bytes - offset;
}

static void section_header(const struct elf *elf, size_t index, Elf64_Shdr *ret)
{
    memcpy(ret, elf->bytes + elf->header.e_shoff + index * sizeof(*ret), sizeof(*ret));
}

/* Files with very many sections keep their number and the index of the names in section 0. */
static int find_sections(struct elf *elf)
{
    const Elf64_Ehdr *header = &elf->header;
    Elf64_Shdr first, names;
    size_t names_index = header->e_shstrndx;

    if (header->e_shoff == 0)
        return 0;
    if (header->e_shentsize != sizeof(first) || !inside(elf, header->e_shoff, sizeof(first)))
        return -EINVAL;
    section_header(elf, 0, &first);
    elf->n_sections = header->e_shnum ? header->e_shnum : first.sh_size;
    if (elf->n_sections > (elf->size_bytes - header->e_shoff) / sizeof(first))
        return -EINVAL;
    if (names_index == SHN_XINDEX)
        names_index = first.sh_link;
    if (names_index == SHN_UNDEF)
        return 0;
    if (names_index >= elf->n_sections)
        return -EINVAL;
    section_header(elf, names_index, &names);
    if (names.sh_type != SHT_STRTAB || names.sh_size == 0 ||
        !inside(elf, names.sh_offset, names.sh_size))
        return -EINVAL;
    elf->names = (const char *)elf->bytes + names.sh_offset;
    elf->names_bytes = names.sh_size;
    return elf->names[elf->names_bytes - 1] == '\0' ? 0 : -EINVAL;
}

int elf_open(const void *bytes, size_t size_bytes, struct elf *ret_elf)
{
    struct elf elf = {.bytes = bytes, .size_bytes = size_bytes};

    if (size_bytes < sizeof(elf.header))
        return -EINVAL;
    memcpy(&elf.header, bytes, sizeof(elf.header));
    if (memcmp(elf.header.e_ident, ELFMAG, SELFMAG) != 0 ||
        elf.header.e_ident[EI_CLASS] != ELFCLASS64 || elf.header.e_ident[EI_DATA] != ELFDATA2LSB)
        return -EINVAL;
    int error = find_sections(&elf);
    if (error)
        return error;
    *ret_elf = elf;
    return 0;
}

bool elf_section(const struct elf *elf, size_t index, struct elf_section *ret_section)
{
    Elf64_Shdr header;

    section_header(elf, index, &header);
    *ret_section = (struct elf_section){.name = "", .type = header.sh_type, .link = header.sh_link};
    if (elf->names && header.sh_name < elf->names_bytes)
        ret_section->name = elf->names + header.sh_name;
    if (header.sh_type == SHT_NOBITS || header.sh_type == SHT_NULL)
        return true;
    if (!inside(elf, header.sh_offset, header.sh_size))
        return false;
    ret_section->bytes = elf->bytes + header.sh_offset;
    ret_section->size_bytes = header.sh_size;
    return true;
}

static void reach(size_t *end, size_t part_end)
{
    if (part_end > *end)
        *end = part_end;
}

bool elf_extent(const struct elf *elf, size_t *ret_end)
{
    const Elf64_Ehdr *header = &elf->header;
    size_t segments_bytes = (size_t)header->e_phnum * header->e_phentsize;
    struct elf_section section;

    if (!inside(elf, header->e_phoff, segments_bytes))
        return false;
    *ret_end = sizeof(*header);
    reach(ret_end, header->e_phoff + segments_bytes);
    reach(ret_end, header->e_shoff + elf->n_sections * sizeof(Elf64_Shdr));
    for (size_t i = 0; i < elf->n_sections; i++) {
        if (!elf_section(elf, i, &section))
            return false;
        if (section.bytes)
            reach(ret_end, (size_t)(section.bytes - elf->bytes) + section.size_bytes);
    }
    return true;
}

bool cubin_check(const struct elf *elf)
{
    return elf->header.e_machine == MACHINE_CUDA;
}

static bool architecture_in_low_byte(const struct elf *elf)
{
    return elf->header.e_ident[EI_ABIVERSION] <= ABI_VERSION_IN_FLAGS;
}

unsigned cubin_arch(const struct elf *elf, char *ret_variant)
{
    uint32_t flags = elf->header.e_flags;

    *ret_variant = 0;
    if (!architecture_in_low_byte(elf))
        return flags >> 8 & 0xff;
    if (flags & FLAG_VARIANT_A)
        *ret_variant = 'a';
    return flags & 0xff;
}

/* The virtual architecture in the notes of one section, or 0. */
static unsigned virtual_arch_in_notes(const uint8_t *notes, size_t size)
{
    static const char owner[] = "NVIDIA Corp";
    Elf64_Nhdr note;

    while (size >= sizeof(note)) {
        memcpy(&note, notes, sizeof(note));
        size_t name_bytes = ((size_t)note.n_namesz + 3) & ~(size_t)3;
        size_t desc_bytes = ((size_t)note.n_descsz + 3) & ~(size_t)3;
        notes += sizeof(note);
        size -= sizeof(note);
        if (name_bytes > size || desc_bytes > size - name_bytes)
            return 0;
        if (note.n_type == NOTE_CUINFO && note.n_namesz == sizeof(owner) &&
            memcmp(notes, owner, sizeof(owner)) == 0 && note.n_descsz >= 4)
            return notes[name_bytes + 2] | (unsigned)notes[name_bytes + 3] << 8;
        notes += name_bytes + desc_bytes;
        size -= name_bytes + desc_bytes;
    }
    return 0;
}

unsigned cubin_virtual_arch(const struct elf *elf)
{
    struct elf_section section;

    if (architecture_in_low_byte(elf))
        return elf->header.e_flags >> 16 & 0xff;
    for (size_t i = 0; i < elf->n_sections; i++)
        if (elf_section(elf, i, &section) && section.type == SHT_NOTE &&
            strcmp(section.name, ".note.nv.cuinfo") == 0)
            return virtual_arch_in_notes(section.bytes, section.size_bytes);
    return 0;
}

static void each_kernel_in(const struct elf *elf, const struct elf_section *symbols,
                           void (*visit)(void *arg, const char *name), void *arg)
{
    struct elf_section names;
    Elf64_Sym symbol;

    if (symbols->link >= elf->n_sections || !elf_section(elf, symbols->link, &names) ||
        names.size_bytes == 0 || names.bytes[names.size_bytes - 1] != '\0')
        return;
    for (size_t at = 0; symbols->size_bytes - at >= sizeof(symbol); at += sizeof(symbol)) {
        memcpy(&symbol, symbols->bytes + at, sizeof(symbol));
        if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF &&
            symbol.st_other & SYMBOL_IS_KERNEL && symbol.st_name < names.size_bytes)
            visit(arg, (const char *)names.bytes + symbol.st_name);
    }
}

void cubin_each_kernel(const struct elf *elf, void (*visit)(void *arg, const char *name), void *arg)
{
    struct elf_section section;

    for (size_t i = 0; i < elf->n_sections; i++)
        if (elf_section(elf, i, &section) && section.type == SHT_SYMTAB)
            each_kernel_in(elf, &section, visit, arg);
}

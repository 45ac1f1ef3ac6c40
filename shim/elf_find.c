/* SPDX-License-Identifier: MIT
 *
 * elf_find.c - looks a symbol up by reading the symbol tables of the loaded libraries.
 *
 * Only what a shared library of any age has is relied on: the dynamic section with its string and
 * symbol tables, and one of the two hash tables, which tell how many symbols there are.
 */
#include "shim/elf_find.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct search {
    const char *name;
    bool behind_us; /* our own library has been passed */
    void *before;   /* found before that */
    void *next;     /* found behind it */
};

/* The tables of one library; each NULL if it has none. */
struct tables {
    const ElfW(Sym) * symbols;
    const char *strings;
    const uint32_t *hash;
    const uint32_t *gnu_hash;
};

/* glibc makes these addresses absolute in most libraries, but not in the kernel's vdso. */
static const void *pointer(const struct dl_phdr_info *info, const ElfW(Dyn) * entry)
{
    ElfW(Addr) address = entry->d_un.d_ptr;
    return (const void *)(address < info->dlpi_addr ? address + info->dlpi_addr : address);
}

static void read_tables(const struct dl_phdr_info *info, const ElfW(Dyn) * entry,
                        struct tables *ret_tables)
{
    *ret_tables = (struct tables){0};
    for (; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_SYMTAB)
            ret_tables->symbols = pointer(info, entry);
        else if (entry->d_tag == DT_STRTAB)
            ret_tables->strings = pointer(info, entry);
        else if (entry->d_tag == DT_HASH)
            ret_tables->hash = pointer(info, entry);
        else if (entry->d_tag == DT_GNU_HASH)
            ret_tables->gnu_hash = pointer(info, entry);
    }
}

/* The GNU table does not say it: its last chain ends with the last symbol. */
static uint32_t count_by_gnu_hash(const uint32_t *table)
{
    uint32_t bucket_count = table[0], first = table[1], bloom_words = table[2], last = 0;
    const uint32_t *buckets = table + 4 + bloom_words * (sizeof(ElfW(Addr)) / 4);
    const uint32_t *chains = buckets + bucket_count;
    for (uint32_t i = 0; i < bucket_count; i++)
        last = buckets[i] > last ? buckets[i] : last;
    if (last < first)
        return first;
    while (!(chains[last - first] & 1))
        last++;
    return last + 1;
}

static void *find_in(const struct dl_phdr_info *info, const ElfW(Dyn) * dynamic, const char *name)
{
    struct tables tables;
    read_tables(info, dynamic, &tables);
    if (!tables.symbols || !tables.strings || (!tables.hash && !tables.gnu_hash))
        return NULL;
    uint32_t count = tables.hash ? tables.hash[1] : count_by_gnu_hash(tables.gnu_hash);
    for (uint32_t i = 1; i < count; i++) {
        const ElfW(Sym) *symbol = &tables.symbols[i];
        if (symbol->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
            ELF64_ST_BIND(symbol->st_info) != STB_LOCAL &&
            !strcmp(tables.strings + symbol->st_name, name))
            return (void *)(info->dlpi_addr + symbol->st_value);
    }
    return NULL;
}

static bool is_ours(const struct dl_phdr_info *info)
{
    ElfW(Addr) here = (ElfW(Addr)) & elf_find_next;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD &&
            here - (info->dlpi_addr + segment->p_vaddr) < segment->p_memsz)
            return true;
    }
    return false;
}

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *search = data;
    (void)size;
    if (is_ours(info)) {
        search->behind_us = true;
        return 0;
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_DYNAMIC)
            continue;
        void *found =
            find_in(info, (const void *)(info->dlpi_addr + segment->p_vaddr), search->name);
        if (search->behind_us)
            search->next = found;
        else if (found && !search->before)
            search->before = found;
    }
    return search->next != NULL;
}

void *elf_find_next(const char *name)
{
    struct search search = {.name = name};
    dl_iterate_phdr(visit, &search);
    return search.next ? search.next : search.before;
}

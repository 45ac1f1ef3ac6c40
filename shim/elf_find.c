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
#include <stddef.h>
#include <stdint.h>

typedef ElfW(Dyn) elf_dynamic;
typedef ElfW(Sym) elf_symbol;

/* The tables of one library; each NULL if it has none. */
struct tables {
    const elf_symbol *symbols;
    const char *strings;
    const uint32_t *hash;
    const uint32_t *gnu_hash;
};

/* glibc makes these addresses absolute in most libraries, but not in the kernel's vdso. */
static const void *pointer(const struct link_map *map, const elf_dynamic *entry)
{
    ElfW(Addr) address = entry->d_un.d_ptr;
    return (const void *)(address < map->l_addr ? address + map->l_addr : address);
}

static void read_tables(const struct link_map *map, struct tables *ret_tables)
{
    const elf_dynamic *entry = map->l_ld;
    *ret_tables = (struct tables){0};
    for (; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_SYMTAB)
            ret_tables->symbols = pointer(map, entry);
        else if (entry->d_tag == DT_STRTAB)
            ret_tables->strings = pointer(map, entry);
        else if (entry->d_tag == DT_HASH)
            ret_tables->hash = pointer(map, entry);
        else if (entry->d_tag == DT_GNU_HASH)
            ret_tables->gnu_hash = pointer(map, entry);
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

static bool is_same(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static void *find_in(const struct link_map *map, const char *name)
{
    struct tables tables;
    read_tables(map, &tables);
    if (!tables.symbols || !tables.strings || (!tables.hash && !tables.gnu_hash))
        return NULL;
    uint32_t count = tables.hash ? tables.hash[1] : count_by_gnu_hash(tables.gnu_hash);
    for (uint32_t i = 1; i < count; i++) {
        const elf_symbol *symbol = &tables.symbols[i];
        if (symbol->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
            ELF64_ST_BIND(symbol->st_info) != STB_LOCAL &&
            is_same(tables.strings + symbol->st_name, name))
            return (void *)(map->l_addr + symbol->st_value);
    }
    return NULL;
}

/* The list is walked without the linker's lock: what stands before libc was there from the start,
 * and the walk ends there. */
void *elf_find_next(const char *name)
{
    bool behind_us = false;
    void *before = NULL;
    for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
        bool is_ours = map->l_ld == _DYNAMIC; /* our own dynamic section */
        void *found = is_ours || !map->l_ld ? NULL : find_in(map, name);
        if (found && behind_us)
            return found;
        before = before ? before : found;
        behind_us = behind_us || is_ours;
    }
    return before;
}

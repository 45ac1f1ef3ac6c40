/* SPDX-License-Identifier: MIT
 *
 * names.c - scopes and their names, growing arrays, the constants' pool: what the making of a
 * program keeps its findings in.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/build.h"

void *vec_grow(void **at, uint32_t *n, uint32_t *capacity, size_t bytes)
{
    char *element;

    if (*n == *capacity) {
        uint32_t more = *capacity ? *capacity * 2 : 16;
        void *grown = more > *capacity ? realloc(*at, more * bytes) : NULL;
        if (!grown)
            return NULL;
        *at = grown;
        *capacity = more;
    }
    element = (char *)*at + (size_t)(*n)++ * bytes;
    return memset(element, 0, bytes);
}

char *build_name(const char *bytes, unsigned length)
{
    return strndup(bytes, length);
}

static struct symbol *new_symbol(const char *name, unsigned length, enum symbol_kind kind,
                                 uint32_t index)
{
    struct symbol *symbol = calloc(1, sizeof(*symbol));

    if (!symbol)
        return NULL;
    symbol->name = name;
    symbol->length = length;
    symbol->kind = kind;
    symbol->index = index;
    symbol->elements = 1;
    return symbol;
}

struct symbol *scope_add(struct scope *scope, const char *name, unsigned length,
                         enum symbol_kind kind, uint32_t index)
{
    struct symbol *symbol = new_symbol(name, length, kind, index);

    if (symbol)
        HASH_ADD_KEYPTR(hh, scope->names, symbol->name, symbol->length, symbol);
    return symbol;
}

struct symbol *scope_find_here(const struct scope *scope, const char *name, unsigned length)
{
    struct symbol *symbol;

    HASH_FIND(hh, scope->names, name, length, symbol);
    return symbol;
}

struct symbol *scope_find(const struct scope *scope, const char *name, unsigned length)
{
    for (; scope; scope = scope->parent) {
        struct symbol *symbol = scope_find_here(scope, name, length);
        if (symbol)
            return symbol;
    }
    return NULL;
}

int scope_add_range(struct scope *scope, const char *prefix, unsigned length, uint32_t first,
                    uint32_t count, unsigned elements)
{
    struct symbol *symbol = new_symbol(prefix, length, SYMBOL_REG_RANGE, first);

    if (!symbol)
        return -ENOMEM;
    symbol->count = count;
    symbol->elements = elements;
    HASH_ADD_KEYPTR(hh, scope->ranges, symbol->name, symbol->length, symbol);
    return 0;
}

/* prefix<n> where name is prefix and a number below n, written without leading zeros. */
static struct symbol *find_in_ranges(const struct scope *scope, const char *name, unsigned length,
                                     uint32_t *ret_number)
{
    uint64_t number = 0, weight = 1;

    for (unsigned digits = 1; digits < length && digits <= 9; digits++) {
        char c = name[length - digits];
        struct symbol *symbol;
        if (c < '0' || c > '9')
            return NULL;
        number += (uint64_t)(c - '0') * weight;
        weight *= 10;
        if (c == '0' && digits > 1)
            continue;
        HASH_FIND(hh, scope->ranges, name, length - digits, symbol);
        if (symbol && number < symbol->count) {
            *ret_number = number;
            return symbol;
        }
    }
    return NULL;
}

struct symbol *scope_find_reg(const struct scope *scope, const char *name, unsigned length,
                              uint32_t *ret_index)
{
    for (; scope; scope = scope->parent) {
        uint32_t number = 0;
        struct symbol *symbol = scope_find_here(scope, name, length);
        if (!symbol)
            symbol = find_in_ranges(scope, name, length, &number);
        if (!symbol)
            continue;
        if (symbol->kind != SYMBOL_REG && symbol->kind != SYMBOL_REG_RANGE)
            return NULL;
        *ret_index = symbol->index + number * symbol->elements;
        return symbol;
    }
    return NULL;
}

static void free_symbols(struct symbol **head)
{
    struct symbol *symbol, *next;

    HASH_ITER(hh, *head, symbol, next)
    {
        HASH_DEL(*head, symbol);
        free(symbol);
    }
}

void scope_finish(struct scope *scope)
{
    free_symbols(&scope->names);
    free_symbols(&scope->ranges);
}

uint32_t pool_slot(struct builder *builder, struct pool_key key)
{
    struct pool_entry *entry;

    HASH_FIND(hh, builder->pool, &key, sizeof(key), entry);
    if (entry)
        return entry->offset | AREA_CONST;
    entry = calloc(1, sizeof(*entry));
    if (!entry || builder->pool_bytes > UINT32_MAX / 2) {
        free(entry);
        return EXEC_NO_SLOT;
    }
    entry->key = key;
    entry->offset = builder->pool_bytes;
    builder->pool_bytes += key.bytes ? key.bytes * EXEC_WARP_LANES : 64;
    HASH_ADD(hh, builder->pool, key, sizeof(entry->key), entry);
    return entry->offset | AREA_CONST;
}

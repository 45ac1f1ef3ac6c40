/* SPDX-License-Identifier: MIT
 *
 * ptx_names.c - a sorted table with binary search: no input makes it slow, as it could a hash
 * table.
 */
#include "ptx-rewriter/ptx_names.h"

#include <string.h>

static const struct {
    const char *text;
    enum ptx_meaning meaning;
} specials[] = {
    {"%ctaid", PTX_CTAID},         {"%nctaid", PTX_NCTAID},
    {"%clusterid", PTX_CLUSTERID}, {"%nclusterid", PTX_NCLUSTERID},
    {"%gridid", PTX_GRIDID},       {"%cluster_nctaid", PTX_CLUSTER_NCTAID},
};

#define N_SPECIALS (sizeof(specials) / sizeof(specials[0]))

static int compare_text(const struct ptx_name *a, const struct ptx_name *b)
{
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return memcmp(a->text, b->text, a->length);
}

/* Of equal names the one declared first comes first. */
static int compare_for_sort(const void *a, const void *b)
{
    const struct ptx_name *x = a, *y = b;
    int order = compare_text(x, y);

    return order ? order : x->function < y->function ? -1 : x->function > y->function;
}

static int compare_for_search(const void *a, const void *b)
{
    return compare_text(a, b);
}

/* Keeps one of each name: for a function its definition, else its first declaration. */
static void sort_names(struct ptx_names *names, const struct ptx_module *module)
{
    uint32_t kept = 0;

    qsort(names->items, names->n, sizeof(names->items[0]), compare_for_sort);
    for (uint32_t i = 0; i < names->n; i++) {
        struct ptx_name *name = &names->items[i], *last = kept ? &names->items[kept - 1] : NULL;
        if (!last || compare_text(last, name) != 0)
            names->items[kept++] = *name;
        else if (last->meaning == PTX_FUNCTION && name->meaning == PTX_FUNCTION &&
                 !module->functions.items[last->function].body_open &&
                 module->functions.items[name->function].body_open)
            last->function = name->function;
    }
    names->n = kept;
}

/* .alias NAME, FUNCTION; */
static void follow_alias(struct ptx_names *names, const struct ptx_module *module, uint32_t first)
{
    const struct ptx_token *token = ptx_token_at(module, first);
    struct ptx_name *alias, *function;

    if (token[1].kind != PTX_WORD || token[2].kind != ',' || token[3].kind != PTX_WORD)
        return;
    alias = ptx_names_find(names, module->text + token[1].offset, token[1].length);
    function = ptx_names_find(names, module->text + token[3].offset, token[3].length);
    if (alias && function && alias->meaning == PTX_FUNCTION && function->meaning == PTX_FUNCTION)
        alias->function = function->function;
}

int ptx_names_init(struct ptx_names *ret_names, const struct ptx_module *module)
{
    const struct ptx_functions *functions = &module->functions;

    memset(ret_names, 0, sizeof(*ret_names));
    ret_names->items = calloc(N_SPECIALS + (size_t)functions->n, sizeof(ret_names->items[0]));
    if (!ret_names->items)
        return -ENOMEM;
    for (size_t i = 0; i < N_SPECIALS; i++)
        ret_names->items[ret_names->n++] = (struct ptx_name){
            specials[i].text, strlen(specials[i].text), specials[i].meaning, 0, 0};
    for (uint32_t i = 0; i < functions->n; i++) {
        const struct ptx_token *token = ptx_token_at(module, functions->items[i].name);
        ret_names->items[ret_names->n++] =
            (struct ptx_name){module->text + token->offset, token->length, PTX_FUNCTION, i, 0};
    }
    sort_names(ret_names, module);
    for (uint32_t i = 0; i < module->globals.n; i++) {
        if (ptx_word_at(module, module->globals.items[i].first, ".alias"))
            follow_alias(ret_names, module, module->globals.items[i].first);
    }
    return 0;
}

void ptx_names_finish(struct ptx_names *names)
{
    free(names->items);
    free(names->hiding.items);
    free(names->scopes.items);
    memset(names, 0, sizeof(*names));
}

struct ptx_name *ptx_names_find(const struct ptx_names *names, const char *text, uint32_t length)
{
    const struct ptx_name key = {.text = text, .length = length};

    return bsearch(&key, names->items, names->n, sizeof(key), compare_for_search);
}

/* %envreg0 and so on; that a declaration could hide them is left out. */
static bool is_envreg(const char *text, uint32_t length)
{
    const char stem[] = "%envreg";
    uint32_t at = sizeof(stem) - 1;

    if (length <= at || memcmp(text, stem, at) != 0)
        return false;
    while (at < length && text[at] >= '0' && text[at] <= '9')
        at++;
    return at == length;
}

enum ptx_meaning ptx_names_look_up(const struct ptx_names *names, const struct ptx_module *module,
                                   uint32_t token, uint32_t *ret_function)
{
    const struct ptx_token *word = ptx_token_at(module, token);
    const char *text = module->text + word->offset;
    const struct ptx_name *name;

    if (word->kind != PTX_WORD)
        return PTX_OTHER;
    if (is_envreg(text, word->length))
        return PTX_ENVREG;
    name = ptx_names_find(names, text, word->length);
    if (!name || name->hidden > 0)
        return PTX_OTHER;
    if (ret_function)
        *ret_function = name->function;
    return name->meaning;
}

int ptx_names_open_scope(struct ptx_names *names)
{
    if (ptx_vec_reserve(&names->scopes) < 0)
        return -ENOMEM;
    names->scopes.items[names->scopes.n++] = names->hiding.n;
    return 0;
}

void ptx_names_close_scope(struct ptx_names *names)
{
    uint32_t begin = names->scopes.items[--names->scopes.n];

    while (names->hiding.n > begin)
        names->hiding.items[--names->hiding.n]->hidden--;
}

static int hide(struct ptx_names *names, const struct ptx_token *word, const char *text)
{
    struct ptx_name *name = ptx_names_find(names, text + word->offset, word->length);

    if (!name)
        return 0;
    if (ptx_vec_reserve(&names->hiding) < 0)
        return -ENOMEM;
    names->hiding.items[names->hiding.n++] = name;
    name->hidden++;
    return 0;
}

int ptx_names_declare(struct ptx_names *names, const struct ptx_module *module, uint32_t first,
                      uint32_t end)
{
    int r = 0;

    for (uint32_t at = first; r == 0 && at < end && ptx_kind_at(module, at) != '='; at++) {
        if (ptx_kind_at(module, at) == '[') {
            while (at < end && ptx_kind_at(module, at) != ']')
                at++;
        } else if (ptx_kind_at(module, at) == PTX_WORD && ptx_kind_at(module, at + 1) != '<') {
            r = hide(names, ptx_token_at(module, at), module->text);
        }
    }
    return r;
}

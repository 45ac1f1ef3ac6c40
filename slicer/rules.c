/* SPDX-License-Identifier: MIT
 *
 * rules.c - see rules.h. One copy of the text, cut at the semicolons, and an array of rules into
 * it.
 */
#include "slicer/rules.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "slicer/name.h"

struct rule {
    const char *pattern; /* NULL: all */
    struct slice_size size;
};

struct rules {
    char *text;
    struct rule *rules;
    size_t n_rules;
};

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t n = strlen(text);
    while (n && isspace((unsigned char)text[n - 1]))
        text[--n] = '\0';
    return text;
}

/* One extent: at least 1, and no more than fits. */
static bool parse_extent(const char **at, uint32_t *ret_value)
{
    uint64_t value = 0;
    if (!isdigit((unsigned char)**at))
        return false;
    for (; isdigit((unsigned char)**at); (*at)++) {
        value = value * 10 + (uint64_t)(**at - '0');
        if (value > UINT32_MAX)
            return false;
    }
    *ret_value = (uint32_t)value;
    return value > 0;
}

static bool parse_size(const char *text, struct slice_size *ret_size)
{
    struct slice_size size = {.mode = SLICE_BLOCKS, .x = 1, .y = 1, .z = 1};
    if (!strcmp(text, "auto") || !strcmp(text, "off")) {
        size.mode = *text == 'a' ? SLICE_AUTO : SLICE_OFF;
        *ret_size = size;
        return true;
    }
    if (!parse_extent(&text, &size.x))
        return false;
    if (*text == 'x') {
        size.mode = SLICE_SHAPE;
        text++;
        if (!parse_extent(&text, &size.y))
            return false;
    }
    if (*text == 'x') {
        text++;
        if (!parse_extent(&text, &size.z))
            return false;
    }
    *ret_size = size;
    return !*text;
}

/* The last '=' divides: a pattern may hold others ("*operator==*=off"). */
static bool parse_rule(char *text, struct rule *ret_rule)
{
    char *equals = strrchr(text, '=');
    ret_rule->pattern = NULL;
    if (equals) {
        *equals = '\0';
        ret_rule->pattern = trim(text);
        text = equals + 1;
        if (!*ret_rule->pattern)
            return false;
    }
    return parse_size(trim(text), &ret_rule->size);
}

static size_t count_rules(const char *text)
{
    size_t n = 1;
    for (; *text; text++)
        n += *text == ';';
    return n;
}

static int parse_all(struct rules *rules, size_t *ret_bad_at)
{
    for (char *text = rules->text, *end; text; text = end) {
        end = strchr(text, ';');
        if (end)
            *end++ = '\0';
        char *rule_text = trim(text);
        if (!*rule_text)
            continue;
        size_t at = (size_t)(rule_text - rules->text);
        if (!parse_rule(rule_text, &rules->rules[rules->n_rules])) {
            *ret_bad_at = at;
            return -EINVAL;
        }
        rules->n_rules++;
    }
    return 0;
}

int rules_parse(const char *text, struct rules **ret_rules, size_t *ret_bad_at)
{
    struct rules *rules = calloc(1, sizeof(*rules));
    if (!rules)
        return -ENOMEM;
    rules->text = strdup(text);
    rules->rules = calloc(count_rules(text), sizeof(*rules->rules));
    int error = rules->text && rules->rules ? parse_all(rules, ret_bad_at) : -ENOMEM;
    if (error) {
        rules_destroy(rules);
        return error;
    }
    *ret_rules = rules;
    return 0;
}

void rules_destroy(struct rules *rules)
{
    if (!rules)
        return;
    free(rules->rules);
    free(rules->text);
    free(rules);
}

static bool matches(const char *pattern, const char *mangled, const struct kernel_name *name)
{
    return !pattern || !fnmatch(pattern, mangled, 0) || !fnmatch(pattern, name->plain, 0) ||
           !fnmatch(pattern, name->scoped, 0) ||
           (name->full[0] && !fnmatch(pattern, name->full, 0));
}

struct slice_size rules_match(const struct rules *rules, const char *mangled_name)
{
    struct kernel_name name;
    kernel_name_read(mangled_name, &name);
    for (size_t i = 0; rules && i < rules->n_rules; i++)
        if (matches(rules->rules[i].pattern, mangled_name, &name))
            return rules->rules[i].size;
    return (struct slice_size){.mode = SLICE_AUTO, .x = 1, .y = 1, .z = 1};
}

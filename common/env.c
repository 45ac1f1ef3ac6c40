/* SPDX-License-Identifier: MIT
 *
 * env.c - parses values by the type of their row and stores them at the row's offset.
 */
#include "common/env.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"

#define MAX_NAME_CHARS 32 /* longer unknown names are compared by this many */

const struct env_row env_rows[] = {
#define ENV(type, field, name, fallback, value, accepted, help)                                    \
    {ENV_##type, offsetof(struct env, field), name, fallback, value, accepted, help},
#include "common/env.def"
#undef ENV
};
const size_t env_n_rows = sizeof(env_rows) / sizeof(env_rows[0]);

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit time_units[] = {
    {"ns", 1}, {"us", NSEC_PER_USEC}, {"ms", NSEC_PER_MSEC}, {"s", NSEC_PER_SEC}, {NULL, 0},
};

static const struct unit size_units[] = {
    {"", 1},
    {"B", 1},
    {"K", UINT64_C(1) << 10},
    {"KiB", UINT64_C(1) << 10},
    {"M", UINT64_C(1) << 20},
    {"MiB", UINT64_C(1) << 20},
    {"G", UINT64_C(1) << 30},
    {"GiB", UINT64_C(1) << 30},
    {NULL, 0},
};

/* By hand: strtoull takes signs and blanks, and both it and strtod heed the program's locale. */
static int parse_quantity(const char *text, const struct unit *units, uint64_t *ret_value)
{
    uint64_t number = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(number, UINT64_C(10), &number) ||
            __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number))
            return -EINVAL;
    if (at == text)
        return -EINVAL;
    for (; units->name; units++)
        if (strcmp(at, units->name) == 0) {
            if (__builtin_mul_overflow(number, units->factor, &number))
                return -EINVAL;
            *ret_value = number;
            return 0;
        }
    return -EINVAL;
}

static int parse_bool(const char *text, bool *ret_value)
{
    static const char *const words[][2] = {
        {"0", "1"}, {"no", "yes"}, {"off", "on"}, {"false", "true"}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        for (int truth = 0; truth < 2; truth++)
            if (strcasecmp(text, words[i][truth]) == 0) {
                *ret_value = truth == 1;
                return 0;
            }
    return -EINVAL;
}

/* Are the first length characters of text one of the words? */
static int check_word(const char *text, size_t length, const char *words)
{
    for (;;) {
        size_t n = strcspn(words, "|");

        if (n == length && strncmp(words, text, n) == 0)
            return 0;
        if (words[n] == '\0')
            return -EINVAL;
        words += n + 1;
    }
}

/* field is where the row's value goes; nothing is written on error. */
static int parse_value(const struct env_row *row, const char *text, void *field)
{
    char *copy;

    switch (row->type) {
    case ENV_DURATION:
        return parse_quantity(text, time_units, field);
    case ENV_SIZE:
        return parse_quantity(text, size_units, field);
    case ENV_BOOL:
        return parse_bool(text, field);
    case ENV_CHOICE:
        if (check_word(text, strlen(text), row->accepted) < 0)
            return -EINVAL;
        break;
    case ENV_LEVEL:
        if (check_word(text, strcspn(text, ":"), row->accepted) < 0)
            return -EINVAL;
        break;
    case ENV_STRING:
    case ENV_SWITCH:
    case ENV_LIST:
        break;
    }
    copy = strdup(text);
    if (!copy)
        return -ENOMEM;
    *(char **)field = copy;
    return 0;
}

static int min3(int a, int b, int c)
{
    int least = a < b ? a : b;

    return least < c ? least : c;
}

/* Levenshtein's distance, by one row of its matrix. */
static int edit_distance(const char *a, const char *b)
{
    int row[MAX_NAME_CHARS + 1];
    int n = (int)strnlen(b, MAX_NAME_CHARS);

    for (int j = 0; j <= n; j++)
        row[j] = j;
    for (int i = 0; i < MAX_NAME_CHARS && a[i]; i++) {
        int diagonal = row[0];

        row[0] = i + 1;
        for (int j = 0; j < n; j++) {
            int above = row[j + 1];

            row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
            diagonal = above;
        }
    }
    return row[n];
}

static const char *nearest_name(const char *name)
{
    const char *nearest = env_rows[0].name;

    for (size_t i = 1; i < env_n_rows; i++)
        if (edit_distance(name, env_rows[i].name) < edit_distance(name, nearest))
            nearest = env_rows[i].name;
    return nearest;
}

static void warn_unknown_names(env_warn_fn *warn)
{
    extern char **environ;

    for (char **entry = environ; entry && *entry; entry++) {
        char name[2 * MAX_NAME_CHARS];

        if (strncmp(*entry, ENV_PREFIX, strlen(ENV_PREFIX)) != 0)
            continue;
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(*entry, "="), *entry);
        if (!env_find(name))
            warn(name, NULL, nearest_name(name));
    }
}

static bool is_text(const struct env_row *row)
{
    return row->type <= ENV_LEVEL;
}

const struct env_row *env_find(const char *name)
{
    for (size_t i = 0; i < env_n_rows; i++)
        if (strcmp(name, env_rows[i].name) == 0)
            return &env_rows[i];
    return NULL;
}

bool env_read_bool(const char *name)
{
    const struct env_row *row = env_find(name);
    const char *text = getenv(name);
    bool value = false;

    if (!text || !*text || parse_bool(text, &value) < 0)
        parse_bool(row->fallback, &value);
    return value;
}

int env_check(const struct env_row *row, const char *value)
{
    union {
        char *text;
        uint64_t number;
        bool truth;
    } parsed;
    int error = parse_value(row, value, &parsed);

    if (error == 0 && (is_text(row)))
        free(parsed.text);
    return error;
}

int env_load(struct env *ret_env, env_warn_fn *warn)
{
    struct env env = {0};

    for (size_t i = 0; i < env_n_rows; i++) {
        const struct env_row *row = &env_rows[i];
        const char *value = getenv(row->name);
        void *field = (char *)&env + row->offset_bytes;
        int error = parse_value(row, value && *value ? value : row->fallback, field);

        if (error == -EINVAL) {
            if (warn)
                warn(row->name, value, row->accepted);
            error = parse_value(row, row->fallback, field);
        }
        if (error < 0) {
            env_finish(&env);
            return error;
        }
    }
    if (warn)
        warn_unknown_names(warn);
    *ret_env = env;
    return 0;
}

void env_finish(struct env *env)
{
    if (!env)
        return;
    for (size_t i = 0; i < env_n_rows; i++)
        if (is_text(&env_rows[i]))
            free(*(char **)((char *)env + env_rows[i].offset_bytes));
    *env = (struct env){0};
}

int env_cache_folder(const struct env *env, char **ret_folder)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *folder = NULL;
    int n = 0;

    if (strcmp(env->cache, "off") == 0)
        n = 0;
    else if (strcmp(env->cache, env_find("SLIVER_CACHE")->fallback) != 0)
        n = asprintf(&folder, "%s", env->cache);
    else if (xdg && xdg[0] == '/') /* the XDG rules: a relative path is to be ignored */
        n = asprintf(&folder, "%s/sliver", xdg);
    else if (home && home[0] == '/')
        n = asprintf(&folder, "%s/.cache/sliver", home);
    if (n < 0)
        return -ENOMEM;
    *ret_folder = folder;
    return 0;
}

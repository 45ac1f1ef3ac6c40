/* SPDX-License-Identifier: MIT
 *
 * options.c - options become variables: the library has only one way to be told.
 *
 * A SWITCH or BOOL may stand alone and then means 1 (--stats, --disable); a LIST, nothing special
 * (--softgpu).
 */
#include "tools/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slicer/rules.h"

#define MAX_OPTIONS 64

static bool value_is_optional(const struct env_row *row)
{
    return row->type == ENV_SWITCH || row->type == ENV_LIST || row->type == ENV_BOOL;
}

void option_name(const struct env_row *row, char ret_name[OPTION_NAME_BYTES])
{
    const char *from = row->name + strlen(ENV_PREFIX);
    size_t i;

    for (i = 0; from[i] && i < OPTION_NAME_BYTES - 1; i++)
        ret_name[i] = from[i] == '_' ? '-' : (char)tolower((unsigned char)from[i]);
    ret_name[i] = '\0';
}

void options_print(void)
{
    for (size_t i = 0; i < env_n_rows; i++) {
        const struct env_row *row = &env_rows[i];
        char name[OPTION_NAME_BYTES], usage[80];

        option_name(row, name);
        snprintf(usage, sizeof(usage), value_is_optional(row) ? "--%s[=%s]" : "--%s %s", name,
                 row->value);
        printf("  %-24s %s\n", usage, row->accepted);
    }
}

/* The grammar inside SLIVER_SLICE is the slicer's. *ret_bad is where it goes wrong. */
static int check_value(const struct env_row *row, const char *value, const char **ret_bad)
{
    struct rules *rules = NULL;
    size_t bad_at = 0;
    int error = env_check(row, value);

    if (error == 0 && row == env_find("SLIVER_SLICE"))
        error = rules_parse(value, &rules, &bad_at);
    rules_destroy(rules);
    *ret_bad = value + bad_at;
    return error;
}

static int apply(const struct env_row *row, const char *value)
{
    const char *bad;

    if (!value)
        value = row->type == ENV_LIST ? "" : "1";
    if (check_value(row, value, &bad) < 0) {
        fprintf(stderr, "sliver run: %s: '%s' is not understood; accepted: %s\n", row->name, bad,
                row->accepted);
        return -EINVAL;
    }
    return setenv(row->name, value, 1) < 0 ? -errno : 0;
}

int options_apply(int argc, char **argv)
{
    static char names[MAX_OPTIONS][OPTION_NAME_BYTES];
    struct option options[MAX_OPTIONS + 1] = {0};
    int chosen;

    for (size_t i = 0; i < env_n_rows; i++) {
        option_name(&env_rows[i], names[i]);
        options[i].name = names[i];
        options[i].has_arg =
            value_is_optional(&env_rows[i]) ? optional_argument : required_argument;
        options[i].val = (int)i + 1;
    }
    /* '+': what follows the program's name is the program's. */
    while ((chosen = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        int error = chosen == '?' ? -EINVAL : apply(&env_rows[chosen - 1], optarg);

        if (error < 0)
            return error;
    }
    return optind;
}

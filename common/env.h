/* SPDX-License-Identifier: MIT
 *
 * env.h - what the user sets: the SLIVER_* variables as typed values. The table is env.def.
 *
 * Read once, before other threads run; afterwards the struct is only read. Values are copied: the
 * program may change its environment later.
 */
#ifndef COMMON_ENV_H
#define COMMON_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENV_PREFIX "SLIVER_"

#define ENV_FIELD_STRING   char *   /* never NULL */
#define ENV_FIELD_SWITCH   char *   /* never NULL */
#define ENV_FIELD_LIST     char *   /* never NULL */
#define ENV_FIELD_CHOICE   char *   /* one of the accepted words */
#define ENV_FIELD_LEVEL    char *   /* for log_init */
#define ENV_FIELD_DURATION uint64_t /* nanoseconds */
#define ENV_FIELD_SIZE     uint64_t /* bytes */
#define ENV_FIELD_BOOL     bool

struct env {
#define ENV(type, field, name, fallback, value, accepted, help) ENV_FIELD_##type field;
#include "common/env.def"
#undef ENV
};

enum env_type {
    ENV_STRING,
    ENV_SWITCH,
    ENV_LIST,
    ENV_CHOICE,
    ENV_LEVEL,
    ENV_DURATION,
    ENV_SIZE,
    ENV_BOOL,
};

struct env_row {
    enum env_type type;
    size_t offset_bytes;  /* of the field in struct env */
    const char *name;     /* with the prefix */
    const char *fallback; /* the default, as the user would write it */
    const char *value;    /* stands for the value in usage lines */
    const char *accepted; /* CHOICE, LEVEL: the words, separated by '|'; else described */
    const char *help;
};

extern const struct env_row env_rows[];
extern const size_t env_n_rows;

/* Called once per variable that is not understood. accepted says what would have been; value is
 * NULL for a name with our prefix that is no variable of ours: then accepted is the nearest name
 * that is. */
typedef void env_warn_fn(const char *name, const char *value, const char *accepted);

/* Fills ret_env from the environment. An empty value stands for the default, a value not understood
 * too, after a call of warn (which may be NULL). The grammar inside a STRING is not checked here.
 * Returns 0 or -ENOMEM; on error *ret_env is untouched. Release with env_finish. */
int env_load(struct env *ret_env, env_warn_fn *warn);
void env_finish(struct env *env);

/* 0 if the row's variable may have this value, else -EINVAL. */
int env_check(const struct env_row *row, const char *value);

/* The row of this name, or NULL. */
const struct env_row *env_find(const char *name);

/* A BOOL as env_load would read it, for what is needed before it has run. Allocates nothing. */
bool env_read_bool(const char *name);

/* The folder that the field cache stands for, its default spelt out: free() it. *ret_folder is
 * NULL when the cache is off or no folder can be named. Returns 0 or -ENOMEM. */
int env_cache_folder(const struct env *env, char **ret_folder);

#endif

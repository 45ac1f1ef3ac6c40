/* SPDX-License-Identifier: MIT
 *
 * log.h - the one way SliVER speaks: nothing unless SLIVER_LOG asks for it.
 *
 * Lines go to stderr or to the file of SLIVER_LOG, one write(2) each, so that lines of different
 * threads never mix. Safe from any thread and before any constructor ran (then it is silent).
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>

enum log_level { LOG_OFF, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

extern enum log_level log_max_level; /* written once by log_init, read by anyone */

/* "off", "error", "warn", "info" or "debug", optionally followed by ":FILE" (appended to).
 * Returns 0, or -EINVAL (not a level; stays off), or -errno of the open (falls back to stderr). */
int log_init(const char *spec);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool log_wants(enum log_level level)
{
    return __builtin_expect(level <= log_max_level, 0);
}

/* The arguments are evaluated only if the level is wanted. */
#define log_at(level, ...)                                                                         \
    do {                                                                                           \
        if (log_wants(level))                                                                      \
            log_write(level, __VA_ARGS__);                                                         \
    } while (0)
#define log_error(...) log_at(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_at(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_DEBUG, __VA_ARGS__)

#endif

/* SPDX-License-Identifier: MIT
 *
 * str.h - a text that grows.
 *
 * Errors are sticky: once memory ran out further additions do nothing, and str_take says
 * -ENOMEM; so writers need no check per line. Not for use by several threads at once.
 */
#ifndef COMMON_STR_H
#define COMMON_STR_H

#include <stddef.h>

struct str {
    char *data; /* NUL-terminated once anything was added; NULL before */
    size_t len; /* without the NUL */
    size_t cap;
    int error; /* 0 or -ENOMEM */
};

#define STR_INIT ((struct str){0})

void str_add(struct str *str, const char *text);
void str_add_bytes(struct str *str, const void *bytes, size_t n_bytes);
void str_add_char(struct str *str, char c);
void str_addf(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for at least n_bytes more without another allocation. */
void str_reserve(struct str *str, size_t n_bytes);

/* Hands the text over (free() it; "" if nothing was added) and leaves the buffer empty. Returns 0,
 * or -ENOMEM with *ret_text untouched and the buffer released. ret_len may be NULL. */
int str_take(struct str *str, char **ret_text, size_t *ret_len);

void str_finish(struct str *str);

#endif

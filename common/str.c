/* SPDX-License-Identifier: MIT
 *
 * str.c - grows by doubling; the NUL behind the text is always there.
 */
#include "common/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 256

void str_reserve(struct str *str, size_t n_bytes)
{
    size_t needed, cap = str->cap ? str->cap : FIRST_BYTES;
    char *grown;

    if (str->error)
        return;
    if (__builtin_add_overflow(str->len, n_bytes, &needed) || needed >= SIZE_MAX / 2) {
        str->error = -ENOMEM;
        return;
    }
    if (needed < str->cap)
        return;
    while (cap <= needed) /* one more for the NUL */
        cap *= 2;
    grown = realloc(str->data, cap);
    if (!grown) {
        str->error = -ENOMEM;
        return;
    }
    str->data = grown;
    str->cap = cap;
}

void str_add_bytes(struct str *str, const void *bytes, size_t n_bytes)
{
    str_reserve(str, n_bytes);
    if (str->error)
        return;
    if (n_bytes > 0)
        memcpy(str->data + str->len, bytes, n_bytes);
    str->len += n_bytes;
    str->data[str->len] = '\0';
}

void str_add(struct str *str, const char *text)
{
    str_add_bytes(str, text, strlen(text));
}

void str_add_char(struct str *str, char c)
{
    str_add_bytes(str, &c, 1);
}

void str_addf(struct str *str, const char *format, ...)
{
    va_list args;
    size_t room;
    int n;

    str_reserve(str, 64);
    if (str->error)
        return;
    room = str->cap - str->len;
    va_start(args, format);
    n = vsnprintf(str->data + str->len, room, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n >= room) {
        str_reserve(str, (size_t)n);
        if (str->error) {
            str->data[str->len] = '\0';
            return;
        }
        va_start(args, format);
        n = vsnprintf(str->data + str->len, str->cap - str->len, format, args);
        va_end(args);
    }
    if (n < 0)
        str->error = -ENOMEM;
    else
        str->len += (size_t)n;
}

int str_take(struct str *str, char **ret_text, size_t *ret_len)
{
    int error;

    str_add_bytes(str, "", 0);
    error = str->error;
    if (error < 0) {
        str_finish(str);
        return error;
    }
    *ret_text = str->data;
    if (ret_len)
        *ret_len = str->len;
    *str = STR_INIT;
    return 0;
}

void str_finish(struct str *str)
{
    if (!str)
        return;
    free(str->data);
    *str = STR_INIT;
}

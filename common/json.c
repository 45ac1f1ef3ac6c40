/* SPDX-License-Identifier: MIT
 *
 * json.c - the JSON writer behind statistics, timelines and `sliver inspect --json`.
 *
 * Items of the two outer levels stand on lines of their own, what is inside them on one line: a
 * timeline has one event a line, which diff and grep like.
 */
#include "common/json.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { LINE_DEPTH = 2 };

void json_init(struct json *json, FILE *file)
{
    *json = (struct json){.file = file};
}

static void new_line(struct json *json)
{
    fprintf(json->file, "\n%*s", (int)(2 * json->depth), "");
}

/* What stands between the previous item and this one. */
static void item_begin(struct json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->depth == 0)
        return;
    uint64_t bit = UINT64_C(1) << (json->depth - 1);
    if (json->has_items & bit)
        fputc(',', json->file);
    if (json->depth <= LINE_DEPTH)
        new_line(json);
    else if (json->has_items & bit)
        fputc(' ', json->file);
    json->has_items |= bit;
}

static void nest(struct json *json, char bracket)
{
    item_begin(json);
    fputc(bracket, json->file);
    assert(json->depth < JSON_MAX_DEPTH);
    json->has_items &= ~(UINT64_C(1) << json->depth);
    json->depth++;
}

static void unnest(struct json *json, char bracket)
{
    assert(json->depth > 0 && !json->after_key);
    json->depth--;
    if (json->depth < LINE_DEPTH && json->has_items >> json->depth & 1)
        new_line(json);
    fputc(bracket, json->file);
    if (json->depth == 0)
        fputc('\n', json->file);
}

void json_object_begin(struct json *json)
{
    nest(json, '{');
}

void json_object_end(struct json *json)
{
    unnest(json, '}');
}

void json_array_begin(struct json *json)
{
    nest(json, '[');
}

void json_array_end(struct json *json)
{
    unnest(json, ']');
}

/* The length of the UTF-8 sequence at s, or 0 if there is none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). */
static size_t utf8_length(const uint8_t *s, size_t n)
{
    uint8_t low = 0x80, high = 0xbf;
    size_t length;

    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        length = 2;
    else if (s[0] >= 0xe0 && s[0] <= 0xef)
        length = 3;
    else if (s[0] >= 0xf0 && s[0] <= 0xf4)
        length = 4;
    else
        return 0;
    if (s[0] == 0xe0)
        low = 0xa0;
    else if (s[0] == 0xed)
        high = 0x9f;
    else if (s[0] == 0xf0)
        low = 0x90;
    else if (s[0] == 0xf4)
        high = 0x8f;
    if (n < length || s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static void write_ascii(FILE *file, char c)
{
    switch (c) {
    case '"':
    case '\\':
        fprintf(file, "\\%c", c);
        break;
    case '\n':
        fputs("\\n", file);
        break;
    case '\t':
        fputs("\\t", file);
        break;
    default:
        if ((unsigned char)c < 0x20 || c == 0x7f)
            fprintf(file, "\\u%04x", (unsigned)c);
        else
            fputc(c, file);
    }
}

static void write_quoted(FILE *file, const uint8_t *s, size_t n)
{
    fputc('"', file);
    for (size_t i = 0; i < n;) {
        size_t length = utf8_length(s + i, n - i);
        if (length == 0)
            fputs("\\ufffd", file);
        else if (length == 1)
            write_ascii(file, (char)s[i]);
        else
            fwrite(s + i, 1, length, file);
        i += length ? length : 1;
    }
    fputc('"', file);
}

void json_key(struct json *json, const char *key)
{
    assert(!json->after_key);
    item_begin(json);
    write_quoted(json->file, (const uint8_t *)key, strlen(key));
    fputs(": ", json->file);
    json->after_key = true;
}

void json_bytes(struct json *json, const void *bytes, size_t size_bytes)
{
    item_begin(json);
    write_quoted(json->file, bytes, size_bytes);
}

void json_string(struct json *json, const char *text)
{
    if (text)
        json_bytes(json, text, strlen(text));
    else
        json_null(json);
}

void json_int(struct json *json, int64_t value)
{
    item_begin(json);
    fprintf(json->file, "%lld", (long long)value);
}

void json_uint(struct json *json, uint64_t value)
{
    item_begin(json);
    fprintf(json->file, "%llu", (unsigned long long)value);
}

void json_fixed(struct json *json, int64_t value, unsigned decimals)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value, unit = 1;

    assert(decimals <= 18);
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    item_begin(json);
    fprintf(json->file, "%s%llu", value < 0 ? "-" : "", (unsigned long long)(magnitude / unit));
    if (decimals)
        fprintf(json->file, ".%0*llu", (int)decimals, (unsigned long long)(magnitude % unit));
}

void json_double(struct json *json, double value)
{
    char text[64];

    if (!isfinite(value)) {
        json_null(json);
        return;
    }
    item_begin(json);
    snprintf(text, sizeof(text), "%.15g", value);
    /* Whatever the program's locale has for a decimal point (it may be several bytes) is a dot. */
    for (const char *c = text; *c; c++) {
        if (strchr("0123456789+-e", *c))
            fputc(*c, json->file);
        else if (c == text || strchr("0123456789", c[-1]))
            fputc('.', json->file);
    }
}

void json_bool(struct json *json, bool value)
{
    item_begin(json);
    fputs(value ? "true" : "false", json->file);
}

void json_null(struct json *json)
{
    item_begin(json);
    fputs("null", json->file);
}

void json_field_string(struct json *json, const char *key, const char *text)
{
    json_key(json, key);
    json_string(json, text);
}

void json_field_int(struct json *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_int(json, value);
}

void json_field_uint(struct json *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_uint(json, value);
}

void json_field_fixed(struct json *json, const char *key, int64_t value, unsigned decimals)
{
    json_key(json, key);
    json_fixed(json, value, decimals);
}

void json_field_double(struct json *json, const char *key, double value)
{
    json_key(json, key);
    json_double(json, value);
}

void json_field_bool(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}

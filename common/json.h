/* SPDX-License-Identifier: MIT
 *
 * json.h - writes JSON to a stdio stream as it goes, with no memory of its own.
 *
 * The writer puts commas and line breaks; the caller keeps the order: in an object each value
 * follows a key, and what is begun is ended. Strings may hold any bytes: what is not UTF-8 comes
 * out as U+FFFD. Numbers do not depend on the locale. Write errors are the stream's own: ask
 * ferror() at the end. One thread at a time; takes no lock but the stream's.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_MAX_DEPTH 64

struct json {
    FILE *file;
    unsigned depth;
    uint64_t has_items; /* bit n: the object or array at depth n holds something */
    bool after_key;
};

/* Borrows file, which stays open. */
void json_init(struct json *json, FILE *file);

void json_object_begin(struct json *json);
void json_object_end(struct json *json);
void json_array_begin(struct json *json);
void json_array_end(struct json *json);

void json_key(struct json *json, const char *key);

void json_string(struct json *json, const char *text);                    /* NULL: null */
void json_bytes(struct json *json, const void *bytes, size_t size_bytes); /* as a string */
void json_int(struct json *json, int64_t value);
void json_uint(struct json *json, uint64_t value);
/* value / 10^decimals, exactly: (1234567, 3) is 1234.567. decimals <= 18. */
void json_fixed(struct json *json, int64_t value, unsigned decimals);
void json_double(struct json *json, double value); /* infinities and NaN: null */
void json_bool(struct json *json, bool value);
void json_null(struct json *json);

/* A key and its value. */
void json_field_string(struct json *json, const char *key, const char *text);
void json_field_int(struct json *json, const char *key, int64_t value);
void json_field_uint(struct json *json, const char *key, uint64_t value);
void json_field_fixed(struct json *json, const char *key, int64_t value, unsigned decimals);
void json_field_double(struct json *json, const char *key, double value);
void json_field_bool(struct json *json, const char *key, bool value);

#endif

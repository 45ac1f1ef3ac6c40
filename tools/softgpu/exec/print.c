/* SPDX-License-Identifier: MIT
 *
 * print.c - printf of device code. The format is taken apart and each conversion handed to the C
 * library with its one argument, after checking that it is one of those CUDA documents.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/softgpu/exec/builtins.h"

#define MAX_FORMAT 4096u
#define MAX_STRING 1024u
#define MAX_OUTPUT (16u << 10)
#define MAX_FIELD  1000 /* width and precision */

struct output {
    char text[MAX_OUTPUT];
    size_t bytes;
};

struct arguments {
    struct exec_warp *warp;
    const struct insn *in;
    unsigned lane;
    uint64_t at;
    int n;
};

/* One conversion: what to pass to snprintf. */
struct conversion {
    char spec[48]; /* %, flags, width, precision; the length and letter are added */
    size_t length;
    char letter;
    bool is_64; /* ll, l, j, z, t */
    unsigned shorts;
};

static void emit(struct output *out, const char *text, size_t bytes)
{
    if (bytes > MAX_OUTPUT - out->bytes)
        bytes = MAX_OUTPUT - out->bytes;
    memcpy(out->text + out->bytes, text, bytes);
    out->bytes += bytes;
}

static bool next_argument(struct arguments *args, unsigned bytes, uint64_t *ret_value)
{
    const uint8_t *memory;

    args->at = (args->at + bytes - 1) & ~(uint64_t)(bytes - 1);
    memory = memory_at(args->warp, args->in, args->lane, args->at, bytes, ACCESS_READ);
    if (!memory)
        return false;
    *ret_value = 0;
    memcpy(ret_value, memory, bytes);
    args->at += bytes;
    args->n++;
    return true;
}

static void add_spec(struct conversion *conversion, char c)
{
    if (conversion->length < sizeof(conversion->spec) - 8)
        conversion->spec[conversion->length++] = c;
}

/* Digits or a '*', whose argument is written in its place. False: faulted. */
static bool read_number(const char **at, struct conversion *conversion, struct arguments *args)
{
    long number = 0;
    uint64_t value;
    char digits[16];

    if (**at == '*') {
        (*at)++;
        if (!next_argument(args, 4, &value))
            return false;
        number = (int32_t)value;
    } else if (**at >= '0' && **at <= '9') {
        while (**at >= '0' && **at <= '9') {
            number = number > MAX_FIELD ? number : number * 10 + (**at - '0');
            (*at)++;
        }
    } else {
        return true;
    }
    number = number > MAX_FIELD ? MAX_FIELD : number < -MAX_FIELD ? -MAX_FIELD : number;
    snprintf(digits, sizeof(digits), "%ld", number);
    for (const char *c = digits; *c; c++)
        add_spec(conversion, *c);
    return true;
}

static bool read_conversion(const char **at, struct conversion *conversion, struct arguments *args)
{
    *conversion = (struct conversion){.spec = "%", .length = 1};
    while (**at && strchr("-+ #0", **at))
        add_spec(conversion, *(*at)++);
    if (!read_number(at, conversion, args))
        return false;
    if (**at == '.') {
        add_spec(conversion, *(*at)++);
        if (!read_number(at, conversion, args))
            return false;
    }
    for (; **at && strchr("hljztLq", **at); (*at)++) {
        conversion->is_64 |= **at != 'h' && **at != 'L';
        conversion->shorts += **at == 'h';
    }
    conversion->letter = **at;
    if (**at)
        (*at)++;
    return true;
}

static void finish_spec(struct conversion *conversion, const char *length)
{
    snprintf(conversion->spec + conversion->length, 8, "%s%c", length, conversion->letter);
}

static void emit_string(struct output *out, struct conversion *conversion, struct arguments *args,
                        uint64_t value)
{
    char string[MAX_STRING], text[2 * MAX_STRING];
    int n;

    if (!value)
        strcpy(string, "(null)");
    else if (!memory_string(args->warp, args->in, args->lane, value, string, sizeof(string)))
        return;
    finish_spec(conversion, "");
    n = snprintf(text, sizeof(text), conversion->spec, string);
    emit(out, text, n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

/* An integer as short as the h's say. */
static long long narrow(const struct conversion *conversion, uint64_t value)
{
    bool is_signed = conversion->letter == 'd' || conversion->letter == 'i';

    if (conversion->is_64)
        return (long long)value;
    if (conversion->shorts >= 2)
        return is_signed ? (int8_t)value : (uint8_t)value;
    if (conversion->shorts == 1)
        return is_signed ? (int16_t)value : (uint16_t)value;
    return is_signed ? (int32_t)value : (long long)(uint32_t)value;
}

static void emit_number(struct output *out, struct conversion *conversion, uint64_t value)
{
    char text[MAX_FIELD * 2 + 400];
    double real;
    int n;

    switch (conversion->letter) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        finish_spec(conversion, "ll");
        n = snprintf(text, sizeof(text), conversion->spec, narrow(conversion, value));
        break;
    case 'c':
        finish_spec(conversion, "");
        n = snprintf(text, sizeof(text), conversion->spec, (int)value);
        break;
    case 'p':
        finish_spec(conversion, "");
        n = snprintf(text, sizeof(text), conversion->spec, (void *)(uintptr_t)value);
        break;
    default:
        memcpy(&real, &value, sizeof(real));
        finish_spec(conversion, "");
        n = snprintf(text, sizeof(text), conversion->spec, real);
        break;
    }
    emit(out, text, n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

/* False: faulted. */
static bool convert(struct output *out, const char **at, struct arguments *args)
{
    struct conversion conversion;
    const char *start = *at - 1;
    bool is_real;
    uint64_t value;

    if (!read_conversion(at, &conversion, args))
        return false;
    if (conversion.letter == '%') {
        emit(out, "%", 1);
        return true;
    }
    is_real = conversion.letter && strchr("fFeEgGaA", conversion.letter);
    if (!is_real && (!conversion.letter || !strchr("diuoxXcsp", conversion.letter))) {
        emit(out, start, (size_t)(*at - start)); /* as it stands */
        return true;
    }
    if (!next_argument(args, is_real || conversion.is_64 || strchr("sp", conversion.letter) ? 8 : 4,
                       &value))
        return false;
    if (conversion.letter == 's')
        emit_string(out, &conversion, args, value);
    else
        emit_number(out, &conversion, value);
    return !args->warp->block->faulted;
}

static bool format_all(struct output *out, const char *format, struct arguments *args)
{
    while (*format) {
        const char *percent = strchr(format, '%');
        emit(out, format, percent ? (size_t)(percent - format) : strlen(format));
        if (!percent)
            return true;
        format = percent + 1;
        if (!convert(out, &format, args))
            return false;
    }
    return true;
}

int print_format(struct exec_warp *warp, const struct insn *in, unsigned lane, uint64_t format,
                 uint64_t arguments)
{
    const struct exec_launch *launch = &warp->block->launch;
    struct arguments args = {.warp = warp, .in = in, .lane = lane, .at = arguments};
    char text[MAX_FORMAT];
    struct output *out;
    bool ok;

    if (!memory_string(warp, in, lane, format, text, sizeof(text)))
        return -1;
    out = malloc(sizeof(*out));
    if (!out)
        return -1;
    out->bytes = 0;
    ok = format_all(out, text, &args);
    if (ok && launch->print)
        launch->print(launch->print_arg, out->text, out->bytes);
    free(out);
    return ok ? args.n : -1;
}

/* SPDX-License-Identifier: MIT
 *
 * case.c - reads a case and the comments in it.
 */
#include "tests/ptx/case.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int case_read(const char *path, struct ptx_case *ret_case)
{
    FILE *file = fopen(path, "rb");
    long size;

    *ret_case = (struct ptx_case){.path = path};
    if (!file)
        return -errno;
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    ret_case->text = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (ret_case->text) {
        ret_case->size = fread(ret_case->text, 1, (size_t)size, file);
        ret_case->text[ret_case->size] = '\0';
    }
    fclose(file);
    return ret_case->text ? 0 : -ENOMEM;
}

void case_finish(struct ptx_case *test)
{
    free(test->text);
}

void case_fail(struct ptx_case *test, const char *format, ...)
{
    va_list arguments;

    test->failed = true;
    fprintf(stderr, "%s: ", test->path);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

/* Copies the line from its value on, without blanks around. */
static void copy_value(const char *value, char *ret_value, size_t size)
{
    size_t length = strcspn(value, "\r\n");

    while (length > 0 && *value == ' ') {
        value++;
        length--;
    }
    while (length > 0 && value[length - 1] == ' ')
        length--;
    if (length >= size)
        length = size - 1;
    memcpy(ret_value, value, length);
    ret_value[length] = '\0';
}

unsigned case_each(struct ptx_case *test, const char *key,
                   void (*each)(void *arg, const char *value), void *arg)
{
    char head[40], value[4000];
    unsigned n = 0;

    snprintf(head, sizeof(head), "// %s:", key);
    for (const char *line = test->text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, head, strlen(head)) != 0)
            continue;
        copy_value(line + strlen(head), value, sizeof(value));
        each(arg, value);
        n++;
    }
    return n;
}

struct first_value {
    char *value;
    size_t size;
};

static void keep_first(void *arg, const char *value)
{
    struct first_value *first = arg;

    if (first->size > 0)
        snprintf(first->value, first->size, "%s", value);
    first->size = 0;
}

bool case_value(struct ptx_case *test, const char *key, char *ret_value, size_t size)
{
    struct first_value first = {ret_value, size};

    return case_each(test, key, keep_first, &first) > 0;
}

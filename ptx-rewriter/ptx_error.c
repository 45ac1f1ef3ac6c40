/* SPDX-License-Identifier: MIT
 *
 * ptx_error.c - errors in the input: a place and a message; and how a person is shown them.
 */
#include "ptx-rewriter/ptx_error.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int ptx_error_at(struct ptx_error *error, unsigned line, unsigned column, const char *format, ...)
{
    va_list arguments;

    error->line = line;
    error->column = column;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
    return -EINVAL;
}

/* The line's first byte, or the end of the text. */
static const char *find_line(const char *text, const char *end, unsigned line)
{
    while (line > 1 && text < end) {
        const char *newline = memchr(text, '\n', end - text);
        text = newline ? newline + 1 : end;
        line--;
    }
    return text;
}

void ptx_error_print(FILE *file, const char *name, const char *text, size_t size_bytes,
                     const struct ptx_error *error)
{
    const char *end = text + size_bytes, *line, *newline;
    unsigned length;

    if (!error->line) {
        fprintf(file, "%s: %s\n", name, error->message);
        return;
    }
    fprintf(file, "%s:%u:%u: %s\n", name, error->line, error->column, error->message);
    line = find_line(text, end, error->line);
    newline = memchr(line, '\n', end - line);
    length = (newline ? newline : end) - line;
    if (length > 200 || error->column > length + 1)
        return;
    fprintf(file, "%.*s\n", (int)length, line);
    for (unsigned i = 0; i + 1 < error->column; i++)
        fputc(line[i] == '\t' ? '\t' : ' ', file);
    fputs("^\n", file);
}

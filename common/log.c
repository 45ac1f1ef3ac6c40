/* SPDX-License-Identifier: MIT
 *
 * log.c - lines of at most LINE_BYTES, formatted on the stack and written by one write(2).
 *
 * No lock: the descriptor is set by log_init before other threads speak. A program may close every
 * descriptor it did not open and get our number for a file of its own; so a log file is
 * written to only while its descriptor still is that file.
 */
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINE_BYTES 1024

enum log_level log_max_level = LOG_OFF;

static const char *const level_names[] = {"off", "error", "warn", "info", "debug"};

/* file_fd < 0: stderr. */
static int file_fd = -1;
static dev_t file_device;
static ino_t file_inode;

static int parse_level(const char *text, size_t length, enum log_level *ret_level)
{
    for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++)
        if (strlen(level_names[i]) == length && strncmp(text, level_names[i], length) == 0) {
            *ret_level = (enum log_level)i;
            return 0;
        }
    return -EINVAL;
}

static int open_file(const char *path)
{
    struct stat info;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);

    if (fd < 0)
        return -errno;
    if (fstat(fd, &info) < 0) {
        int error = -errno;

        close(fd);
        return error;
    }
    file_fd = fd;
    file_device = info.st_dev;
    file_inode = info.st_ino;
    return 0;
}

static bool file_is_ours(void)
{
    struct stat info;

    return fstat(file_fd, &info) == 0 && info.st_dev == file_device && info.st_ino == file_inode;
}

int log_init(const char *spec)
{
    const char *colon = strchr(spec, ':');
    enum log_level level;
    int error = parse_level(spec, colon ? (size_t)(colon - spec) : strlen(spec), &level);

    if (file_fd >= 0 && file_is_ours())
        close(file_fd);
    file_fd = -1;
    log_max_level = LOG_OFF;
    if (error < 0)
        return error;
    if (colon && level != LOG_OFF)
        error = open_file(colon + 1);
    log_max_level = level;
    return error;
}

void log_write(enum log_level level, const char *format, ...)
{
    char line[LINE_BYTES];
    int saved = errno;
    va_list args;
    size_t used;
    int n;

    n = snprintf(line, sizeof(line), "sliver[%d]: %s: ", (int)syscall(SYS_gettid),
                 level_names[level]);
    used = (size_t)n;
    va_start(args, format);
    n = vsnprintf(line + used, sizeof(line) - used, format, args);
    va_end(args);
    if (n < 0)
        goto out;
    used += (size_t)n;
    if (used > sizeof(line) - 1) { /* cut: the last byte is the newline's */
        used = sizeof(line) - 1;
        memcpy(line + used - 3, "...", 3);
    }
    line[used++] = '\n';
    if (file_fd >= 0 && !file_is_ours())
        goto out;
    while (write(file_fd >= 0 ? file_fd : STDERR_FILENO, line, used) < 0 && errno == EINTR)
        ;
out:
    errno = saved;
}

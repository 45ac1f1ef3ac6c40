/* SPDX-License-Identifier: MIT
 *
 * input.c - see input.h.
 */
#include "tools/input.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/str.h"

static int read_into(int fd, struct str *str)
{
    char block[65536];
    ssize_t n;

    while ((n = read(fd, block, sizeof(block))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        str_add_bytes(str, block, (size_t)n);
        if (str->error)
            return str->error;
    }
    return 0;
}

int input_read(const char *path, char **ret_bytes, size_t *ret_size_bytes)
{
    struct str str = STR_INIT;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        str_reserve(&str, (size_t)st.st_size + 1);
    int error = read_into(fd, &str);
    close(fd);
    if (!error)
        return str_take(&str, ret_bytes, ret_size_bytes);
    str_finish(&str);
    return error;
}

/* SPDX-License-Identifier: MIT
 *
 * read_file.c - see read_file.h.
 */
#include "shim/read_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/cleanup.h"

void *read_file(const char *path, size_t *ret_size_bytes)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size <= 0)
        return NULL;
    size_t size = (size_t)status.st_size, have = 0;
    _cleanup_free_ char *bytes = malloc(size + 1);
    while (bytes && have < size) {
        ssize_t n = read(fd, bytes + have, size - have);
        if (n <= 0)
            return NULL;
        have += (size_t)n;
    }
    if (!bytes)
        return NULL;
    bytes[size] = '\0';
    *ret_size_bytes = size;
    return STEAL_PTR(bytes);
}

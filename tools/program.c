/* SPDX-License-Identifier: MIT
 *
 * program.c - PATH search and a look at the ELF header. The file may hold anything.
 */
#include "tools/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/cleanup.h"

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#else
#error "SliVER runs on x86-64 and aarch64"
#endif

static int check_file(const char *path)
{
    struct stat info;

    if (stat(path, &info) < 0)
        return errno == ENOTDIR ? -ENOENT : -errno;
    return S_ISREG(info.st_mode) && access(path, X_OK) == 0 ? 0 : -EACCES;
}

static int join(const char *folder, size_t length, const char *name, char **ret_path)
{
    int n = length == 0 ? asprintf(ret_path, "./%s", name)
                        : asprintf(ret_path, "%.*s/%s", (int)length, folder, name);

    return n < 0 ? -ENOMEM : 0;
}

int program_find(const char *name, char **ret_path)
{
    const char *folders = getenv("PATH");
    int result = -ENOENT;

    if (strchr(name, '/')) {
        result = check_file(name);
        if (result == 0 && !(*ret_path = strdup(name)))
            result = -ENOMEM;
        return result;
    }
    if (!folders)
        folders = "/bin:/usr/bin";
    for (;;) {
        size_t length = strcspn(folders, ":");
        _cleanup_free_ char *path = NULL;
        int error = *name ? join(folders, length, name, &path) : -ENOENT;

        if (error == 0)
            error = check_file(path);
        if (error == 0) {
            *ret_path = STEAL_PTR(path);
            return 0;
        }
        if (error == -EACCES) /* go on looking, but do not call it missing */
            result = error;
        if (folders[length] == '\0')
            return result;
        folders += length + 1;
    }
}

/* A program without an interpreter segment never runs the dynamic loader. */
static bool has_interpreter(int fd, const Elf64_Ehdr *header)
{
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment;
        off_t at = (off_t)(header->e_phoff + (uint64_t)i * header->e_phentsize);

        if (pread(fd, &segment, sizeof(segment), at) != sizeof(segment))
            return true; /* damaged: let execve judge */
        if (segment.p_type == PT_INTERP)
            return true;
    }
    return false;
}

static bool gains_privileges(int fd)
{
    struct stat info;

    if (fstat(fd, &info) < 0)
        return false;
    return ((info.st_mode & S_ISUID) && info.st_uid != geteuid()) ||
           ((info.st_mode & S_ISGID) && info.st_gid != getegid()) ||
           (geteuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0);
}

const char *program_preload_obstacle(const char *path)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    Elf64_Ehdr header;

    if (fd < 0)
        return NULL; /* executable but not readable */
    if (gains_privileges(fd))
        return "set-user-ID or otherwise privileged, and the loader ignores LD_PRELOAD for it";
    if (pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return NULL;
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != OUR_MACHINE)
        return "built for another processor than the library";
    if (!has_interpreter(fd, &header))
        return "statically linked, so no library can be preloaded";
    return NULL;
}

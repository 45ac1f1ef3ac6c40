/* SPDX-License-Identifier: MIT
 *
 * texts.c - from what a program hands over as code to PTX texts for this device.
 *
 * Of a fatbin the PTX of the highest architecture not above the device's is taken, whatever machine
 * code stands beside it: machine code is what a software device can't run. A wrapper with prelinked
 * fatbins (-rdc) is one program of several texts.
 */
#include "tools/softgpu/driver/container.h"
#include "tools/softgpu/driver/module.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ptx-rewriter/image.h"

static CUresult add(struct texts *texts, char *text, size_t bytes)
{
    char **more = realloc(texts->texts, (texts->n + 1) * sizeof(*more));
    size_t *sizes;

    if (more)
        texts->texts = more;
    sizes = realloc(texts->sizes, (texts->n + 1) * sizeof(*sizes));
    if (sizes)
        texts->sizes = sizes;
    if (!more || !sizes) {
        free(text);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    texts->texts[texts->n] = text;
    texts->sizes[texts->n++] = bytes;
    return CUDA_SUCCESS;
}

static CUresult add_copy(struct texts *texts, const char *text, size_t bytes)
{
    char *copy = malloc(bytes + 1);

    if (!copy)
        return CUDA_ERROR_OUT_OF_MEMORY;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    return add(texts, copy, bytes);
}

static CUresult add_container(struct texts *texts, const void *image, size_t size_bytes)
{
    CUresult r = CUDA_ERROR_NO_BINARY_FOR_GPU; /* a real cubin */
    const char *text;
    size_t bytes;

    for (size_t i = 0; container_text(image, size_bytes, i, &text, &bytes); i++) {
        r = add_copy(texts, text, bytes);
        if (r)
            break;
    }
    return r;
}

static bool is_better(const struct image_entry *entry, const struct image_entry *best, unsigned cc)
{
    if (entry->kind != IMAGE_PTX || entry->arch > cc || (entry->variant && entry->arch != cc))
        return false;
    return !best || entry->arch > best->arch;
}

static CUresult add_fatbin(struct texts *texts, const struct image *image, unsigned fatbin)
{
    unsigned cc = (unsigned)device_options()->cc;
    const struct image_entry *best = NULL;
    size_t bytes;
    char *text;
    int r;

    for (size_t i = 0; i < image->n_entries; i++)
        if (image->entries[i].fatbin == fatbin && is_better(&image->entries[i], best, cc))
            best = &image->entries[i];
    if (!best)
        return CUDA_ERROR_NO_BINARY_FOR_GPU;
    r = image_entry_unpack(best, &text, &bytes);
    if (r)
        return r == -12 ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_ERROR_INVALID_IMAGE;
    return add(texts, text, bytes);
}

static CUresult add_fatbins(struct texts *texts, const struct image *image)
{
    unsigned first = image->n_fatbins > 1 ? 1 : 0; /* the first of several has only linked code */
    CUresult r = CUDA_SUCCESS;

    for (unsigned i = first; !r && i < image->n_fatbins; i++)
        r = add_fatbin(texts, image, i);
    return r;
}

CUresult texts_add_image(struct texts *texts, const void *data, size_t size_bytes)
{
    struct image image;
    CUresult r;

    if (!data || !size_bytes)
        return CUDA_ERROR_INVALID_VALUE;
    if (image_open(data, size_bytes, &image))
        return CUDA_ERROR_INVALID_IMAGE;
    switch (image.kind) {
    case IMAGE_PTX:
        r = add_copy(texts, data, strnlen(data, image.size_bytes));
        break;
    case IMAGE_ELF:
        r = add_container(texts, data, image.size_bytes);
        break;
    case IMAGE_FATBIN:
    case IMAGE_WRAPPER:
        r = add_fatbins(texts, &image);
        break;
    default:
        r = CUDA_ERROR_INVALID_IMAGE;
    }
    image_finish(&image);
    return r;
}

CUresult texts_add_file(struct texts *texts, const char *path)
{
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    CUresult r = CUDA_ERROR_FILE_NOT_FOUND;
    struct stat info;
    void *bytes;

    if (!path)
        return CUDA_ERROR_INVALID_VALUE;
    if (fd >= 0 && !fstat(fd, &info) && info.st_size > 0) {
        bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        r = CUDA_ERROR_OPERATING_SYSTEM;
        if (bytes != MAP_FAILED) {
            r = texts_add_image(texts, bytes, (size_t)info.st_size);
            munmap(bytes, (size_t)info.st_size);
        }
    }
    if (fd >= 0)
        close(fd);
    return r;
}

void texts_finish(struct texts *texts)
{
    for (size_t i = 0; i < texts->n; i++)
        free(texts->texts[i]);
    free(texts->texts);
    free(texts->sizes);
    *texts = (struct texts){0};
}

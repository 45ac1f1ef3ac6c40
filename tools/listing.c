/* SPDX-License-Identifier: MIT
 *
 * listing.c - see listing.h. Kernels come from the PTX that would be rewritten; where there is
 * none, from the machine code that the driver would take.
 */
#include "tools/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/image_elf.h"

struct maker {
    struct listing *listing;
    unsigned cc;
};

/* One more element at the end of a list that grows at powers of two. */
static void *extend(void *list, size_t n, size_t element_bytes)
{
    if ((n & (n - 1)) != 0)
        return list;
    return reallocarray(list, n ? 2 * n : 1, element_bytes);
}

static int add_kernel(struct listing_image *image, const char *name, const char *reason)
{
    void *kernels = extend(image->kernels, image->n_kernels, sizeof(*image->kernels));

    if (!kernels)
        return -ENOMEM;
    image->kernels = kernels;
    struct listing_kernel *kernel = &image->kernels[image->n_kernels++];
    kernel->name = strdup(name);
    kernel->reason = reason ? strdup(reason) : NULL;
    kernel->line = kernel->column = 0;
    return kernel->name && (!reason || kernel->reason) ? 0 : -ENOMEM;
}

static int add_kernels_of_ptx(struct listing_image *image, const struct ptx_result *result)
{
    int error = 0;

    for (size_t i = 0; i < result->n_kernels && !error; i++) {
        const struct ptx_kernel *kernel = &result->kernels[i];
        error = add_kernel(image, kernel->name, kernel->has_twin ? NULL : kernel->reason);
        if (!error) {
            image->kernels[i].line = kernel->line;
            image->kernels[i].column = kernel->column;
        }
    }
    return error;
}

struct adder {
    struct listing_image *image;
    const char *reason;
    int error;
};

static void add_kernel_of_cubin(void *arg, const char *name)
{
    struct adder *adder = arg;

    if (!adder->error)
        adder->error = add_kernel(adder->image, name, adder->reason);
}

/* A cubin that can't be read has no kernels to list. */
static int add_kernels_of_cubin(struct listing_image *image, const struct image_entry *cubin,
                                const char *reason)
{
    struct adder adder = {.image = image, .reason = reason};
    size_t size_bytes;
    struct elf elf;
    char *bytes;
    int error = image_entry_unpack(cubin, &bytes, &size_bytes);

    if (error)
        return error == -ENOMEM ? error : 0;
    if (elf_open(bytes, size_bytes, &elf) == 0)
        cubin_each_kernel(&elf, add_kernel_of_cubin, &adder);
    free(bytes);
    return adder.error;
}

/* -EINVAL with image->error set: it is not understood. -ENOTSUP with image->reason set: it is not
 * what the driver should compile. */
static int rewrite_ptx(struct listing_image *image)
{
    const struct ptx_options options = {.is_linked = image->found.relocatable};
    struct ptx_result result;
    size_t size_bytes;
    char *text;
    int error = image_entry_unpack(image->ptx, &text, &size_bytes);

    if (error) {
        strcpy(image->error.message, "it does not unpack");
        return error == -ENOMEM ? error : -EINVAL;
    }
    struct image_build_options build;
    image_entry_build_options(image->ptx, &build);
    image->reason = image_build_refusal(&build, text);
    if (image->reason) {
        image->ptx = NULL;
        free(text);
        return -ENOTSUP;
    }
    error = ptx_rewrite(text, size_bytes, &options, &result, &image->error);
    free(text);
    if (error)
        return error;
    error = add_kernels_of_ptx(image, &result);
    ptx_result_finish(&result);
    return error;
}

static unsigned highest_arch(const struct image *image)
{
    unsigned highest = 0;

    for (size_t i = 0; i < image->n_entries; i++)
        if (image->entries[i].kind != IMAGE_LTO && image->entries[i].arch > highest)
            highest = image->entries[i].arch;
    return highest;
}

static int list_kernels(struct listing_image *image, unsigned cc)
{
    const struct image *in = &image->found.image;
    const char *reason;

    if (cc == 0)
        cc = highest_arch(in);
    const struct image_entry *cubin = image_pick_machine_code(in, 0, cc);
    image_pick(in, 0, cc, &image->ptx, &image->reason);
    reason = image->reason;
    if (image->ptx) {
        int error = rewrite_ptx(image);
        if (error != -EINVAL && error != -ENOTSUP)
            return error;
        reason = error == -ENOTSUP ? image->reason : "its PTX is not understood";
    }
    return cubin ? add_kernels_of_cubin(image, cubin, reason) : 0;
}

static int add_image(void *arg, const struct image_found *found)
{
    struct maker *maker = arg;
    struct listing *listing = maker->listing;
    struct image image = found->image;
    void *images = extend(listing->images, listing->n_images, sizeof(*listing->images));

    if (!images) {
        image_finish(&image);
        return -ENOMEM;
    }
    listing->images = images;
    struct listing_image *added = &listing->images[listing->n_images++];
    *added = (struct listing_image){.found = *found};
    return list_kernels(added, maker->cc);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The sorted names of the kernels in the relocatable images. */
static int collect_names(const struct listing *listing, const char ***ret_names, size_t *ret_n)
{
    const char **names = NULL;
    size_t n = 0;

    for (size_t i = 0; i < listing->n_images; i++) {
        const struct listing_image *image = &listing->images[i];
        for (size_t j = 0; image->found.relocatable && j < image->n_kernels; j++) {
            void *more = extend(names, n, sizeof(*names));
            if (!more) {
                free(names);
                return -ENOMEM;
            }
            names = more;
            names[n++] = image->kernels[j].name;
        }
    }
    if (n)
        qsort(names, n, sizeof(*names), compare_names);
    *ret_names = names;
    *ret_n = n;
    return 0;
}

static void forget_kernels(struct listing_image *image)
{
    for (size_t i = 0; i < image->n_kernels; i++) {
        free(image->kernels[i].name);
        free(image->kernels[i].reason);
    }
    free(image->kernels);
    image->kernels = NULL;
    image->n_kernels = 0;
}

/* Is each kernel of the image one of these? */
static bool all_named(const struct listing_image *image, const char **names, size_t n)
{
    for (size_t i = 0; i < image->n_kernels; i++)
        if (!bsearch(&image->kernels[i].name, names, n, sizeof(*names), compare_names))
            return false;
    return image->n_kernels > 0;
}

/* A file linked with -rdc=true has its kernels twice: in the linked cubin, which has no PTX, and in
 * the relocatable images, of which the library links the PTX. The latter tell. */
static int mark_linked(struct listing *listing)
{
    const char **names;
    size_t n;
    int error = collect_names(listing, &names, &n);

    if (error)
        return error;
    for (size_t i = 0; n > 0 && i < listing->n_images; i++) {
        struct listing_image *image = &listing->images[i];
        if (image->found.relocatable || image->ptx || !all_named(image, names, n))
            continue;
        image->linked = true;
        forget_kernels(image);
    }
    free(names);
    return 0;
}

int listing_make(const void *bytes, size_t size_bytes, unsigned cc, struct listing *ret_listing)
{
    struct maker maker = {.listing = ret_listing, .cc = cc};

    *ret_listing = (struct listing){0};
    int scanned = image_scan(bytes, size_bytes, add_image, &maker);
    int error = mark_linked(ret_listing);
    return scanned ? scanned : error;
}

void listing_finish(struct listing *listing)
{
    for (size_t i = 0; i < listing->n_images; i++) {
        forget_kernels(&listing->images[i]);
        image_finish(&listing->images[i].found.image);
    }
    free(listing->images);
    *listing = (struct listing){0};
}

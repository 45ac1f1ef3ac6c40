/* SPDX-License-Identifier: MIT
 *
 * inspect.c - `sliver inspect`: the command line, one listing per file.
 */
#include "tools/inspect.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/ptx_error.h"
#include "tools/commands.h"
#include "tools/input.h"

struct request {
    bool json;
    unsigned cc;
    struct json writer;
};

void inspect_code_name(const struct image_entry *entry, char name[CODE_NAME_BYTES])
{
    const char *prefix = entry->kind == IMAGE_PTX   ? "compute"
                         : entry->kind == IMAGE_ELF ? "sm"
                                                    : "lto";

    snprintf(name, CODE_NAME_BYTES, "%s_%u%.1s", prefix, entry->arch, &entry->variant);
}

/* "90" or "9.0". */
static bool read_cc(const char *text, unsigned *ret_cc)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*end == '.' && end != text && end[1] >= '0' && end[1] <= '9' && end[2] == '\0') {
        value = value * 10 + (unsigned long)(end[1] - '0');
        end += 2;
    }
    *ret_cc = (unsigned)value;
    return end != text && *end == '\0' && value >= 10 && value < 1000;
}

/* PTX given as a file is shown with its errors as a compiler shows them. */
static bool print_ptx_errors(const char *path, const char *bytes, size_t size_bytes,
                             const struct listing *listing)
{
    bool any = false;

    for (size_t i = 0; i < listing->n_images; i++) {
        const struct listing_image *image = &listing->images[i];
        if (image->found.image.kind != IMAGE_PTX || !image->error.message[0])
            continue;
        ptx_error_print(stderr, path, bytes, size_bytes, &image->error);
        any = true;
    }
    return any;
}

static int inspect_bytes(struct request *request, const char *path, const char *bytes,
                         size_t size_bytes)
{
    struct listing listing;
    int error = listing_make(bytes, size_bytes, request->cc, &listing);
    bool failed = print_ptx_errors(path, bytes, size_bytes, &listing);

    if (error == -EINVAL)
        fprintf(stderr, "sliver: %s: %s\n", path,
                listing.n_images ? "damaged behind the images listed"
                                 : "not a program, library, archive or image, or damaged");
    else if (error)
        fprintf(stderr, "sliver: %s: %s\n", path, strerror(-error));
    if (request->json)
        inspect_print_json(&request->writer, path, &listing);
    else if (!error || listing.n_images)
        inspect_print(stdout, path, &listing);
    listing_finish(&listing);
    return error || failed;
}

static int inspect_file(struct request *request, const char *path)
{
    size_t size_bytes;
    char *bytes;
    int error = input_read(path, &bytes, &size_bytes);

    if (error) {
        fprintf(stderr, "sliver: %s: %s\n", path, strerror(-error));
        return 1;
    }
    int status = inspect_bytes(request, path, bytes, size_bytes);
    free(bytes);
    return status;
}

/* Takes the options out of argv; what stays are the files. Returns how many, or -1. */
static int read_arguments(int argc, char **argv, struct request *request)
{
    int n = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            request->json = true;
        } else if (strcmp(argv[i], "--cc") == 0 && i + 1 < argc) {
            if (!read_cc(argv[++i], &request->cc))
                return -1;
        } else if (argv[i][0] == '-') {
            return -1;
        } else {
            argv[n++] = argv[i];
        }
    }
    return n;
}

int command_inspect(int argc, char **argv)
{
    struct request request = {0};
    int n_files = read_arguments(argc, argv, &request), status = 0;

    if (n_files <= 0)
        return command_usage("inspect");
    if (request.json) {
        json_init(&request.writer, stdout);
        json_object_begin(&request.writer);
        json_key(&request.writer, "files");
        json_array_begin(&request.writer);
    }
    for (int i = 0; i < n_files; i++)
        status |= inspect_file(&request, argv[i]);
    if (request.json) {
        json_array_end(&request.writer);
        json_object_end(&request.writer);
    }
    return status;
}

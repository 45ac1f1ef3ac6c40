/* SPDX-License-Identifier: MIT
 *
 * inspect_print.c - a listing as a table for people, and as JSON.
 */
#include "tools/inspect.h"

#include <string.h>

static const char *compression_name(enum image_compression compression)
{
    static const char *const names[] = {NULL, "LZ4", "zstd", "unknown compression"};

    return names[compression];
}

static void print_codes(FILE *file, const struct listing_image *image)
{
    char name[CODE_NAME_BYTES];

    for (size_t i = 0; i < image->found.image.n_entries; i++) {
        inspect_code_name(&image->found.image.entries[i], name);
        fprintf(file, "%s %s", i ? "," : "", name);
    }
    fputc('\n', file);
}

static void print_heading(FILE *file, const struct listing_image *image, size_t number)
{
    const struct image_found *found = &image->found;

    fprintf(file, "  image %zu", number);
    if (found->member)
        fprintf(file, " of %.*s", (int)found->member_bytes, found->member);
    if (found->section)
        fprintf(file, " in %s", found->section);
    fputc(':', file);
    print_codes(file, image);
    if (image->linked)
        fputs("    linked from the relocatable images of this file\n", file);
    else if (image->error.message[0])
        fprintf(file, "    PTX not understood: %u:%u: %s\n", image->error.line, image->error.column,
                image->error.message);
    else if (!image->ptx && image->n_kernels == 0)
        fprintf(file, "    %s\n", image->reason);
}

static void print_kernel(FILE *file, const struct listing_kernel *kernel)
{
    fprintf(file, "    %-9s  %s", kernel->reason ? "whole" : "sliceable", kernel->name);
    if (kernel->reason)
        fprintf(file, ": %s", kernel->reason);
    if (kernel->reason && kernel->line)
        fprintf(file, " (PTX %u:%u)", kernel->line, kernel->column);
    fputc('\n', file);
}

static void count_kernels(const struct listing *listing, size_t *ret_all, size_t *ret_sliceable)
{
    *ret_all = *ret_sliceable = 0;
    for (size_t i = 0; i < listing->n_images; i++)
        for (size_t j = 0; j < listing->images[i].n_kernels; j++) {
            *ret_all += 1;
            *ret_sliceable += !listing->images[i].kernels[j].reason;
        }
}

void inspect_print(FILE *file, const char *path, const struct listing *listing)
{
    size_t all, sliceable;

    count_kernels(listing, &all, &sliceable);
    fprintf(file, "%s: %zu image%s, %zu of %zu kernel%s sliceable\n", path, listing->n_images,
            listing->n_images == 1 ? "" : "s", sliceable, all, all == 1 ? "" : "s");
    for (size_t i = 0; i < listing->n_images; i++) {
        const struct listing_image *image = &listing->images[i];
        print_heading(file, image, i + 1);
        for (size_t j = 0; j < image->n_kernels; j++)
            print_kernel(file, &image->kernels[j]);
    }
}

static void print_json_code(struct json *json, const struct image_entry *entry)
{
    char name[CODE_NAME_BYTES];

    inspect_code_name(entry, name);
    json_object_begin(json);
    json_field_string(json, "code", name);
    json_field_string(json, "compression", compression_name(entry->compression));
    json_field_uint(json, "stored_bytes", entry->stored_bytes);
    json_field_uint(json, "plain_bytes", entry->plain_bytes);
    json_field_bool(json, "debug", entry->debug);
    if (entry->options) {
        json_key(json, "options");
        json_bytes(json, entry->options, entry->options_bytes);
    }
    json_object_end(json);
}

static void print_json_kernel(struct json *json, const struct listing_kernel *kernel)
{
    json_object_begin(json);
    json_field_string(json, "name", kernel->name);
    json_field_bool(json, "sliceable", !kernel->reason);
    json_field_string(json, "reason", kernel->reason);
    if (kernel->line) {
        json_field_uint(json, "line", kernel->line);
        json_field_uint(json, "column", kernel->column);
    }
    json_object_end(json);
}

static void print_json_error(struct json *json, const struct ptx_error *error)
{
    json_key(json, "error");
    json_object_begin(json);
    json_field_string(json, "message", error->message);
    json_field_uint(json, "line", error->line);
    json_field_uint(json, "column", error->column);
    json_object_end(json);
}

static void print_json_image(struct json *json, const struct listing_image *image)
{
    const struct image_found *found = &image->found;
    char name[CODE_NAME_BYTES];

    json_object_begin(json);
    if (found->member) {
        json_key(json, "member");
        json_bytes(json, found->member, found->member_bytes);
    }
    json_field_string(json, "section", found->section);
    json_field_bool(json, "relocatable", found->relocatable);
    json_key(json, "codes");
    json_array_begin(json);
    for (size_t i = 0; i < found->image.n_entries; i++)
        print_json_code(json, &found->image.entries[i]);
    json_array_end(json);
    if (image->ptx)
        inspect_code_name(image->ptx, name);
    json_field_string(json, "ptx", image->ptx ? name : NULL);
    json_field_string(json, "reason", image->reason);
    json_field_bool(json, "linked", image->linked);
    if (image->error.message[0])
        print_json_error(json, &image->error);
    json_key(json, "kernels");
    json_array_begin(json);
    for (size_t i = 0; i < image->n_kernels; i++)
        print_json_kernel(json, &image->kernels[i]);
    json_array_end(json);
    json_object_end(json);
}

void inspect_print_json(struct json *json, const char *path, const struct listing *listing)
{
    json_object_begin(json);
    json_field_string(json, "file", path);
    json_key(json, "images");
    json_array_begin(json);
    for (size_t i = 0; i < listing->n_images; i++)
        print_json_image(json, &listing->images[i]);
    json_array_end(json);
    json_object_end(json);
}

/* SPDX-License-Identifier: MIT
 *
 * inspect.h - the two ways `sliver inspect` shows a listing.
 */
#ifndef TOOLS_INSPECT_H
#define TOOLS_INSPECT_H

#include <stdio.h>

#include "common/json.h"
#include "tools/listing.h"

/* "sm_90a", "compute_90" or "lto_90", as nvcc's options call it. */
enum { CODE_NAME_BYTES = 32 };
void inspect_code_name(const struct image_entry *entry, char name[CODE_NAME_BYTES]);

void inspect_print(FILE *file, const char *path, const struct listing *listing);

/* One object, to be an element of the array "files". */
void inspect_print_json(struct json *json, const char *path, const struct listing *listing);

#endif

/* SPDX-License-Identifier: MIT
 *
 * hash.h - uthash that does not end the process when memory runs out: include this in its place.
 *
 * An element that could not be added is in no table; HASH_WAS_ADDED tells.
 */
#ifndef COMMON_HASH_H
#define COMMON_HASH_H

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#define HASH_WAS_ADDED(element) ((element)->hh.tbl != NULL)

#endif

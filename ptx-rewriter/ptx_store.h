/* SPDX-License-Identifier: MIT
 *
 * ptx_store.h - what ptx_rewrite gave, as bytes for the cache, and back.
 */
#ifndef PTX_REWRITER_PTX_STORE_H
#define PTX_REWRITER_PTX_STORE_H

#include "ptx-rewriter/ptx.h"

/* free() the bytes. Returns 0 or -ENOMEM. */
int ptx_store_pack(const struct ptx_result *result, void **ret_bytes, size_t *ret_size_bytes);

/* Returns 0 and fills ret_result (release with ptx_result_finish), -EINVAL if the bytes are not
 * what ptx_store_pack of this version writes, or -ENOMEM. Any bytes are safe. */
int ptx_store_unpack(const void *bytes, size_t size_bytes, struct ptx_result *ret_result);

#endif

/* SPDX-License-Identifier: MIT
 *
 * fatbin.h - the fat binary: one header, then pieces of code for several architectures.
 *
 * The format as read from fatbinary's output (CUDA 13.0). All little-endian, 8-byte aligned.
 *   header, 16 bytes: u32 0xBA55ED50, u16 version 1, u16 header size 16, u64 size of all entries.
 *   entry: u16 kind (1 PTX, 2 cubin, 8 LTO-IR) @0; u16 0x101 @2; u32 header size @4, a multiple of
 *     8 from 64 up; u64 stored payload size with padding @8; u32 compressed size without padding, 0
 *     if plain @16; u32 offset of the options record from the entry's start, 0 if none @20; u16
 *     minor, major version of the code @24; u32 architecture @28; u32 offset and u32 length of the
 *     source file's name @32 @36 (-lineinfo, -G); u64 flags @40; u64 0 @48; u64 plain size @56.
 *     The payload follows the header, the next entry follows the payload.
 *   flags: 0x1 64-bit, 0x2 debug, 0x10 Linux, 0x2000 LZ4 (one raw block), 0x8000 zstd (one frame),
 *     0x100000 'a' target, 0x200000 'f' target.
 *   options record of PTX: u32 offset of the text from the entry's start, u32 length, text without
 *     NUL: what ptxas was told, e.g. "-O1  -maxrregcount=32 --generate-line-info ",
 *     " -g --dont-merge-basicblocks --return-at-end " (of -G), "--compile-only " (of -rdc). For
 *     cubins of newer targets the record holds binary attributes, for LTO-IR "-ftz=0 ...".
 *     A fatbin of one's own needs the record with its PTX: without it the driver (580) crashes.
 *   Plain PTX is padded with NULs; compressed PTX unpacks to text with or without one NUL.
 */
#ifndef PTX_REWRITER_FATBIN_H
#define PTX_REWRITER_FATBIN_H

#include "ptx-rewriter/image.h"

#define FATBIN_MAGIC        0xBA55ED50u
#define FATBIN_HEADER_BYTES 16u

/* The size of the fatbin at bytes, header included. Returns 0 or -EINVAL: there is none, or it does
 * not fit in size_bytes. */
int fatbin_measure(const void *bytes, size_t size_bytes, size_t *ret_fatbin_bytes);

/* Reads the entry at *at (FATBIN_HEADER_BYTES for the first) of a measured fatbin, and moves *at
 * on. Returns 1 and the entry (of kind IMAGE_UNKNOWN if it is none we know), 0 at the end, or
 * -EINVAL. */
int fatbin_next(const void *fatbin, size_t fatbin_bytes, size_t *at, struct image_entry *ret_entry);

#endif

/* SPDX-License-Identifier: MIT
 *
 * image.h - what a program hands to the driver as code: PTX text, a cubin, a fatbin, or the
 * compiler's wrapper around fatbins; read without the driver.
 *
 * Pure: no CUDA header, no global state, any thread. The bytes may be hostile; with a known size no
 * byte outside is read. The driver's own calls come without a size: then headers are trusted as far
 * as the driver trusts them (IMAGE_SIZE_UNKNOWN).
 *
 * The wrapper, 24 bytes: u32 0x466243B1, u32 version, pointer to a fatbin, pointer. Version 1 is
 * one translation unit. Version 2 comes from -rdc=true: its fatbin holds what the linker made,
 * cubins only, and its last pointer is a NULL-terminated array of the fatbins that were linked, one
 * per translation unit, each with relocatable cubins and the PTX. Where no linked cubin suits the
 * device (an empty fatbin will do), cuLibraryLoadData links the units itself; cuModuleLoadData
 * refuses version 2 (driver 580, see tests/gpu/test_pick.c). All of it is addresses, so a wrapper
 * can be read in the memory of its program only.
 */
#ifndef PTX_REWRITER_IMAGE_H
#define PTX_REWRITER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_SIZE_UNKNOWN SIZE_MAX

enum image_kind { IMAGE_UNKNOWN, IMAGE_PTX, IMAGE_ELF, IMAGE_FATBIN, IMAGE_WRAPPER, IMAGE_LTO };

enum image_compression { IMAGE_PLAIN, IMAGE_LZ4, IMAGE_ZSTD, IMAGE_OTHER_COMPRESSION };

/* One piece of code in an image: the PTX or machine code for one architecture. */
struct image_entry {
    enum image_kind kind; /* IMAGE_PTX, IMAGE_ELF or IMAGE_LTO */
    unsigned arch;        /* compute capability x 10: 90 for sm_90 and compute_90 */
    char variant;         /* 'a' or 'f' for architecture- or family-specific code, else 0 */
    bool debug;           /* built with -G */
    enum image_compression compression;
    const uint8_t *payload;           /* as stored, inside the image */
    size_t stored_bytes, plain_bytes; /* plain: as claimed; of PTX with its padding */
    const char *options; /* the compiler options kept with PTX, inside the image, no NUL; or NULL */
    size_t options_bytes;
    unsigned fatbin; /* which fatbin of a version-2 wrapper: 0 the first, 1.. the prelinked */
};

struct image {
    enum image_kind kind;
    struct image_entry *entries;
    size_t n_entries;
    unsigned n_fatbins; /* 1, or more of a version-2 wrapper */
    size_t size_bytes;  /* as found, for IMAGE_SIZE_UNKNOWN input; of a wrapper: of itself */
};

/* Borrows data until image_finish. Returns 0, -EINVAL (not an image we know, or damaged; also a
 * wrapper with a known size, see above), -ENOMEM. */
int image_open(const void *data, size_t size_bytes, struct image *ret_image);
void image_finish(struct image *image);
/* As a driver sees it that is told to compile PTX whatever else there is: of a fatbin or wrapper
 * only what is not machine code stays. */
void image_forget_machine_code(struct image *image);

/* The entry's plain bytes with a NUL behind them; free() them. Of PTX the size is that of the text,
 * without padding. -EINVAL if damaged, -ENOMEM, -E2BIG if it claims to unpack to more than 1 GiB.
 */
int image_entry_unpack(const struct image_entry *entry, char **ret_bytes, size_t *ret_size_bytes);

/* What the driver would take from the fatbin for a device of compute capability cc (x 10), and
 * which PTX may stand for it.
 *   ret_ptx    the PTX to rewrite, or NULL;
 *   ret_reason when NULL: why, a static string, e.g. "no PTX in the image".
 * Machine code that the driver would prefer must come from the same virtual architecture as the
 * PTX, or the program could see another path of __CUDA_ARCH__; else the image is left alone. */
void image_pick(const struct image *image, unsigned fatbin, unsigned cc,
                const struct image_entry **ret_ptx, const char **ret_reason);

/* The machine code in the fatbin that the driver would take for the device; NULL: none runs there.
 */
const struct image_entry *image_pick_machine_code(const struct image *image, unsigned fatbin,
                                                  unsigned cc);

/* All PTX that must be rewritten and linked together to stand for the image: one, or of a version-2
 * wrapper one per translation unit. Writes up to n_fatbins pointers to ret_ptx and returns how
 * many; 0 with ret_reason set: the image is left alone, because PTX is missing for some part. */
size_t image_pick_all(const struct image *image, unsigned cc, const struct image_entry **ret_ptx,
                      const char **ret_reason);

/* The register limit, optimisation level and the like that were given to ptxas when the program was
 * built, as far as they matter when the PTX is compiled again. -1: not given. */
struct image_build_options {
    int max_registers; /* -maxrregcount */
    int opt_level;     /* -O */
    bool debug;        /* -g, of -G builds */
    bool line_info;    /* -lineinfo */
    int cache_mode;    /* -dlcm, in the numbers of CUjit_cacheMode: 1 cg, 2 ca */
    bool no_fma;       /* -fmad=false */
    bool foreign;      /* one that the driver's compiler has no word for, or that is not known */
};
void image_entry_build_options(const struct image_entry *entry,
                               struct image_build_options *ret_options);
/* Why the driver would not make of the PTX what ptxas made of it: static text. NULL: it would. */
const char *image_build_refusal(const struct image_build_options *options, const char *text);

#endif

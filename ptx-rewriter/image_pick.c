/* SPDX-License-Identifier: MIT
 *
 * image_pick.c - what the driver would take from a fatbin for a device, and the PTX that may stand
 * for it. Rules: "Binary Compatibility", "PTX Compatibility" and "Family-Specific Features" in the
 * CUDA Programming Guide; compared with the driver's choices by tests/gpu/test_pick.c. Of several
 * codes alike it takes the first machine code, but the last PTX: those are left alone.
 */
#include "ptx-rewriter/image.h"

#include <stdlib.h>

#include "ptx-rewriter/image_elf.h"

/* Machine code runs on later minor revisions, except from or to a Tegra. */
static bool is_tegra(unsigned arch)
{
    static const unsigned tegra[] = {32, 53, 62, 72, 87, 101, 110};

    for (size_t i = 0; i < sizeof(tegra) / sizeof(tegra[0]); i++)
        if (arch == tegra[i])
            return true;
    return false;
}

static bool machine_code_runs(const struct image_entry *entry, unsigned cc)
{
    if (entry->arch == cc)
        return true;
    return entry->variant != 'a' && entry->arch / 10 == cc / 10 && entry->arch < cc &&
           !is_tegra(entry->arch) && !is_tegra(cc);
}

static bool ptx_compiles(const struct image_entry *entry, unsigned cc)
{
    if (entry->variant == 'a')
        return entry->arch == cc;
    if (entry->variant == 'f' && entry->arch / 10 != cc / 10)
        return false;
    return entry->arch <= cc;
}

/* The more specific of two for the same architecture is preferred. */
static unsigned rank(const struct image_entry *entry)
{
    unsigned specific = entry->variant == 'a' ? 2 : entry->variant == 'f';

    return entry->arch * 4 + specific;
}

struct best {
    const struct image_entry *entry;
    bool several; /* others have the same rank */
};

static void offer(struct best *best, const struct image_entry *entry)
{
    if (best->entry && rank(entry) <= rank(best->entry)) {
        best->several |= rank(entry) == rank(best->entry);
        return;
    }
    *best = (struct best){.entry = entry};
}

/* The virtual architecture that machine code was compiled from; 0 if it can't be read. Cubins that
 * do not tell were compiled from their own. */
static unsigned virtual_arch(const struct image_entry *entry)
{
    char *bytes;
    size_t size_bytes;
    struct elf elf;
    unsigned arch = 0;

    if (image_entry_unpack(entry, &bytes, &size_bytes) != 0)
        return 0;
    if (elf_open(bytes, size_bytes, &elf) == 0 && cubin_check(&elf)) {
        arch = cubin_virtual_arch(&elf);
        if (arch == 0)
            arch = entry->arch;
    }
    free(bytes);
    return arch;
}

/* The PTX that machine code came from: of the same virtual architecture, and as specific. A damaged
 * image may name one that is too new for the device. */
static void offer_origins(const struct image *image, const struct image_entry *machine_code,
                          unsigned cc, struct best *ptx)
{
    unsigned arch = virtual_arch(machine_code);

    for (size_t i = 0; i < image->n_entries; i++) {
        const struct image_entry *entry = &image->entries[i];
        if (entry->kind == IMAGE_PTX && entry->fatbin == machine_code->fatbin &&
            entry->arch == arch && entry->variant == machine_code->variant &&
            ptx_compiles(entry, cc))
            offer(ptx, entry);
    }
}

static void offer_machine_code(const struct image *image, unsigned fatbin, unsigned cc,
                               struct best *best)
{
    for (size_t i = 0; i < image->n_entries; i++) {
        const struct image_entry *entry = &image->entries[i];
        if (entry->fatbin == fatbin && entry->kind == IMAGE_ELF && machine_code_runs(entry, cc))
            offer(best, entry);
    }
}

/* Returns why there is none, if there is none. */
static const char *offer_ptx(const struct image *image, unsigned fatbin, unsigned cc,
                             struct best *best)
{
    const char *missing = "no PTX in the image";

    for (size_t i = 0; i < image->n_entries; i++) {
        const struct image_entry *entry = &image->entries[i];
        if (entry->fatbin != fatbin || entry->kind != IMAGE_PTX)
            continue;
        missing = "no PTX for this device in the image";
        if (ptx_compiles(entry, cc))
            offer(best, entry);
    }
    return missing;
}

const struct image_entry *image_pick_machine_code(const struct image *image, unsigned fatbin,
                                                  unsigned cc)
{
    struct best best = {0};

    offer_machine_code(image, fatbin, cc, &best);
    return best.entry;
}

void image_pick(const struct image *image, unsigned fatbin, unsigned cc,
                const struct image_entry **ret_ptx, const char **ret_reason)
{
    struct best machine_code = {0}, ptx = {0};

    offer_machine_code(image, fatbin, cc, &machine_code);
    const char *missing = offer_ptx(image, fatbin, cc, &ptx);
    if (ptx.entry && machine_code.entry) {
        ptx = (struct best){0};
        offer_origins(image, machine_code.entry, cc, &ptx);
        missing = "its machine code came from other PTX than the image has";
    }
    *ret_ptx = NULL;
    *ret_reason = NULL;
    if (!ptx.entry)
        *ret_reason = missing;
    else if (ptx.several || machine_code.several)
        *ret_reason = "several codes for one architecture in the image";
    else
        *ret_ptx = ptx.entry;
}

size_t image_pick_all(const struct image *image, unsigned cc, const struct image_entry **ret_ptx,
                      const char **ret_reason)
{
    unsigned first = image->n_fatbins > 1, n = 0;

    for (unsigned i = first; i < image->n_fatbins; i++) {
        image_pick(image, i, cc, &ret_ptx[n], ret_reason);
        if (!ret_ptx[n++])
            return 0;
    }
    return n;
}

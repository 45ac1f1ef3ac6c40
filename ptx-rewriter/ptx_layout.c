/* SPDX-License-Identifier: MIT
 *
 * ptx_layout.c - the rules of ptxas 13.0, checked against the parameter records in its machine
 * code.
 */
#include "ptx-rewriter/ptx_layout.h"

/* Where the block begins in the constant bank (EIATTR_PARAM_CBANK), by ranges of architectures. */
static bool find_base(unsigned arch, uint32_t *ret_base)
{
    static const struct {
        unsigned first, last;
        uint32_t base;
    } bases[] = {{50, 69, 0x140}, {70, 89, 0x160}, {90, 99, 0x210}, {100, 129, 0x380}};

    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        if (arch >= bases[i].first && arch <= bases[i].last) {
            *ret_base = bases[i].base;
            return true;
        }
    }
    return false;
}

bool ptx_lay_out(const struct ptx_module *module, const struct ptx_function *function,
                 unsigned arch, struct ptx_param *ret_params, uint32_t *ret_bytes)
{
    uint32_t base = 0, end = 0;
    bool is_known = find_base(arch, &base);

    *ret_bytes = 0;
    for (uint32_t i = 0; i < function->n_parameters; i++) {
        const struct ptx_parameter *parameter =
            &module->parameters.items[function->first_parameter + i];
        uint32_t align = parameter->align_bytes;
        if (!parameter->size_bytes || align > 4096 || (align & (align - 1)) ||
            (align > 16 && !is_known))
            return false;
        end = ((base + end + align - 1) & ~(align - 1)) - base;
        ret_params[i] = (struct ptx_param){end, parameter->size_bytes};
        end += parameter->size_bytes;
        if (end > INT32_MAX / 2)
            return false;
        *ret_bytes = end;
    }
    return true;
}

uint32_t ptx_layout_room(unsigned version, unsigned arch)
{
    return version >= 81 && arch >= 70 ? 32764 : 4352;
}

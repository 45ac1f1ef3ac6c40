/* SPDX-License-Identifier: MIT
 *
 * name.h - the names a kernel has besides its mangled one, for rules and reports.
 *
 * Reads the part of the Itanium C++ ABI's name mangling that kernels use (nested names, templates
 * over types and constants, substitutions, parameters); what it can't read just has fewer names.
 * Pure, no allocation; bounded in time and depth whatever the bytes. Any thread.
 */
#ifndef SLICER_NAME_H
#define SLICER_NAME_H

/* For _ZN2la4gemmIfLi8EEEvPT_: */
struct kernel_name {
    char full[1024];  /* "la::gemm<float, 8>(float*)": no return type; "" if it can't be read */
    char scoped[512]; /* "la::gemm<float, 8>"; the mangled name if it can't be read */
    char plain[256];  /* "gemm"; the mangled name if it can't be read */
};

/* A name that is not mangled is all three. Texts too long for their place are cut. */
void kernel_name_read(const char *mangled, struct kernel_name *ret_name);

#endif

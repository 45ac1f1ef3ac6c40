/* SPDX-License-Identifier: MIT
 *
 * doors_entry.S - the exported dlsym and dlvsym.
 *
 * The real functions look at their return address to learn who asks (RTLD_NEXT, RTLD_DEFAULT,
 * namespaces), so they must be reached by a jump, with stack and argument registers as they came.
 * doors_dlsym.c decides; it returns an address and whether to return it (1) or to jump to it (0).
 */

#if defined(__x86_64__)

.macro entry name decide
    .globl \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
    endbr64
    push %rdi
    .cfi_adjust_cfa_offset 8
    push %rsi
    .cfi_adjust_cfa_offset 8
    push %rdx /* the third keeps the stack aligned to 16 bytes */
    .cfi_adjust_cfa_offset 8
    call \decide
    test %rdx, %rdx
    pop %rdx
    .cfi_adjust_cfa_offset -8
    pop %rsi
    .cfi_adjust_cfa_offset -8
    pop %rdi
    .cfi_adjust_cfa_offset -8
    jz 1f
    ret
1:  jmp *%rax
    .cfi_endproc
    .size \name, . - \name
.endm

#elif defined(__aarch64__)

.macro entry name decide
    .globl \name
    .type \name, %function
    .p2align 4
\name:
    .cfi_startproc
    hint #34 /* bti c */
    stp x29, x30, [sp, #-48]!
    .cfi_def_cfa_offset 48
    .cfi_offset x29, -48
    .cfi_offset x30, -40
    mov x29, sp
    stp x0, x1, [sp, #16]
    str x2, [sp, #32]
    bl \decide
    cbz x1, 1f
    ldp x29, x30, [sp], #48
    ret
1:  mov x16, x0 /* with x16 or x17 a jump may enter a function under branch protection */
    ldp x0, x1, [sp, #16]
    ldr x2, [sp, #32]
    ldp x29, x30, [sp], #48
    br x16
    .cfi_endproc
    .size \name, . - \name
.endm

#else
#error "doors_entry.S: no entry for this processor"
#endif

    .text
    entry dlsym, doors_dlsym
    entry dlvsym, doors_dlvsym

    .section .note.GNU-stack, "", %progbits

/* SPDX-License-Identifier: MIT
 *
 * doors_untyped.S - functions for calls whose parameters this build does not know.
 *
 * Each puts the address of the pointer to the driver's function into a scratch register; what follows
 * is common: save every register that may hold an argument, ask doors_untyped_enter where to go,
 * restore, jump. One for each DRIVER_NEWER row, exported under its name, and DOORS_ADOPTED more.
 */
#include "shim/doors_untyped.h"

#define CUDA_VERSION SHIM_HEADERS_VERSION /* as in cuda.h, which is not for the assembler */

#if defined(__x86_64__)

/* A function that leads to the pointer at `table` + 8 * `number`. */
.macro function table number
    endbr64
    lea \table + 8 * \number(%rip), %r11
    jmp forward
.endm

    .text
    .type forward, @function
    .p2align 4
forward:
    .cfi_startproc
    sub $184, %rsp /* and the return address: a multiple of 16 */
    .cfi_adjust_cfa_offset 184
    mov %rdi, (%rsp)
    mov %rsi, 8(%rsp)
    mov %rdx, 16(%rsp)
    mov %rcx, 24(%rsp)
    mov %r8, 32(%rsp)
    mov %r9, 40(%rsp)
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7
    movups %xmm\i, 48 + 16 * \i(%rsp)
    .endr
    mov %r11, %rdi
    call doors_untyped_enter
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7
    movups 48 + 16 * \i(%rsp), %xmm\i
    .endr
    mov (%rsp), %rdi
    mov 8(%rsp), %rsi
    mov 16(%rsp), %rdx
    mov 24(%rsp), %rcx
    mov 32(%rsp), %r8
    mov 40(%rsp), %r9
    add $184, %rsp
    .cfi_adjust_cfa_offset -184
    jmp *%rax
    .cfi_endproc
    .size forward, . - forward

#elif defined(__aarch64__)

.macro function table number
    hint #34 /* bti c */
    adrp x16, \table + 8 * \number
    add x16, x16, :lo12:\table + 8 * \number
    b forward
.endm

    .text
    .type forward, %function
    .p2align 4
forward:
    .cfi_startproc
    stp x29, x30, [sp, #-224]!
    .cfi_def_cfa_offset 224
    .cfi_offset x29, -224
    .cfi_offset x30, -216
    mov x29, sp
    stp x0, x1, [sp, #16]
    stp x2, x3, [sp, #32]
    stp x4, x5, [sp, #48]
    stp x6, x7, [sp, #64]
    str x8, [sp, #80]
    stp q0, q1, [sp, #96]
    stp q2, q3, [sp, #128]
    stp q4, q5, [sp, #160]
    stp q6, q7, [sp, #192]
    mov x0, x16
    bl doors_untyped_enter
    mov x16, x0
    ldp x0, x1, [sp, #16]
    ldp x2, x3, [sp, #32]
    ldp x4, x5, [sp, #48]
    ldp x6, x7, [sp, #64]
    ldr x8, [sp, #80]
    ldp q0, q1, [sp, #96]
    ldp q2, q3, [sp, #128]
    ldp q4, q5, [sp, #160]
    ldp q6, q7, [sp, #192]
    ldp x29, x30, [sp], #224
    br x16
    .cfi_endproc
    .size forward, . - forward

#else
#error "doors_untyped.S: no code for this processor"
#endif

/* The pointers are the first member of `driver`, in the order of the table. */
    .set row, 0
.macro newer symbol
    .globl \symbol
    .type \symbol, %function
    .p2align 4
\symbol:
    function driver, row
    .size \symbol, . - \symbol
    .set row, row + 1
.endm

    .hidden driver
#define DRIVER_NEWER(symbol, ...) newer symbol
#include "shim/driver_table.inc"

    .hidden doors_adopted
    .hidden doors_adopted_code
    .globl doors_adopted_code
    .type doors_adopted_code, %object
    .p2align 5
doors_adopted_code:
    .set slot, 0
    .rept DOORS_ADOPTED
    .p2align 5
    function doors_adopted, slot
    .set slot, slot + 1
    .endr
    .p2align 5
    .size doors_adopted_code, . - doors_adopted_code

    .section .note.GNU-stack, "", %progbits

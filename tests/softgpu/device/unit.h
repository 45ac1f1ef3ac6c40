/* SPDX-License-Identifier: MIT
 *
 * unit.h - what CMocka wants included before it, and CMocka.
 */
#ifndef TESTS_SOFTGPU_DEVICE_UNIT_H
#define TESTS_SOFTGPU_DEVICE_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif

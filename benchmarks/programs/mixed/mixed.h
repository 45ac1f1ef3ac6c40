/* SPDX-License-Identifier: MIT
 *
 * mixed.h - the six workloads of the mixed set. Each is an application whose launch() is a sequence
 * of different kernels. All grow linearly with scale; 1 is a few blocks a kernel.
 */
#ifndef BENCHMARKS_MIXED_H
#define BENCHMARKS_MIXED_H

#include "../application.cuh"
#include <memory>

std::unique_ptr<application> mixed_image(int scale);
std::unique_ptr<application> mixed_reduction(int scale);
std::unique_ptr<application> mixed_stencil(int scale);
std::unique_ptr<application> mixed_sort(int scale);
std::unique_ptr<application> mixed_spmv(int scale);
std::unique_ptr<application> mixed_batched(int scale);

#endif

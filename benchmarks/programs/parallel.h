/* SPDX-License-Identifier: MIT
 *
 * parallel.h - the host's share of large inputs, filling and checking, by all its cores. C++.
 */
#ifndef BENCHMARKS_PARALLEL_H
#define BENCHMARKS_PARALLEL_H

#include "data.h"
#include <thread>
#include <vector>

/* Calls work(first, last) for parts that together are 0 to n - 1; a part has least items unless it
 * is all there is. Ends when all have. */
template <typename Work> void parallel_for(size_t n, size_t least, const Work &work)
{
    const size_t cores = std::thread::hardware_concurrency();
    const size_t parts = n / least < cores ? n / least : cores;
    std::vector<std::thread> others;

    for (size_t i = 1; i < parts; i++)
        others.emplace_back(work, n * i / parts, n * (i + 1) / parts);
    work(0, parts > 1 ? n / parts : n);
    for (std::thread &other : others)
        other.join();
}

/* As data_fill. */
static inline void parallel_fill(float *values, size_t n, uint32_t seed, float scale)
{
    parallel_for(n, 1 << 20, [=](size_t first, size_t last) {
        for (size_t i = first; i < last; i++)
            values[i] = data_float((uint32_t)i, seed, scale);
    });
}

#endif

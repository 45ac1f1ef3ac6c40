/* SPDX-License-Identifier: MIT
 *
 * expect.h - for programs that know their own answer: expectations against plain C, counted.
 *
 * main ends with `return finish();`, which prints "ok" or how many expectations failed.
 */
#ifndef TESTS_SOFTGPU_EXPECT_H
#define TESTS_SOFTGPU_EXPECT_H

#include <math.h>

#include "check.h"

static int failures;

#define EXPECT(condition) expect((condition), #condition, __FILE__, __LINE__)

static inline void expect(int good, const char *text, const char *file, int line)
{
    if (good)
        return;
    if (failures++ < 10)
        printf("%s:%d: not so: %s\n", file, line, text);
}

/* got and wanted differ by no more than relative * |wanted|, or are the same kind of nothing. */
static inline int is_near(double got, double wanted, double relative)
{
    if (isnan(wanted) || isinf(wanted))
        return isnan(wanted) ? isnan(got) : got == wanted;
    return fabs(got - wanted) <= relative * fabs(wanted) + 1e-300;
}

static inline int finish(void)
{
    if (failures)
        printf("%d expectations failed\n", failures);
    else
        printf("ok\n");
    return failures != 0;
}

#ifdef __CUDACC__
template <typename T> static T *to_device(const T *host, size_t n)
{
    T *device = device_alloc<T>(n);

    CHECK(cudaMemcpy(device, host, n * sizeof(T), cudaMemcpyHostToDevice));
    return device;
}

template <typename T> static void to_host(T *host, const T *device, size_t n)
{
    CHECK(cudaMemcpy(host, device, n * sizeof(T), cudaMemcpyDeviceToHost));
}
#endif

#endif

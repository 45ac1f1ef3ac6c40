// SPDX-License-Identifier: MIT
//
// Virtual time has waves: a grid of whole waves costs as much as its slices, slices below a wave
// cost dearly.
//
// env: SLIVER_SOFTGPU=clock=virtual,sms=4
// preload: no the cost of slices is what is measured
#include "ptx.h"

static float time_of(CUfunction work, unsigned slice)
{
    CUevent begin, end;
    unsigned n = 300;
    void *params[] = {&n};
    float ms;

    CHECK(cuEventCreate(&begin, 0));
    CHECK(cuEventCreate(&end, 0));
    CHECK(cuEventRecord(begin, NULL));
    for (unsigned done = 0; done < 1024; done += slice)
        CHECK(cuLaunchKernel(work, slice, 1, 1, 128, 1, 1, 0, NULL, params, NULL));
    CHECK(cuEventRecord(end, NULL));
    CHECK(cuEventSynchronize(end));
    CHECK(cuEventElapsedTime(&ms, begin, end));
    return ms;
}

int main(void)
{
    CUfunction work;
    float whole;

    make_context();
    work = load(ptx_work, "work");
    whole = time_of(work, 1024);
    EXPECT(time_of(work, 64) < whole * 1.2f);
    EXPECT(time_of(work, 4) > whole * 3);
    EXPECT(time_of(work, 1) > whole * 10);
    return finish();
}

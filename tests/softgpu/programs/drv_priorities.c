// SPDX-License-Identifier: MIT
//
// The order of blocks: kernels in the order of their turns, priorities first, and no overtaking of
// a kernel that waits for room by a smaller one behind it. In virtual time.
//
// env: SLIVER_SOFTGPU=clock=virtual,sms=1,cc=75
// preload: no it is the device's own order that is looked at
#include "ptx.h"

static CUevent record(CUstream stream)
{
    CUevent event;

    CHECK(cuEventCreate(&event, 0));
    CHECK(cuEventRecord(event, stream));
    return event;
}

static float between(CUevent a, CUevent b)
{
    float ms;

    CHECK(cuEventElapsedTime(&ms, a, b));
    return ms;
}

static CUfunction work;

static void launch(CUstream stream, unsigned blocks, unsigned threads, unsigned n)
{
    void *params[] = {&n};

    CHECK(cuLaunchKernel(work, blocks, 1, 1, threads, 1, 1, 0, stream, params, NULL));
}

int main(void)
{
    CUstream low[3], high;
    CUevent begin, done[4];
    int least, greatest;

    make_context();
    work = load(ptx_work, "work");
    CHECK(cuCtxGetStreamPriorityRange(&least, &greatest));
    EXPECT(greatest < least);
    for (int i = 0; i < 3; i++)
        CHECK(cuStreamCreateWithPriority(&low[i], CU_STREAM_NON_BLOCKING, least));
    CHECK(cuStreamCreateWithPriority(&high, CU_STREAM_NON_BLOCKING, greatest));
    begin = record(low[0]);

    /* Ten waves of one block each; the urgent kernel comes at the next free place. */
    launch(low[0], 10, 1024, 400);
    done[0] = record(low[0]);
    launch(low[1], 10, 1024, 400);
    done[1] = record(low[1]);
    launch(high, 1, 1024, 400);
    done[2] = record(high);
    CHECK(cuCtxSynchronize());
    EXPECT(between(done[2], done[0]) > 0 && between(done[0], done[1]) > 0);
    EXPECT(between(begin, done[2]) < between(begin, done[0]) / 4);
    EXPECT(between(begin, done[1]) > between(begin, done[0]) * 1.7f);

    /* 512 threads run, a block of 1024 waits for room, one of 32 behind it would fit but must not
     * pass. */
    begin = record(low[0]);
    launch(low[0], 1, 512, 2000);
    done[0] = record(low[0]);
    launch(low[1], 1, 1024, 10);
    done[1] = record(low[1]);
    launch(low[2], 1, 32, 10);
    done[2] = record(low[2]);
    CHECK(cuCtxSynchronize());
    EXPECT(between(done[0], done[1]) > 0 && between(done[0], done[2]) > 0);

    /* What fits goes side by side. */
    begin = record(low[0]);
    launch(low[0], 1, 256, 2000);
    done[0] = record(low[0]);
    launch(low[1], 1, 256, 10);
    done[1] = record(low[1]);
    CHECK(cuCtxSynchronize());
    EXPECT(between(done[1], done[0]) > 0);
    return finish();
}

// SPDX-License-Identifier: MIT
//
// Streams that wait for words and write them: all comparisons, both widths, batches, between
// streams.
#include "ptx.h"

enum { N = 64 };

static int done_soon(CUstream stream)
{
    for (int i = 0; i < 20000; i++)
        if (cuStreamQuery(stream) == CUDA_SUCCESS)
            return 1;
    return 0;
}

static void check_wait(CUstream stream, volatile uint32_t *word, uint32_t before, uint32_t value,
                       unsigned flags, uint32_t after)
{
    __atomic_store_n(word, before, __ATOMIC_RELEASE);
    CHECK(cuStreamWaitValue32(stream, (CUdeviceptr)(uintptr_t)word, value, flags));
    for (int i = 0; i < 50; i++)
        EXPECT(cuStreamQuery(stream) == CUDA_ERROR_NOT_READY);
    __atomic_store_n(word, after, __ATOMIC_RELEASE);
    EXPECT(done_soon(stream) || !cuStreamSynchronize(stream));
}

int main(void)
{
    CUstreamBatchMemOpParams batch[2] = {{0}};
    unsigned got[N], wanted = 0;
    volatile uint32_t *words;
    CUdeviceptr v, w;
    CUfunction step;
    CUstream a, b;

    make_context();
    step = load(ptx_step, "step");
    CHECK(cuStreamCreate(&a, CU_STREAM_NON_BLOCKING));
    CHECK(cuStreamCreate(&b, CU_STREAM_NON_BLOCKING));
    CHECK(cuMemHostAlloc((void **)&words, 4096, 0));
    memset((void *)words, 0, 4096);
    w = (CUdeviceptr)(uintptr_t)words;
    check_wait(a, words, 4, 5, CU_STREAM_WAIT_VALUE_GEQ, 6);
    check_wait(a, words, 0xfffffff0u, 3, CU_STREAM_WAIT_VALUE_GEQ, 4);
    check_wait(a, words, 4, 5, CU_STREAM_WAIT_VALUE_EQ, 5);
    check_wait(a, words, 8, 5, CU_STREAM_WAIT_VALUE_AND, 12);
    check_wait(a, words, ~0u, 5, CU_STREAM_WAIT_VALUE_NOR, ~8u);
    CHECK(cuMemAlloc(&v, N * 4));
    CHECK(cuMemsetD32(v, 0, N));
    CHECK(cuCtxSynchronize());
    words[0] = 0;
    for (unsigned r = 1; r <= 10; r++) {
        launch_step(step, v, N, r, a);
        CHECK(cuStreamWriteValue32(a, w, 2 * r - 1, 0));
        CHECK(cuStreamWaitValue32(b, w, 2 * r - 1, CU_STREAM_WAIT_VALUE_EQ));
        launch_step(step, v, N, r + 100, b);
        CHECK(cuStreamWriteValue32(b, w, 2 * r, 0));
        CHECK(cuStreamWaitValue32(a, w, 2 * r, CU_STREAM_WAIT_VALUE_GEQ));
        wanted = (wanted * 3 + r) * 3 + r + 100;
    }
    CHECK(cuStreamSynchronize(a));
    CHECK(cuMemcpyDtoH(got, v, sizeof(got)));
    for (int i = 0; i < N; i++)
        EXPECT(got[i] == wanted);
    CHECK(cuStreamWriteValue64(a, w + 8, 0x123456789abcdefull, 0));
    CHECK(cuStreamWaitValue64(b, w + 8, 0x123456789abcdefull, CU_STREAM_WAIT_VALUE_EQ));
    batch[0].operation = CU_STREAM_MEM_OP_WAIT_VALUE_32;
    batch[0].waitValue.address = w;
    batch[0].waitValue.value = 1;
    batch[1].operation = CU_STREAM_MEM_OP_WRITE_VALUE_32;
    batch[1].writeValue.address = w + 16;
    batch[1].writeValue.value = 31;
    CHECK(cuStreamBatchMemOp(b, 2, batch, 0));
    CHECK(cuStreamSynchronize(b));
    EXPECT(words[4] == 31);
    EXPECT(cuStreamWaitValue32(a, w + 2, 1, 0) == CUDA_ERROR_INVALID_VALUE);
    EXPECT(cuStreamWriteValue32(a, 0x1000, 1, 0) == CUDA_ERROR_INVALID_VALUE);
    return finish();
}

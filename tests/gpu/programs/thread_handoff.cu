// SPDX-License-Identifier: MIT
//
// Threads that hand work to one another by events: one records, the other makes its stream wait, in
// a ring of four; the same event is recorded anew every round, by a thread that did not create it.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *pass_on*
#include "check.h"
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

enum { THREADS = 4, ROUNDS = 6, BLOCKS = 160, BLOCK = 64, N = BLOCKS * BLOCK };

static std::mutex lock;
static std::condition_variable changed;
static unsigned turn;
static cudaEvent_t events[THREADS];
static uint32_t *buffers[THREADS];

__global__ void pass_on(uint32_t *to, const uint32_t *from, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = from[(i + N / 2 + 9) % N];

    for (int k = 0; k < 500; k++)
        x = mix32(x + salt);
    to[i] += x + blockIdx.x;
}

static void work(unsigned id)
{
    const unsigned before = (id + THREADS - 1) % THREADS;
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, id % 2 ? cudaStreamNonBlocking : cudaStreamDefault));
    for (unsigned r = 0; r < ROUNDS; r++) {
        std::unique_lock<std::mutex> held(lock);
        changed.wait(held, [&] { return turn == r * THREADS + id; });
        CHECK(cudaStreamWaitEvent(stream, events[before], 0));
        pass_on<<<BLOCKS, BLOCK, 0, stream>>>(buffers[id], buffers[before], r * 10 + id);
        CHECK(cudaEventRecord(events[id], stream));
        turn++;
        changed.notify_all();
    }
    CHECK(cudaStreamSynchronize(stream));
}

int main()
{
    std::vector<std::thread> threads;

    for (uint32_t t = 0; t < THREADS; t++) {
        CHECK(cudaEventCreateWithFlags(&events[t], cudaEventDisableTiming));
        buffers[t] = device_words(N, t);
    }
    for (unsigned t = 0; t < THREADS; t++)
        threads.emplace_back(work, t);
    for (std::thread &thread : threads)
        thread.join();
    for (uint32_t *buffer : buffers)
        show_device("buffer", buffer, N * 4);
    return 0;
}

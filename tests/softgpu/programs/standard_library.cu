// SPDX-License-Identifier: MIT
//
// libcu++: atomics of all widths, barriers, pipelines, semaphores, latches, complex numbers, access
// properties and the other hints to caches.
//
// flags: -arch=compute_90
// flags: -diag-suppress 20054
#include <cooperative_groups.h>
#include <cuda/annotated_ptr>
#include <cuda/atomic>
#include <cuda/barrier>
#include <cuda/latch>
#include <cuda/pipeline>
#include <cuda/semaphore>
#include <cuda/std/complex>

#include "expect.h"

namespace cg = cooperative_groups;

enum { B = 128, BLOCKS = 2, STAGES = 8 };

struct counters {
    cuda::atomic<int, cuda::thread_scope_system> sum;
    cuda::atomic<unsigned long long, cuda::thread_scope_device> most;
    cuda::atomic<float, cuda::thread_scope_device> real;
    cuda::atomic<double, cuda::thread_scope_device> wide;
    cuda::atomic<unsigned char, cuda::thread_scope_device> byte;
    cuda::atomic<short, cuda::thread_scope_device> half;
};

__global__ void count(counters *counted, int *plain, unsigned __int128 *pairs)
{
    counters &c = *counted;
    cuda::atomic_ref<int, cuda::thread_scope_device> ref(*plain);
    unsigned __int128 old, now = *pairs;
    int seen = ref.load();

    c.sum.fetch_add(1, cuda::memory_order_relaxed);
    c.most.fetch_max(blockIdx.x * B + threadIdx.x);
    c.real.fetch_add(1.f);
    c.wide.fetch_add(.5);
    c.byte.fetch_add(1);
    c.half.fetch_xor(1 << threadIdx.x % 15);
    while (!ref.compare_exchange_weak(seen, seen + 2))
        ;
    cuda::atomic_thread_fence(cuda::memory_order_seq_cst, cuda::thread_scope_device);
    do {
        old = now;
        now = atomicCAS(pairs, old, old + (((unsigned __int128)1 << 64) | 3));
    } while (now != old);
}

__global__ void rounds(int *out, const int *in)
{
    __shared__ cuda::barrier<cuda::thread_scope_block> barrier;
    __shared__ __align__(16) int stage[B];
    cg::thread_block block = cg::this_thread_block();
    int i = threadIdx.x;

    if (i == 0)
        init(&barrier, B);
    __syncthreads();
    for (int round = 0; round < 5; round++) {
        stage[i] = round + i;
        barrier.wait(barrier.arrive());
        out[i] = stage[B - 1 - i];
        barrier.arrive_and_wait();
    }
    cuda::memcpy_async(stage + i, in + i, sizeof(int), barrier);
    barrier.arrive_and_wait();
    out[B + i] = stage[(i + 1) % B];
    barrier.arrive_and_wait();
    cuda::memcpy_async(block, stage, in + B, cuda::aligned_size_t<16>(sizeof(stage)), barrier);
    barrier.arrive_and_wait();
    out[2 * B + i] = stage[(i + 2) % B];
}

__global__ void pipelined(int *out, const int *in)
{
    __shared__ cuda::pipeline_shared_state<cuda::thread_scope_block, 2> state, roles;
    __shared__ __align__(16) int buffer[2][B];
    cg::thread_block block = cg::this_thread_block();
    auto pipe = cuda::make_pipeline(block, &state);
    int i = threadIdx.x, sum = 0;

    for (int stage = 0; stage <= STAGES; stage++) {
        if (stage < STAGES) {
            pipe.producer_acquire();
            cuda::memcpy_async(block, buffer[stage % 2], in + stage * B,
                               cuda::aligned_size_t<16>(B * sizeof(int)), pipe);
            pipe.producer_commit();
        }
        if (stage > 0) {
            pipe.consumer_wait();
            sum += buffer[(stage - 1) % 2][(i + stage) % B];
            pipe.consumer_release();
        }
    }
    out[i] = sum;
    block.sync();
    sum = 0;
    auto role = i < 32 ? cuda::pipeline_role::producer : cuda::pipeline_role::consumer;
    auto split = cuda::make_pipeline(block, &roles, role);
    for (int stage = 0; stage < STAGES; stage++) {
        if (i < 32) {
            split.producer_acquire();
            for (int j = i; j < B; j += 32)
                cuda::memcpy_async(&buffer[stage % 2][j], in + stage * B + j, sizeof(int), split);
            split.producer_commit();
        } else {
            split.consumer_wait();
            sum += buffer[stage % 2][i];
            split.consumer_release();
        }
    }
    out[B + i] = sum;
}

__global__ void others(int *out, int *in)
{
    using semaphore = cuda::counting_semaphore<cuda::thread_scope_block>;
    using latch = cuda::latch<cuda::thread_scope_block>;
    __shared__ alignas(semaphore) char semaphore_memory[sizeof(semaphore)];
    __shared__ alignas(latch) char latch_memory[sizeof(latch)];
    semaphore &rooms = *reinterpret_cast<semaphore *>(semaphore_memory);
    latch &gate = *reinterpret_cast<latch *>(latch_memory);
    int i = threadIdx.x;

    if (i == 0) {
        new (&rooms) semaphore(3);
        new (&gate) latch(B);
        out[B] = 0;
    }
    __syncthreads();
    rooms.acquire();
    out[B] = out[B] < 3 ? out[B] : -1;
    rooms.release();
    gate.arrive_and_wait();
    cuda::std::complex<float> z(1, (float)i);
    z = z * z / cuda::std::complex<float>(0, 1);
    cuda::annotated_ptr<int, cuda::access_property::persisting> kept(in);
    cuda::annotated_ptr<int, cuda::access_property> passed(
        in, cuda::access_property(cuda::access_property::streaming{}, 0.5));
    cuda::apply_access_property(in, 512, cuda::access_property::persisting{});
    asm volatile("prefetch.global.L2::evict_last [%0];" ::"l"(in));
    asm volatile("applypriority.global.L2::evict_normal [%0], 128;" ::"l"(in));
    asm volatile("pmevent 3;");
    out[i] = (int)z.real() + kept[i] - passed[i] + __ldcs(in + i) - __ldcg(in + i);
}

int main()
{
    static int in[STAGES * B], out[3 * B];
    unsigned long long zero[2] = {0, 0}, pairs[2];
    int total = 0, n = B * BLOCKS;

    for (int i = 0; i < STAGES * B; i++)
        in[i] = (int)(mix32(i) % 1000);
    int *d = to_device(out, 3 * B), *from = to_device(in, STAGES * B),
        *plain = to_device(&total, 1);
    alignas(counters) char bytes[sizeof(counters)] = {0};
    counters *counted = reinterpret_cast<counters *>(to_device(bytes, sizeof(counters)));
    unsigned long long *d_pairs = to_device(zero, 2);
    count<<<BLOCKS, B>>>(counted, plain, (unsigned __int128 *)d_pairs);
    to_host(&total, plain, 1);
    to_host(pairs, d_pairs, 2);
    EXPECT(total == 2 * n && pairs[0] == 3ull * n && pairs[1] == (unsigned long long)n);
    to_host(bytes, (char *)counted, sizeof(counters));
    counters *c = reinterpret_cast<counters *>(bytes);
    EXPECT(c->sum.load() == n && c->most.load() == (unsigned long long)n - 1);
    EXPECT(c->real.load() == (float)n && c->wide.load() == n * .5);
    EXPECT(c->byte.load() == (unsigned char)n);

    rounds<<<1, B>>>(d, from);
    to_host(out, d, 3 * B);
    for (int i = 0; i < B; i++) {
        EXPECT(out[i] == 4 + B - 1 - i && out[B + i] == in[(i + 1) % B]);
        EXPECT(out[2 * B + i] == in[B + (i + 2) % B]);
    }
    pipelined<<<1, B>>>(d, from);
    to_host(out, d, 2 * B);
    for (int i = 0; i < B; i++) {
        int rotated = 0, straight = 0;
        for (int stage = 0; stage < STAGES; stage++) {
            rotated += in[stage * B + (i + stage + 1) % B];
            straight += i < 32 ? 0 : in[stage * B + i];
        }
        EXPECT(out[i] == rotated && out[B + i] == straight);
    }
    others<<<1, B>>>(d, from);
    to_host(out, d, B + 1);
    for (int i = 0; i < B; i++)
        EXPECT(out[i] == 2 * i);
    EXPECT(out[B] == 0);
    return finish();
}

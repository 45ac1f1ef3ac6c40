// SPDX-License-Identifier: MIT
//
// Eight pthreads, all on the legacy default stream, on buffers of their own; then a chain in which
// each thread's launch reads what the one before it launched, ordered by the stream alone.
// build: $NVCC -arch=sm_90 $IN -o $BIN -lpthread
// expect-sliced: *advance*
#include "check.h"
#include <pthread.h>

enum { THREADS = 8, N = 20000, BLOCK = 128 };

static uint32_t *buffers[THREADS], *chain;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static int turn;

__global__ void advance(uint32_t *v, unsigned n, uint32_t salt)
{
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < n)
        v[i] = mix32(v[i] * 3 + salt) + blockIdx.x * gridDim.x;
}

// Reads a neighbour of another block, so the launch before must be complete.
__global__ void shift(uint32_t *to, const uint32_t *from, unsigned n, uint32_t salt)
{
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < n)
        to[i] = mix32(from[(i + n / 2 + 1) % n] + salt) + blockIdx.x;
}

static void *work(void *arg)
{
    const int id = (int)(intptr_t)arg;
    const unsigned blocks = (N + BLOCK - 1) / BLOCK;

    for (uint32_t k = 0; k < 6; k++)
        advance<<<blocks, BLOCK>>>(buffers[id], N, k + (uint32_t)id);
    pthread_mutex_lock(&lock);
    while (turn != id)
        pthread_cond_wait(&turn_changed, &lock);
    for (int half = 0; half < 2; half++)
        shift<<<blocks, BLOCK>>>(chain + !half * N, chain + half * N, N, (uint32_t)id);
    turn++;
    pthread_cond_broadcast(&turn_changed);
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main()
{
    pthread_t threads[THREADS];

    for (uint32_t t = 0; t < THREADS; t++)
        buffers[t] = device_words(N, t);
    chain = device_words(2 * N, 99);
    for (intptr_t t = 0; t < THREADS; t++)
        pthread_create(&threads[t], NULL, work, (void *)t);
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    for (int t = 0; t < THREADS; t++)
        show_device("buffer", buffers[t], N * 4);
    show_device("chain", chain, 2 * N * 4);
    return 0;
}

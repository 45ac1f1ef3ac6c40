/* SPDX-License-Identifier: MIT
 *
 * sort.cu - bitonic sort of a power of two of keys: steps within a tile in shared memory, wider
 * ones a launch each.
 */
#include "mixed.h"

enum { KEYS_PER_SCALE = 4096, TILE_KEYS = 1024, TILE_THREADS = TILE_KEYS / 2 };

/* Puts keys[i] and keys[i + stride] in order; a run of size keys ascends if its number is even. */
__device__ static inline void sort_pair(uint32_t *keys, unsigned i, unsigned stride, bool ascends)
{
    const uint32_t a = keys[i], b = keys[i + stride];

    if ((a > b) == ascends) {
        keys[i] = b;
        keys[i + stride] = a;
    }
}

/* What is left to do within a tile to make runs of first_size to last_size keys, which may be
 * larger than a tile: the steps of at most half a tile. */
__global__ static void sort_tile(uint32_t *keys, unsigned first_size, unsigned last_size)
{
    __shared__ uint32_t tile[TILE_KEYS];
    const unsigned t = threadIdx.x, base = blockIdx.x * TILE_KEYS;

    tile[t] = keys[base + t];
    tile[t + TILE_THREADS] = keys[base + t + TILE_THREADS];
    for (unsigned size = first_size; size <= last_size; size *= 2)
        for (unsigned stride = min(size / 2, TILE_THREADS); stride > 0; stride /= 2) {
            const unsigned i = 2 * t - (t & (stride - 1));
            __syncthreads();
            sort_pair(tile, i, stride, ((base + i) & size) == 0);
        }
    __syncthreads();
    keys[base + t] = tile[t];
    keys[base + t + TILE_THREADS] = tile[t + TILE_THREADS];
}

__global__ static void sort_step(uint32_t *keys, unsigned size, unsigned stride)
{
    const unsigned t = blockIdx.x * TILE_THREADS + threadIdx.x, i = 2 * t - (t & (stride - 1));

    sort_pair(keys, i, stride, (i & size) == 0);
}

namespace
{
struct sort_application : application {
    buffer<uint32_t> keys;

    static size_t count(int scale)
    {
        size_t n = KEYS_PER_SCALE;

        while (n * 2 <= (size_t)KEYS_PER_SCALE * scale)
            n *= 2;
        return n;
    }
    explicit sort_application(int scale) : keys(count(scale))
    {
        name = "sort";
        grid = dim3((unsigned)(keys.n / TILE_KEYS));
        wave_blocks = device_wave_blocks(sort_step, TILE_THREADS);
        main_launches = 1;
        for (size_t size = 2 * TILE_KEYS; size <= keys.n; size *= 2) {
            for (size_t stride = size / 2; stride >= TILE_KEYS; stride /= 2)
                main_launches++;
            main_launches++;
        }
        prepare();
    }
    void prepare() override
    {
        for (size_t i = 0; i < keys.n; i++)
            keys.host[i] = key(i);
    }
    /* Every eighth key is there twice. */
    static uint32_t key(size_t i)
    {
        return data_hash((uint32_t)(i % 8 == 7 ? i - 1 : i));
    }
    void copy_in(cudaStream_t stream) override
    {
        keys.copy_in(stream);
    }
    void launch(cudaStream_t stream) override
    {
        sort_tile<<<grid, TILE_THREADS, 0, stream>>>(keys.device, 2, TILE_KEYS);
        for (unsigned size = 2 * TILE_KEYS; size <= keys.n; size *= 2) {
            for (unsigned stride = size / 2; stride >= TILE_KEYS; stride /= 2)
                sort_step<<<grid, TILE_THREADS, 0, stream>>>(keys.device, size, stride);
            sort_tile<<<grid, TILE_THREADS, 0, stream>>>(keys.device, size, size);
        }
    }
    void copy_out(cudaStream_t stream) override
    {
        keys.copy_out(stream);
    }
    /* In order, and the same keys by two sums over them. */
    bool is_right(int) const override
    {
        uint64_t sum = 0, hashes = 0;

        for (size_t i = 0; i < keys.n; i++) {
            if (i > 0 && keys.host[i - 1] > keys.host[i])
                return false;
            sum += (uint64_t)keys.host[i] - key(i);
            hashes +=
                (uint64_t)data_hash(keys.host[i] ^ 0x5bd1e995u) - data_hash(key(i) ^ 0x5bd1e995u);
        }
        return sum == 0 && hashes == 0;
    }
    uint64_t checksum() const override
    {
        return data_checksum(DATA_CHECKSUM_START, keys.host, keys.bytes());
    }
};
} // namespace

std::unique_ptr<application> mixed_sort(int scale)
{
    return std::make_unique<sort_application>(scale);
}

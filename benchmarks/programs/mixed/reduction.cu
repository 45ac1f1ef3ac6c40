/* SPDX-License-Identifier: MIT
 *
 * reduction.cu - sum, least and greatest of many values by a tree of launches, each a fraction of
 * the one before, several times over with the values changed each time. Whole numbers.
 */
#include "mixed.h"

enum { VALUES_PER_SCALE = 4096, THREADS = 256, PER_BLOCK = 4 * THREADS, TIMES = 8 };

struct totals {
    unsigned long long sum;
    uint32_t least, greatest;
};

__host__ __device__ static inline void totals_add(struct totals *a, const struct totals &b)
{
    a->sum += b.sum;
    a->least = a->least < b.least ? a->least : b.least;
    a->greatest = a->greatest > b.greatest ? a->greatest : b.greatest;
}

__host__ __device__ static inline struct totals totals_none(void)
{
    return {0, UINT32_MAX, 0};
}

/* The block's threads' totals into *out. */
__device__ static void reduce_block(struct totals mine, struct totals *out)
{
    __shared__ struct totals shared[THREADS];
    const int t = threadIdx.x;

    shared[t] = mine;
    for (int half = THREADS / 2; half > 0; half /= 2) {
        __syncthreads();
        if (t < half)
            totals_add(&shared[t], shared[t + half]);
    }
    if (t == 0)
        *out = shared[0];
}

__global__ static void reduce_values(const uint32_t *values, int n, uint32_t mask,
                                     struct totals *out)
{
    struct totals mine = totals_none();

    for (int i = blockIdx.x * PER_BLOCK + threadIdx.x;
         i < n && i < (int)(blockIdx.x + 1) * PER_BLOCK; i += THREADS) {
        const uint32_t value = values[i] ^ mask;
        totals_add(&mine, {value, value, value});
    }
    reduce_block(mine, &out[blockIdx.x]);
}

__global__ static void reduce_totals(const struct totals *in, int n, struct totals *out)
{
    struct totals mine = totals_none();

    for (int i = blockIdx.x * PER_BLOCK + threadIdx.x;
         i < n && i < (int)(blockIdx.x + 1) * PER_BLOCK; i += THREADS)
        totals_add(&mine, in[i]);
    reduce_block(mine, &out[blockIdx.x]);
}

static int blocks_for(int n)
{
    return (n + PER_BLOCK - 1) / PER_BLOCK;
}

namespace
{
struct reduction_application : application {
    buffer<uint32_t> values;
    buffer<struct totals> a, b, results;

    explicit reduction_application(int scale)
        : values((size_t)VALUES_PER_SCALE * scale), a((size_t)blocks_for((int)values.n)), b(a.n),
          results(TIMES)
    {
        name = "reduction";
        grid = dim3((unsigned)a.n);
        wave_blocks = device_wave_blocks(reduce_values, THREADS);
        main_launches = 1;
        for (int n = (int)a.n; n > 1; n = blocks_for(n))
            main_launches++;
        main_launches *= TIMES;
        for (size_t i = 0; i < values.n; i++)
            values.host[i] = data_hash((uint32_t)i);
    }
    static uint32_t mask(int time)
    {
        return data_hash(0x80000000u + (uint32_t)time);
    }
    void copy_in(cudaStream_t stream) override
    {
        values.copy_in(stream);
    }
    void launch(cudaStream_t stream) override
    {
        for (int time = 0; time < TIMES; time++) {
            struct totals *in = a.device, *out = b.device;
            int n = (int)a.n;
            reduce_values<<<n, THREADS, 0, stream>>>(values.device, (int)values.n, mask(time),
                                                     n > 1 ? in : &results.device[time]);
            while (n > 1) {
                const int n_blocks = blocks_for(n);
                reduce_totals<<<n_blocks, THREADS, 0, stream>>>(
                    in, n, n_blocks > 1 ? out : &results.device[time]);
                std::swap(in, out);
                n = n_blocks;
            }
        }
    }
    void copy_out(cudaStream_t stream) override
    {
        results.copy_out(stream);
    }
    bool is_right(int) const override
    {
        for (int time = 0; time < TIMES; time++) {
            struct totals wanted = totals_none();
            for (size_t i = 0; i < values.n; i++) {
                const uint32_t value = values.host[i] ^ mask(time);
                totals_add(&wanted, {value, value, value});
            }
            if (memcmp(&wanted, &results.host[time], sizeof(wanted)) != 0)
                return false;
        }
        return true;
    }
    uint64_t checksum() const override
    {
        return data_checksum(DATA_CHECKSUM_START, results.host, results.bytes());
    }
};
} // namespace

std::unique_ptr<application> mixed_reduction(int scale)
{
    return std::make_unique<reduction_application>(scale);
}

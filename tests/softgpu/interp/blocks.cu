// SPDX-License-Identifier: MIT
// Threads that work together: shuffles, votes, barriers, atomics, shared memory of all kinds.
#include <cooperative_groups.h>
#include <cooperative_groups/memcpy_async.h>
#include <cstdint>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_pipeline.h>
#include <cuda/barrier>
namespace cg = cooperative_groups;
#define KERNEL extern "C" __global__ void

KERNEL warp_reduce(const int *in, int *out)
{
    int v = in[blockIdx.x * blockDim.x + threadIdx.x];
    for (int d = 16; d; d /= 2)
        v += __shfl_down_sync(~0u, v, d);
    if (threadIdx.x % 32 == 0)
        out[(blockIdx.x * blockDim.x + threadIdx.x) / 32] = v;
}

KERNEL block_reduce(const float *in, float *out, int n)
{
    __shared__ float s[256];
    float v = 0;
    for (int i = threadIdx.x; i < n; i += blockDim.x)
        v += in[i];
    s[threadIdx.x] = v;
    __syncthreads();
    for (int d = blockDim.x / 2; d; d /= 2) {
        if (threadIdx.x < d)
            s[threadIdx.x] += s[threadIdx.x + d];
        __syncthreads();
    }
    if (threadIdx.x == 0)
        *out = s[0];
}

// Warp-synchronous code of old: no synchronisation within a warp.
KERNEL volatile_reduce(const int *in, int *out)
{
    __shared__ volatile int s[64];
    int t = threadIdx.x;
    s[t] = in[t];
    s[t + 32] = in[t + 32];
    s[t] = s[t] + s[t + 32];
    if (t < 16)
        s[t] = s[t] + s[t + 16];
    if (t < 8)
        s[t] = s[t] + s[t + 8];
    if (t < 4)
        s[t] = s[t] + s[t + 4];
    if (t < 2)
        s[t] = s[t] + s[t + 2];
    if (t == 0)
        *out = s[0] + s[1];
}

KERNEL scan(const int *in, int *out)
{
    extern __shared__ int d[];
    int t = threadIdx.x, n = blockDim.x, from = 0;
    d[t] = in[t];
    __syncthreads();
    for (int step = 1; step < n; step *= 2) {
        int to = from ^ 1;
        d[to * n + t] = d[from * n + t] + (t >= step ? d[from * n + t - step] : 0);
        from = to;
        __syncthreads();
    }
    out[t] = d[from * n + t];
}

__device__ unsigned blocks_done;
KERNEL last_block(const int *in, int *partial, int *out)
{
    __shared__ bool last;
    __shared__ int sum;
    if (threadIdx.x == 0)
        sum = 0;
    __syncthreads();
    atomicAdd(&sum, in[blockIdx.x * blockDim.x + threadIdx.x]);
    __syncthreads();
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sum;
        __threadfence();
        last = atomicInc(&blocks_done, gridDim.x) == gridDim.x - 1;
    }
    __syncthreads();
    if (last && threadIdx.x == 0) {
        int total = 0;
        for (int i = 0; i < gridDim.x; i++)
            total += partial[i];
        *out = total;
    }
}

KERNEL histogram(const unsigned char *in, unsigned *out, int n)
{
    __shared__ unsigned bins[256];
    bins[threadIdx.x] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        atomicAdd(&bins[in[i]], 1u);
    __syncthreads();
    atomicAdd(&out[threadIdx.x], bins[threadIdx.x]);
}

KERNEL votes(const int *in, unsigned *out)
{
    int t = threadIdx.x, v = in[t];
    unsigned b = __ballot_sync(~0u, v > 0);
    out[t] = b + __all_sync(~0u, v > -1000) * 3 + __any_sync(~0u, v == 77) * 5;
    if (v > 0)
        out[t] ^= __ballot_sync(b, v & 1) + __popc(__activemask());
    __syncwarp();
    out[t] += __match_any_sync(~0u, v & 3);
    int same;
    out[t] += __match_all_sync(~0u, v >> 31, &same) + same;
}

KERNEL redux(const int *in, int *out)
{
    int v = in[threadIdx.x];
    out[threadIdx.x] = __reduce_add_sync(~0u, v) ^ __reduce_min_sync(~0u, v) ^
                       (int)__reduce_max_sync(~0u, (unsigned)v) ^
                       (int)__reduce_xor_sync(~0u, (unsigned)v) ^
                       (int)__reduce_or_sync(~0u, (unsigned)v & 0xff) ^
                       (int)__reduce_and_sync(~0u, (unsigned)v | 0xf0);
}

KERNEL shuffles(const int *in, int *out)
{
    int t = threadIdx.x, v = in[t];
    int a = __shfl_sync(~0u, v, t * 7 + 3), b = __shfl_up_sync(~0u, v, 5),
        c = __shfl_xor_sync(~0u, v, 9);
    int d = __shfl_down_sync(~0u, v, 3, 8), e = __shfl_sync(~0u, v, t + 1, 4);
    if (t & 1)
        a += __shfl_sync(0xaaaaaaaa, v, (t + 2) & 31 | 1);
    out[t] = a + b * 3 + c * 5 + d * 7 + e * 11;
}

KERNEL tiles(const int *in, int *out)
{
    auto tile = cg::tiled_partition<8>(cg::this_thread_block());
    int v = in[threadIdx.x];
    for (int d = 4; d; d /= 2)
        v += tile.shfl_xor(v, d);
    if (tile.any(v > 500))
        v++;
    auto active = cg::coalesced_threads();
    out[threadIdx.x] = v * 100 + tile.thread_rank() + active.size();
}

KERNEL bitonic(unsigned *data)
{
    __shared__ unsigned s[256];
    int t = threadIdx.x;
    s[t] = data[t];
    __syncthreads();
    for (int k = 2; k <= 256; k *= 2) {
        for (int j = k / 2; j; j /= 2) {
            int o = t ^ j;
            if (o > t && ((t & k) == 0) == (s[t] > s[o])) {
                unsigned x = s[t];
                s[t] = s[o];
                s[o] = x;
            }
            __syncthreads();
        }
    }
    data[t] = s[t];
}

KERNEL transpose(const double *in, double *out, int w, int h)
{
    __shared__ double tile[16][17];
    int x = blockIdx.x * 16 + threadIdx.x, y = blockIdx.y * 16 + threadIdx.y;
    if (x < w && y < h)
        tile[threadIdx.y][threadIdx.x] = in[y * w + x];
    __syncthreads();
    x = blockIdx.y * 16 + threadIdx.x;
    y = blockIdx.x * 16 + threadIdx.y;
    if (x < h && y < w)
        out[y * h + x] = tile[threadIdx.x][threadIdx.y];
}

// Every lane takes the lock in turn: must not hang.
__device__ int lock_word;
KERNEL spin_lock(int *counter)
{
    while (atomicCAS(&lock_word, 0, 1) != 0)
        ;
    *(volatile int *)counter = *(volatile int *)counter + 1;
    __threadfence();
    atomicExch(&lock_word, 0);
}

// A lane waits for another of its warp.
KERNEL wait_in_warp(int *out)
{
    __shared__ volatile int flag;
    if (threadIdx.x == 0)
        flag = 0;
    __syncwarp();
    if (threadIdx.x == 5) {
        while (flag == 0)
            ;
        *out = flag;
    } else if (threadIdx.x == 20) {
        flag = 42;
    }
}

KERNEL named_barriers(const int *in, int *out, int rounds)
{
    __shared__ int buffer[32];
    int t = threadIdx.x % 32;
    for (int r = 0; r < rounds; r++) {
        if (threadIdx.x < 32) {
            buffer[t] = in[r * 32 + t] * 2;
            asm volatile("bar.arrive 1, 64;" ::: "memory");
            asm volatile("bar.sync 2, 64;" ::: "memory");
        } else {
            asm volatile("bar.sync 1, 64;" ::: "memory");
            out[r * 32 + t] = buffer[31 - t];
            asm volatile("bar.arrive 2, 64;" ::: "memory");
        }
    }
}

KERNEL early_exit(int *out, int n)
{
    __shared__ int sum;
    if (threadIdx.x == 0)
        sum = 0;
    __syncthreads();
    if (threadIdx.x >= n)
        return;
    atomicAdd(&sum, 1);
    __syncthreads();
    out[threadIdx.x] = sum;
}

KERNEL barrier_counts(const int *in, int *out)
{
    int v = in[threadIdx.x];
    int n = __syncthreads_count(v > 0), all = __syncthreads_and(v > -100),
        any = __syncthreads_or(v == 1234);
    out[threadIdx.x] = n * 4 + all * 2 + any;
}

KERNEL float_atomics(const float *in, float *f, double *d, int n)
{
    __shared__ float s;
    __shared__ double sd;
    if (threadIdx.x == 0) {
        s = 0;
        sd = 0;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        atomicAdd(f, in[i]);
        atomicAdd(d, (double)in[i]);
        atomicAdd(&s, in[i]);
        atomicAdd(&sd, (double)in[i]);
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        f[1] = s;
        d[1] = sd;
    }
}

KERNEL atomics32(unsigned *w, unsigned *old)
{
    unsigned t = threadIdx.x;
    atomicAdd(&w[0], t);
    atomicSub(&w[1], t);
    atomicMin(&w[2], t + 3);
    atomicMax(&w[3], t * 2);
    atomicAnd(&w[4], ~(1u << t));
    atomicOr(&w[5], 1u << t);
    atomicXor(&w[6], t);
    old[t] = atomicInc(&w[7], 10);
    old[32 + t] = atomicDec(&w[8], 10);
    atomicMin((int *)&w[9], (int)t - 16);
    atomicMax((int *)&w[10], (int)t - 40);
    old[64 + t] = atomicExch(&w[11], t);
    unsigned x = w[12], seen;
    do {
        seen = x;
        x = atomicCAS(&w[12], seen, seen * 3 + 1);
    } while (x != seen);
    atomicCAS((unsigned short *)&w[13], 0, (unsigned short)(t + 1));
}

KERNEL atomics64(unsigned long long *w)
{
    unsigned long long t = threadIdx.x, big = t << 40;
    atomicAdd(&w[0], big);
    atomicMin(&w[1], big + 7);
    atomicMax(&w[2], big);
    atomicAnd(&w[3], ~(1ull << (t + 20)));
    atomicOr(&w[4], 1ull << (t + 20));
    atomicXor(&w[5], big + t);
    atomicMin((long long *)&w[6], -(long long)big);
    atomicMax((long long *)&w[7], (long long)big - (1ll << 50));
    unsigned long long x = w[8], seen;
    do {
        seen = x;
        x = atomicCAS(&w[8], seen, seen + 5);
    } while (x != seen);
}

__device__ int add_one(int x)
{
    return x + 1;
}
__device__ int times_two(int x)
{
    return x * 2;
}
__device__ int negate(int x)
{
    return -x;
}
__device__ int (*const table[3])(int) = {add_one, times_two, negate};
KERNEL pointer_table(const int *in, int *out)
{
    out[threadIdx.x] = table[(unsigned)in[threadIdx.x] % 3](in[threadIdx.x]);
}

struct Shape {
    __device__ virtual float area() const = 0;
    __device__ virtual ~Shape()
    {
    }
};
struct Square : Shape {
    float a;
    __device__ Square(float x) : a(x)
    {
    }
    __device__ float area() const override
    {
        return a * a;
    }
};
struct Box : Shape {
    float a, b;
    __device__ Box(float x, float y) : a(x), b(y)
    {
    }
    __device__ float area() const override
    {
        return a * b;
    }
};
KERNEL virtual_calls(float *out)
{
    Shape *s;
    if (threadIdx.x & 1)
        s = new Square((float)threadIdx.x);
    else
        s = new Box((float)threadIdx.x, 3);
    out[threadIdx.x] = s->area();
    delete s;
}

KERNEL generic_pointers(int *global, int *out)
{
    __shared__ int shared[32];
    int local[4] = {1, 2, 3, (int)threadIdx.x};
    shared[threadIdx.x] = threadIdx.x * 10;
    __syncthreads();
    int *p = threadIdx.x % 3 == 0   ? &global[threadIdx.x]
             : threadIdx.x % 3 == 1 ? &shared[31 - threadIdx.x]
                                    : &local[threadIdx.x & 3];
    *p += 5;
    __syncthreads();
    out[threadIdx.x] = *p + 1000 * __isShared(p) + 2000 * __isGlobal(p) + 4000 * __isLocal(p) +
                       shared[threadIdx.x] + local[3];
}

__constant__ short lookup[64];
KERNEL constants(int *out)
{
    out[threadIdx.x] = lookup[threadIdx.x] + lookup[(threadIdx.x * 5) & 63] + lookup[7];
}

KERNEL indices(unsigned *out)
{
    unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
    unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    unsigned lane, warp;
    asm("mov.u32 %0, %%laneid;" : "=r"(lane));
    asm("mov.u32 %0, %%warpid;" : "=r"(warp));
    out[block * blockDim.x * blockDim.y * blockDim.z + thread] =
        block * 1000000 + thread * 1000 + lane * 10 + warp;
}

KERNEL divergence(const int *in, int *out)
{
    int v = in[threadIdx.x], sum = 0;
    for (int i = 0; i < 50; i++) {
        if (i > (v & 31))
            break;
        for (int j = i; j < 20; j++) {
            if (((j * v) & 7) == 3)
                continue;
            if (j * 3 > (v >> 2 & 31))
                goto next;
            sum += j ^ v;
        }
        sum += 1000;
next:
        sum ^= i;
    }
    unsigned together = __activemask();
    out[threadIdx.x] = sum;
    if (together != ~0u)
        out[threadIdx.x] = -1;
}

KERNEL clocks(long long *out)
{
    long long a = clock64(), g, h;
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(g));
    int x = threadIdx.x;
    for (int i = 0; i < 20; i++)
        x += clock();
    long long b = clock64();
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(h));
    __nanosleep(100);
    out[threadIdx.x] = (b > a) + (h >= g) * 2 + (x == 123 ? 4 : 0);
}

KERNEL halves(const float *in, float *out, int n)
{
    int t = threadIdx.x;
    __half a = __float2half(in[t]), b = __float2half(in[t + n]);
    __half2 p = __halves2half2(a, b), q = __hfma2(p, p, __float2half2_rn(0.5f));
    __nv_bfloat16 c = __float2bfloat16(in[t]), e = __hmul(c, __float2bfloat16(3.0f));
    out[t] = __half2float(__hadd(a, b));
    out[n + t] = __half2float(__hmul(a, b));
    out[2 * n + t] = __low2float(q);
    out[3 * n + t] = __high2float(q);
    out[4 * n + t] = __bfloat162float(e);
    out[5 * n + t] = __half2float(__hmax(a, b)) + (__hlt(a, b) ? 1000 : 0);
    out[6 * n + t] = (float)__half2int_rz(a) + (float)__half2ushort_rn(__habs(b));
}

KERNEL roundings(const float *in, float *out, double *wide, int n)
{
    int t = threadIdx.x;
    float x = in[t], y = in[t + n];
    out[t] = __fadd_rd(x, y);
    out[n + t] = __fmul_ru(x, y);
    out[2 * n + t] = __fdiv_rz(x, y);
    out[3 * n + t] = __fsqrt_ru(fabsf(x));
    out[4 * n + t] = __fmaf_rd(x, y, x);
    out[5 * n + t] = (float)__float2int_ru(x) + (float)__float2int_rd(y);
    out[6 * n + t] = __double2float_rd((double)x / 3);
    out[7 * n + t] = __uint2float_rz(__float_as_uint(x));
    wide[t] = __dadd_ru(x, (double)y / 3);
    wide[n + t] = __ddiv_rd(x, y);
    wide[2 * n + t] = __dsqrt_rz(fabs((double)x));
    wide[3 * n + t] = __ll2double_rd(((long long)__float_as_int(x) << 31) + t);
}

KERNEL stencil(const float *in, float *out, int w, int h)
{
    __shared__ float s[10][34];
    int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 8 + threadIdx.y;
    for (int dy = threadIdx.y; dy < 10; dy += 8)
        for (int dx = threadIdx.x; dx < 34; dx += 32) {
            int gx = min(max((int)(blockIdx.x * 32) + dx - 1, 0), w - 1),
                gy = min(max((int)(blockIdx.y * 8) + dy - 1, 0), h - 1);
            s[dy][dx] = in[gy * w + gx];
        }
    __syncthreads();
    if (x < w && y < h)
        out[y * w + x] = s[threadIdx.y + 1][threadIdx.x + 1] * 4 - s[threadIdx.y][threadIdx.x + 1] -
                         s[threadIdx.y + 2][threadIdx.x + 1] - s[threadIdx.y + 1][threadIdx.x] -
                         s[threadIdx.y + 1][threadIdx.x + 2];
}

KERNEL mandelbrot(unsigned char *out, int w)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float cr = (i % w) * 3.0f / w - 2, ci = (i / w) * 2.0f / w - 1, r = 0, m = 0;
    int n = 0;
    while (n < 200 && __fadd_rn(__fmul_rn(r, r), __fmul_rn(m, m)) < 4) {
        float t = __fadd_rn(__fsub_rn(__fmul_rn(r, r), __fmul_rn(m, m)), cr);
        m = __fadd_rn(__fmul_rn(__fmul_rn(2, r), m), ci);
        r = t;
        n++;
    }
    out[i] = n;
}

KERNEL integers(const unsigned *in, unsigned *out, int n)
{
    int t = threadIdx.x;
    unsigned a = in[t], b = in[t + n];
    out[t] =
        __byte_perm(a, b, a >> 3 & 0x7777) + __funnelshift_l(a, b, a) + __funnelshift_rc(a, b, b);
    out[n + t] = __dp4a((int)a, (int)b, 7) + __dp2a_lo(a, b, 9u) + __usad(a, b, 3) +
                 __sad((int)a, (int)b, 1);
    out[2 * n + t] = __umul24(a, b) + __mul24((int)a, (int)b) + __uhadd(a, b) + __urhadd(a, b) +
                     __vadd2(a, b) + __vmaxs2(a, b);
    out[3 * n + t] =
        __vabsdiffu4(a, b) + __vcmpgtu4(a, b) + __vavgu4(a, b) + __vsadu4(a, b) + __fns(a, 0, 3);
}

// 16 bytes at a time, in vectors.
KERNEL vectors(const float4 *in, float4 *out, const uchar4 *bytes, short2 *shorts, longlong2 *wide)
{
    int t = threadIdx.x;
    float4 v = in[t];
    out[t] = make_float4(v.w, v.z * 2, v.y + 1, v.x);
    uchar4 b = bytes[t];
    shorts[t] = make_short2(b.x + b.y, b.z - b.w);
    wide[t] = make_longlong2(b.x * 1000000007ll, -(long long)b.y);
}

KERNEL atomic_halves(__half2 *a, __nv_bfloat162 *b)
{
    atomicAdd(a, __floats2half2_rn(1, 0.5f));
    atomicAdd(b, __floats2bfloat162_rn(2, 0.25f));
}

// Copies that go on beside the computation, and a barrier object.
KERNEL async_copies(const int *in, int *out)
{
    __shared__ int s[4][64];
    for (int i = 0; i < 4; i++) {
        __pipeline_memcpy_async(&s[i][threadIdx.x], &in[i * 64 + threadIdx.x], 4);
        __pipeline_commit();
    }
    __pipeline_memcpy_async(&s[0][threadIdx.x], &in[threadIdx.x], 4, 4);
    __pipeline_commit();
    __pipeline_wait_prior(0);
    __syncthreads();
    out[threadIdx.x] =
        s[0][threadIdx.x] + s[1][63 - threadIdx.x] + s[2][threadIdx.x] - s[3][threadIdx.x];
}

KERNEL group_copy(const int *in, int *out)
{
    __shared__ int s[64];
    auto block = cg::this_thread_block();
    cg::memcpy_async(block, s, in, sizeof(s));
    cg::wait(block);
    out[threadIdx.x] = s[63 - threadIdx.x];
}

KERNEL barrier_object(const int *in, int *out)
{
    __shared__ cuda::barrier<cuda::thread_scope_block> b;
    __shared__ int s[64];
    if (threadIdx.x == 0)
        init(&b, blockDim.x);
    __syncthreads();
    int sum = 0;
    for (int round = 0; round < 3; round++) {
        s[threadIdx.x] = in[threadIdx.x] + round;
        auto token = b.arrive();
        b.wait(std::move(token));
        sum += s[63 - threadIdx.x];
        b.arrive_and_wait();
    }
    out[threadIdx.x] = sum;
}

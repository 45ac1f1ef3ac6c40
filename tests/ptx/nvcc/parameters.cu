// SPDX-License-Identifier: MIT
// Structures, odd sizes and large alignments as parameters; no parameters at all.
struct odd { char c[3]; };
struct pair { double d; char c; };
struct alignas(64) map { unsigned long v[16]; };
struct big { char bytes[4000]; };
__device__ unsigned sink;
__global__ void nothing() { sink = blockIdx.x; }
__global__ void many(char a, odd b, short c, pair d, bool e, float *f) { *f = a + b.c[1] + c + d.d + e + blockIdx.x; }
__global__ void tensor(const __grid_constant__ map m, unsigned n, unsigned long *out) { *out = m.v[blockIdx.x] + n; }
__global__ void large(big b, char *out) { out[blockIdx.x] = b.bytes[blockIdx.x]; }
